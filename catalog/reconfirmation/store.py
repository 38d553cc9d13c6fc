"""SQL of the yearly confirmation."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from catalog.offerings.model import Offering
from kdnx.db.conn import Conn
from kdnx.db.rows import many

# the latest step that has come decides: told since that day means told
LIST_TO_WARN = """
SELECT * FROM catalog.offering o WHERE state = 'published' AND reconfirm_due >= $1
  AND (SELECT min(o.reconfirm_due - d) IS NOT NULL AND coalesce(max(o.reconfirm_due - d) > o.reconfirm_warned_on, true)
    FROM unnest($2::int[]) AS d WHERE o.reconfirm_due - d <= $1)
ORDER BY reconfirm_due, id LIMIT $3 FOR UPDATE SKIP LOCKED
"""
LIST_MISSED = """
SELECT * FROM catalog.offering WHERE state = 'published' AND reconfirm_due < $1
ORDER BY reconfirm_due, id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
MARK_WARNED = "UPDATE catalog.offering SET reconfirm_warned_on = $2 WHERE id = ANY ($1::uuid[])"


async def list_to_warn(conn: Conn, today: date, days: Sequence[int], limit: int) -> list[Offering]:
    """Published offerings whose owner was not told since the latest step (`days` before the end) that has come; locked."""
    return many(Offering, await conn.fetch(LIST_TO_WARN, today, list(days), limit))


async def list_missed(conn: Conn, today: date, limit: int) -> list[Offering]:
    """Published offerings whose confirmation is overdue; locked."""
    return many(Offering, await conn.fetch(LIST_MISSED, today, limit))


async def mark_warned(conn: Conn, ids: list[UUID]) -> None:
    """They were told today; the row version stays, nothing changed for readers."""
    await conn.execute(MARK_WARNED, ids, conn.today)
