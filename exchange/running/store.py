"""SQL of what dates make due at orders."""

from datetime import date
from uuid import UUID

from exchange.running.model import Termination
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe

FIND_STARTING = """
SELECT o.id FROM exchange.service_order o JOIN exchange.order_version v ON v.owner_id = o.owner_id AND v.order_id = o.id AND v.version = o.current_version
WHERE o.state = 'approved' AND v.starts_on <= $1 ORDER BY o.owner_id, o.id LIMIT $2 FOR UPDATE OF o SKIP LOCKED
"""
FIND_ENDING = """
SELECT o.id FROM exchange.service_order o JOIN exchange.order_version v ON v.owner_id = o.owner_id AND v.order_id = o.id AND v.version = o.current_version
WHERE o.state IN ('active', 'paused', 'notice_given', 'approved') AND least(v.ends_on, o.terminated_on) < $1
ORDER BY o.owner_id, o.id LIMIT $2 FOR UPDATE OF o SKIP LOCKED
"""
FIND_LAPSING = """
SELECT o.id FROM exchange.service_order o WHERE o.state IN ('offered', 'reviewed', 'approved_provider', 'approved_hub') AND o.offer_valid_until < $1
ORDER BY o.owner_id, o.id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
INSERT_TERMINATION = """
INSERT INTO exchange.termination (owner_id, order_id, n, state, last_day, by_member, reason, requested_at, answer_due, created_at, updated_at)
VALUES ($1, $2, $3, 'requested', $4, $5, $6, $8, $7, $8, $8)
"""
ANSWER_TERMINATION = """
UPDATE exchange.termination SET state = $3, answered_by = $4, answered_at = $6, answer = $5, row_version = row_version + 1, updated_at = $6
WHERE owner_id = $1 AND order_id = $2 AND state = 'requested'
"""
LIST_TERMINATIONS = """
SELECT t.*, m.short_name AS by_name, a.short_name AS answered_name FROM exchange.termination t
JOIN kdnx.public_member m ON m.id = t.by_member LEFT JOIN kdnx.public_member a ON a.id = t.answered_by
WHERE t.owner_id = $1 AND t.order_id = $2 ORDER BY t.n DESC LIMIT 100
"""
FIND_OPEN_TERMINATION = "SELECT * FROM exchange.termination WHERE owner_id = $1 AND order_id = $2 AND state = 'requested'"


async def insert_termination(conn: Conn, t: Termination) -> None:
    """A notice that waits for its answer."""
    await conn.execute(
        INSERT_TERMINATION, t.owner_id, t.order_id, t.n, t.last_day, t.by_member, t.reason, t.answer_due, conn.now
    )  # fmt: skip


async def answer_termination(
    conn: Conn, owner_id: UUID, order_id: UUID, state: str, by: UUID | None, answer: str
) -> None:
    """Write the answer of the open notice; nothing happens where there is none."""
    await conn.execute(ANSWER_TERMINATION, owner_id, order_id, state, by, answer, conn.now)


async def list_terminations(conn: Conn, owner_id: UUID, order_id: UUID) -> list[Termination]:
    """The notices of an order with their answers, the last one first."""
    return many(Termination, await conn.fetch(LIST_TERMINATIONS, owner_id, order_id))


async def find_open_termination(conn: Conn, owner_id: UUID, order_id: UUID) -> Termination | None:
    """The notice that waits for its answer, or None."""
    return maybe(Termination, await conn.fetchrow(FIND_OPEN_TERMINATION, owner_id, order_id))


async def find_starting(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Approved orders whose first day has come, locked; what another worker holds is left out."""
    return [r["id"] for r in await conn.fetch(FIND_STARTING, today, limit)]


async def find_ending(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Orders whose last day has passed, locked."""
    return [r["id"] for r in await conn.fetch(FIND_ENDING, today, limit)]


async def find_lapsing(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Offers that bind no longer, locked."""
    return [r["id"] for r in await conn.fetch(FIND_LAPSING, today, limit)]
