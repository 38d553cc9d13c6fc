"""What a kind of file is: columns, rows, row errors, and the two functions a feature gives."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from kdnx.db.conn import Conn
from kdnx.viewer import Permission, Viewer


class CellKind(StrEnum):
    """How a cell is read: money gives cents (int), decimal a Decimal, day a date, flag a bool."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    DAY = "day"
    INSTANT = "instant"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(frozen=True)
class Column:
    """One column: `name` is the English heading and the key in a row, `title` the German heading.

    `choices` maps what may stand in the cell (German label) to the value; the value itself is
    accepted too. `hub_only` columns are refused from anybody but the hub's office. A `required`
    column that `may_continue` is needed in the heading; an empty cell says that the row continues
    the one above, and the feature that writes says where that is not so.
    """

    name: str
    title: str
    kind: CellKind = CellKind.TEXT
    required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    note: str = ""
    aliases: Sequence[str] = ()
    hub_only: bool = False
    may_continue: bool = False
    max_length: int = 500


@dataclass(frozen=True)
class Row:
    """A row of the file: `number` is its line (heading = 1), `values` by column name, absent = None."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class RowError:
    """One wrong cell or row; all texts German."""

    row: int
    field: str
    found: str
    expected: str
    message: str


@dataclass
class Outcome:
    """What happened, or would happen, to the rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """A further form in which the same data goes out, such as 'ubl': whole bytes of one document."""

    label: str
    media_type: str
    suffix: str
    write: Callable[[Conn, Viewer], Awaitable[bytes]]


Write = Callable[[Conn, Viewer, Sequence[Row]], Awaitable[Outcome]]
Read = Callable[[Conn, Viewer], Awaitable[Sequence[Mapping[str, Any]]]]


@dataclass(frozen=True)
class FileKind:
    """A kind of file, with the two functions its feature gives.

    `write` takes well-formed rows, reports faulty ones and writes the good ones set-based in the open
    transaction (the importer rolls back a dry run or an all-or-nothing import with errors); importing
    the same file twice changes nothing. `read` gives the rows back in the same columns, values typed
    as in `Row`, only what the viewer may see. `more_columns` gives columns that lie in the database:
    ask `with_columns` before reading `columns`. `seen_at` is the page where what came in is to be seen.
    """

    name: str
    title: str
    permission: Permission
    columns: Sequence[Column]
    write: Write
    read: Read
    order: int = 100
    documents: Mapping[str, Document] = field(default_factory=dict)
    more_columns: Callable[[Conn], Awaitable[Sequence[Column]]] | None = None
    seen_at: str = ""


async def with_columns(conn: Conn, kind: FileKind) -> FileKind:
    """The kind with the columns that the database adds to it, such as the attributes of categories."""
    if kind.more_columns is None:
        return kind
    more = await kind.more_columns(conn)
    return replace(kind, columns=(*kind.columns, *more), more_columns=None)
