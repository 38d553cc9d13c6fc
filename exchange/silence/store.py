"""SQL of what became due: bookings nobody signed, disputes nobody settled."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from exchange.bookings.model import Booking
from kdnx.db.conn import Conn

MARK_ESCALATED = """
UPDATE exchange.booking b SET escalated_at = $3, row_version = b.row_version + 1, updated_at = $3
FROM unnest($1::uuid[], $2::uuid[]) x(o, i) WHERE b.owner_id = x.o AND b.id = x.i AND b.escalated_at IS NULL
"""
FIND_DUE = """
SELECT b.id FROM exchange.booking b WHERE b.state = 'proposed' AND b.due_on < $1 AND b.escalated_at IS NULL
ORDER BY b.owner_id, b.id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
FIND_DISPUTES_DUE = """
SELECT b.id FROM exchange.booking b WHERE b.state = 'disputed' AND b.escalated_at IS NULL
  AND (SELECT d.due_on FROM exchange.dispute d WHERE d.owner_id = b.owner_id AND d.booking_id = b.id ORDER BY d.n DESC LIMIT 1) < $1
ORDER BY b.owner_id, b.id LIMIT $2 FOR UPDATE SKIP LOCKED
"""


async def mark_escalated(conn: Conn, rows: Sequence[Booking]) -> int:
    """Mark bookings as handed to the hub's office, once."""
    return await conn.execute(
        MARK_ESCALATED, [r.owner_id for r in rows], [r.id for r in rows], conn.now
    )


async def find_due(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Proposed bookings whose day to confirm has passed, locked; those another worker holds are left out."""
    return [r["id"] for r in await conn.fetch(FIND_DUE, today, limit)]


async def find_disputes_due(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Disputed bookings whose day to agree has passed, locked."""
    return [r["id"] for r in await conn.fetch(FIND_DISPUTES_DUE, today, limit)]
