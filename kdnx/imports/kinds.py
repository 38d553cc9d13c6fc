"""What a kind of file is: columns, rows, row errors, and the two functions a feature gives."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
    accepted too. `hub_only` columns are refused from anybody but the hub's office.
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
    as in `Row`, only what the viewer may see.
    """

    name: str
    title: str
    permission: Permission
    columns: Sequence[Column]
    write: Write
    read: Read
    order: int = 100
    documents: Mapping[str, Document] = field(default_factory=dict)
