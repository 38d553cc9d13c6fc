"""SQL of what time and successions do to interests, and the proofs that offers and their parts fit."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from catalog.interests.store import Interest
from kdnx.db.conn import Conn
from kdnx.db.rows import many

FIND_LAPSING = """
SELECT id FROM catalog.interest WHERE state = 'offered' AND valid_until < $1 ORDER BY owner_id, id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
FIND_LATE = """
SELECT id FROM catalog.interest WHERE state IN ('expressed', 'coordinating') AND due_on < $1 AND overdue_told_on IS NULL
ORDER BY owner_id, id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
MARK_TOLD = "UPDATE catalog.interest SET overdue_told_on = $2 WHERE id = ANY ($1::uuid[])"
LOCK_OF_MEMBER = """
SELECT id FROM catalog.interest WHERE (owner_id = $1 OR provider_id = $1) AND state IN ('expressed', 'coordinating', 'offered')
ORDER BY owner_id, id FOR UPDATE
"""
COUNT_OF_MEMBER = """
SELECT count(*)::int FROM catalog.interest WHERE (owner_id = $1 OR provider_id = $1) AND state IN ('expressed', 'coordinating', 'offered')
"""
GET_MANY = "SELECT * FROM catalog.interest_row WHERE id = ANY ($1::uuid[]) ORDER BY owner_id, id"
LAST_OFFER_MISSING = """
SELECT i.owner_id, i.id FROM catalog.interest i LEFT JOIN catalog.interest_offer o ON o.owner_id = i.owner_id AND o.interest_id = i.id AND o.n = i.offer_n
WHERE i.state IN ('offered', 'accepted', 'lapsed') AND (o.n IS NULL OR o.valid_until <> i.valid_until OR o.offering_version <> i.offered_version)
"""
OFFER_SUMS = """
SELECT o.owner_id, o.interest_id, o.n FROM catalog.interest_offer o LEFT JOIN catalog.interest_line l
  ON l.owner_id = o.owner_id AND l.interest_id = o.interest_id AND l.offer_n = o.n
GROUP BY o.owner_id, o.interest_id, o.n, o.yearly_net_cents HAVING o.yearly_net_cents <> coalesce(sum(l.net_cents * CASE l.period
  WHEN 'month' THEN 12 WHEN 'quarter' THEN 4 WHEN 'half' THEN 2 WHEN 'once' THEN 0 ELSE 1 END), 0)
"""


async def find_lapsing(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Offers nobody took in time, locked."""
    return [r["id"] for r in await conn.fetch(FIND_LAPSING, today, limit)]


async def find_late(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Interests whose provider let the day pass and that nobody was told of, locked."""
    return [r["id"] for r in await conn.fetch(FIND_LATE, today, limit)]


async def mark_told(conn: Conn, ids: Sequence[UUID]) -> None:
    """Both houses were told today; the row version stays, nothing changed for readers."""
    await conn.execute(MARK_TOLD, list(ids), conn.today)


async def lock_of_member(conn: Conn, member_id: UUID) -> list[Interest]:
    """The open interests of a member on either side, locked in key order."""
    ids = [r["id"] for r in await conn.fetch(LOCK_OF_MEMBER, member_id)]
    return many(Interest, await conn.fetch(GET_MANY, ids))


async def count_of_member(conn: Conn, member_id: UUID) -> int:
    """How many would move."""
    found: int = await conn.fetchval(COUNT_OF_MEMBER, member_id)
    return found
