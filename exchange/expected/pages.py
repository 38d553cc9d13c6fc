"""What was agreed for the days of a booking, on its page before the signature."""

from collections.abc import Mapping
from typing import Any

from exchange.bookings.store import Row
from exchange.expected.reading import read_expectation
from exchange.schedules.model import PIECE_LABELS, PieceKind
from kdnx.db.conn import Conn
from kdnx.viewer import Permission, Viewer

KINDS = {kind.value: label for kind, label in PIECE_LABELS.items()}


async def booking_facts(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """The lines of the order for the days of the booking, and whether its amount follows from them."""
    if not isinstance(key, Row) or not viewer.may(Permission.BOOKING_READ):
        return None
    found = await read_expectation(conn, viewer, key)
    if found is None:
        return None
    expectation, entries = found
    lines = []
    for entry in entries:
        used = {line.ordinal: quantity for line, quantity in entry.quantities}
        for line, cents in entry.piece.amounts:
            is_used = entry.piece.kind == PieceKind.USAGE
            quantity = used.get(line.ordinal) if is_used else line.quantity
            lines.append((entry.piece, line, quantity, cents if entry.piece.is_counted else None))
    return "expected/section.html", {
        "row": key, "found": expectation, "lines": lines, "kinds": KINDS,
        "versions": sorted({p.version for p in expectation.pieces}),
    }  # fmt: skip
