"""Check and carry out an import: one transaction, all or nothing unless the person says otherwise."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kdnx.db.conn import Conn
from kdnx.errors import Invalid, Refused
from kdnx.imports.cells import match_headings, read_rows
from kdnx.imports.kinds import FileKind, Outcome, RowError, with_columns
from kdnx.imports.reading import Table
from kdnx.text import _
from kdnx.viewer import Scope, Viewer, require

SHOWN_ERRORS = 1000


@dataclass(frozen=True)
class Report:
    """What an import did or would do; counts are rows, `errors` at most the first thousand."""

    rows: int
    new: int
    changed: int
    unchanged: int
    refused: int
    errors: Sequence[RowError] = field(default_factory=tuple)
    written: bool = False

    def as_json(self) -> dict[str, Any]:
        """The shape of `kdnx import --json`."""
        body = asdict(self)
        body["errors"] = [asdict(e) for e in self.errors]
        body.pop("written")
        return body

    def causes(self) -> list[tuple[str, str, int]]:
        """Errors grouped by cause: (field, message, how many), most frequent first."""
        counted = Counter((e.field, e.message) for e in self.errors)
        return [(f, m, n) for (f, m), n in counted.most_common()]


class _DryRun(Exception):
    """Undoes the savepoint of a check."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def suggest_mapping(table: Table, kind: FileKind) -> dict[str, int]:
    """Our column → place in the file; Invalid when a required one has no counterpart."""
    return match_headings(table.headings, kind.columns)


def missing_columns(kind: FileKind, mapping: Mapping[str, int]) -> list[str]:
    """German headings of required columns that the file lacks."""
    return [c.title for c in kind.columns if c.required and c.name not in mapping]


async def run_import(
    conn: Conn,
    viewer: Viewer,
    kind: FileKind,
    table: Table,
    mapping: Mapping[str, int] | None = None,
    *,
    dry_run: bool = False,
    partial: bool = False,
) -> Report:
    """Read, check and write the rows; nothing is written on a dry run, nor (unless `partial`) with errors."""
    require(viewer, kind.permission)
    kind = await with_columns(conn, kind)
    places = dict(suggest_mapping(table, kind) if mapping is None else mapping)
    if missing := missing_columns(kind, places):
        raise Invalid(
            _("In der Datei fehlen Spalten: ") + ", ".join(missing),
            remedy=_(
                "Die Vorlage nennt alle Spalten: „kdnx template {kind}“ oder die Importseite."
            ).format(kind=kind.name),
        )
    rows, faults = read_rows(table, kind.columns, places, is_office=viewer.scope == Scope.OFFICE)
    try:
        async with conn.savepoint():
            outcome = await kind.write(conn, viewer, rows)
            if dry_run or ((outcome.errors or faults) and not partial):
                raise _DryRun(outcome)
        written = True
    except _DryRun as undone:
        outcome, written = undone.outcome, False
    errors = sorted([*faults, *outcome.errors], key=lambda e: e.row)
    return Report(
        rows=len(table.rows),
        new=outcome.new,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        refused=len({e.row for e in errors}),
        errors=tuple(errors[:SHOWN_ERRORS]),
        written=written,
    )


def find_kind(kinds: Sequence[FileKind], name: str) -> FileKind:
    """The kind of file by its name; Refused lists what there is."""
    for kind in kinds:
        if kind.name == name:
            return kind
    raise Refused(_("Diese Art von Datei gibt es nicht."), remedy=", ".join(k.name for k in kinds))
