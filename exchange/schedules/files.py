"""Quantities as a file: what was used, a row a line and period."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from exchange.ledger.reading import own_or_all
from exchange.schedules import store
from exchange.schedules.actions import report_quantities
from exchange.schedules.model import PieceKind
from exchange.schedules.reading import Entry, read_outlooks
from kdnx.db.conn import Conn
from kdnx.errors import KdnxError
from kdnx.imports.kinds import CellKind, Column, FileKind, Outcome, Row, RowError
from kdnx.text import _
from kdnx.viewer import Permission, Viewer

MOST = 10_000
FIRST = "Erster Tag des Zeitraums im Buchungsplan."
PLACE = "Platz im Preisverzeichnis des Leistungsscheins."
COLUMNS = (
    Column("order", "Leistungsschein", required=True, example="L-2026-0042"),
    Column("first", "Zeitraum ab", CellKind.DAY, required=True, example="01.07.2026", note=FIRST),
    Column("line", "Position", CellKind.INTEGER, required=True, example="1", note=PLACE),
    Column("label", "Bezeichnung", note="Nur zum Wiedererkennen."),
    Column("quantity", "Menge", CellKind.DECIMAL, required=True, example="312"),
    Column("note", "Bemerkung", max_length=500),
)  # fmt: skip


async def write(conn: Conn, viewer: Viewer, rows: Sequence[Row]) -> Outcome:
    """Report each period whose lines are all in the file; the same file again changes nothing."""
    outcome = Outcome()
    numbers = sorted({str(r.values["order"]) for r in rows})
    orders = await store.find_orders(conn, numbers, viewer.members)
    found = {
        o.head.order_id: {e.piece.first: e for e in o.entries if e.piece.kind == PieceKind.USAGE}
        for o in await read_outlooks(conn, list(orders.values()), conn.today)
    }
    groups: dict[tuple[UUID, date], list[Row]] = {}
    for row in rows:
        order_id = orders.get(str(row.values["order"]))
        if order_id is None:
            outcome.errors.append(_fault(row, "Leistungsschein", _("ein Leistungsschein Ihres Hauses")))  # fmt: skip
        else:
            groups.setdefault((order_id, row.values["first"]), []).append(row)
    for (order_id, first), group in groups.items():
        await _write_period(conn, viewer, order_id, found[order_id].get(first), group, outcome)
    return outcome


async def _write_period(
    conn: Conn, viewer: Viewer, order_id: UUID, entry: Entry | None, group: Sequence[Row], outcome: Outcome
) -> None:  # fmt: skip
    amounts = {int(r.values["line"]): Decimal(r.values["quantity"]) for r in group}
    if entry is not None and entry.quantities:
        known = {x.ordinal: q for x, q in entry.quantities}
        for row in group:
            if known.get(int(row.values["line"])) == Decimal(row.values["quantity"]):
                outcome.unchanged += 1
            else:
                said = _("Gemeldet ist schon eine andere Menge; geändert wird sie an der Buchung.")
                outcome.errors.append(_fault(row, "Menge", "", said))
        return
    note = "; ".join(sorted({str(r.values["note"]) for r in group if r.values.get("note")}))
    try:
        async with conn.savepoint():
            await report_quantities(
                conn, viewer, order_id, group[0].values["first"], amounts, note[:500]
            )
        outcome.new += len(group)
    except KdnxError as error:
        said = " ".join([error.detail, *(e.message for e in error.errors)][:2])
        outcome.errors.append(_fault(group[0], "Zeitraum ab", error.remedy or "", said))


def _fault(row: Row, title: str, expected: str, message: str = "") -> RowError:
    column = next(c for c in COLUMNS if c.title == title)
    said = message or _("Erwartet: {what}.").format(what=expected)
    return RowError(row.number, title, str(row.values.get(column.name) or ""), expected, said)


async def read(conn: Conn, viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    """Every quantity the viewer may see."""
    rows = await store.list_quantities(conn, own_or_all(viewer), MOST)
    return [
        {
            "order": r["number"], "first": r["first_day"], "line": r["ordinal"], "label": r["label"],
            "quantity": r["quantity"], "note": r["note"] or None,
        }
        for r in rows
    ]  # fmt: skip


KIND = FileKind(
    "quantities", "Genutzte Mengen", Permission.BOOKING_PROPOSE, COLUMNS, write, read, order=62, seen_at="/schedules"
)  # fmt: skip
