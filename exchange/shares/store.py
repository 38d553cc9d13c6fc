"""SQL of cost pools and their shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from exchange.shares.model import Pool, PoolState, Share
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe

GET = """
SELECT p.*, m.short_name AS provider_short FROM exchange.cost_pool p JOIN kdnx.public_member m ON m.id = p.owner_id
WHERE p.id = $1 AND ($2::uuid[] IS NULL OR p.owner_id = ANY ($2) OR EXISTS (SELECT 1 FROM exchange.cost_share s
  WHERE s.owner_id = p.owner_id AND s.pool_id = p.id AND s.is_shown AND s.recipient_id = ANY ($2)))
"""
LIST = """
SELECT p.*, m.short_name AS provider_short FROM exchange.cost_pool p JOIN kdnx.public_member m ON m.id = p.owner_id
WHERE ($1::uuid[] IS NULL OR p.owner_id = ANY ($1) OR EXISTS (SELECT 1 FROM exchange.cost_share s WHERE s.owner_id = p.owner_id AND s.pool_id = p.id
    AND s.is_shown AND s.recipient_id = ANY ($1)))
  AND p.state <> 'discarded' AND ($2::int IS NULL OR (p.year, p.id) < ($2, $3::uuid)) ORDER BY p.year DESC, p.id DESC LIMIT $4
"""
LOCK = "SELECT 1 FROM exchange.cost_pool WHERE id = $1 FOR UPDATE"
NEXT_ROUND = """
SELECT coalesce(max(round), 0) + 1 FROM exchange.cost_pool WHERE owner_id = $1 AND offering_id = $2 AND year = $3 AND state <> 'discarded'
"""
FIND_DRAFT = """
SELECT id FROM exchange.cost_pool WHERE owner_id = $1 AND offering_id = $2 AND year = $3 AND state = 'draft'
"""
INSERT = """
INSERT INTO exchange.cost_pool (owner_id, id, offering_id, title, year, round, key_kind, fixed_pct, by_days, actual_cents, evidence, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'draft', $12, $12)
"""
SAVE = """
UPDATE exchange.cost_pool SET key_kind = $4, fixed_pct = $5, by_days = $6, actual_cents = $7, evidence = $8, key_total = $9, participants = $10, state = $11,
  row_version = row_version + 1, updated_at = $12 WHERE owner_id = $1 AND id = $2 AND row_version = $3
"""
INSERT_SHARES = """
INSERT INTO exchange.cost_share (owner_id, pool_id, order_id, recipient_id, key, first_day, last_day)
SELECT $1, $2, x.o, x.r, x.k, x.f, x.l FROM unnest($3::uuid[], $4::uuid[], $5::numeric[], $6::date[], $7::date[]) x(o, r, k, f, l) ON CONFLICT DO NOTHING
"""
SAVE_SHARES = """
UPDATE exchange.cost_share s SET key = x.k, first_day = x.f, last_day = x.l, share_cents = x.c, advances_cents = x.a, booking_id = x.b, is_shown = $3
FROM unnest($4::uuid[], $5::numeric[], $6::date[], $7::date[], $8::bigint[], $9::bigint[], $10::uuid[]) x(o, k, f, l, c, a, b)
WHERE s.owner_id = $1 AND s.pool_id = $2 AND s.order_id = x.o
"""
LIST_SHARES = """
SELECT s.order_id, s.recipient_id, o.number, m.short_name AS recipient_short, s.key, s.first_day, s.last_day, s.share_cents, s.advances_cents, s.booking_id
FROM exchange.cost_share s JOIN exchange.service_order o ON o.owner_id = s.owner_id AND o.id = s.order_id JOIN kdnx.public_member m ON m.id = s.recipient_id
WHERE s.owner_id = $1 AND s.pool_id = $2 AND (s.is_shown OR $3) ORDER BY o.number, s.first_day, s.order_id
"""
LIST_TAKERS = """
SELECT o.id AS order_id, o.recipient_id, o.number, o.recipient_short, o.starts_on, o.runs_until, coalesce(m.inhabitants, 0) AS inhabitants,
  coalesce((SELECT sum(u.quantity) FROM exchange.usage_quantity u WHERE u.owner_id = o.owner_id AND u.order_id = o.id
    AND extract(year FROM u.first_day)::int = $3::int), 0)::numeric(18,4) AS cases
FROM exchange.order_row o JOIN kdnx.public_member m ON m.id = o.recipient_id
WHERE o.owner_id = $1 AND o.offering_id = $2 AND o.state IN ('active', 'paused', 'notice_given', 'ended', 'transferred')
  AND o.starts_on <= make_date($3::int, 12, 31) AND (o.runs_until IS NULL OR o.runs_until >= make_date($3::int, 1, 1)) ORDER BY o.number, o.id
"""
# a reversal, a correction and a rest are of the kind of the booking they go back to
GET_ADVANCES = """
SELECT b.order_id, coalesce(sum(b.sign * c.confirmed_cents) FILTER (WHERE r.reference IS NULL OR r.reference NOT LIKE '%/einmalig'), 0)::bigint AS cents,
  count(*) FILTER (WHERE b.state IN ('proposed', 'disputed'))::int AS open
FROM exchange.booking b LEFT JOIN exchange.confirmation c ON c.owner_id = b.owner_id AND c.booking_id = b.id
CROSS JOIN LATERAL (WITH RECURSIVE up AS (
    SELECT b.reference, coalesce(b.reverses_id, b.parent_id) AS of_id
    UNION ALL SELECT o.reference, coalesce(o.reverses_id, o.parent_id) FROM up JOIN exchange.booking o ON o.owner_id = b.owner_id AND o.id = up.of_id)
  SELECT reference FROM up WHERE of_id IS NULL) r
WHERE b.owner_id = $1 AND b.order_id = ANY ($2::uuid[]) AND b.service_year = $3 GROUP BY b.order_id
"""
LIST_OFFERINGS = """
SELECT DISTINCT o.offering_id, o.title FROM exchange.order_row o WHERE o.owner_id = ANY ($1::uuid[])
  AND o.state IN ('active', 'paused', 'notice_given', 'ended', 'transferred') ORDER BY o.title, o.offering_id LIMIT 500
"""
WRONG_SUMS = """
SELECT p.owner_id, p.id FROM exchange.cost_pool p WHERE p.state = 'proposed'
  AND p.actual_cents <> (SELECT coalesce(sum(s.share_cents), 0) FROM exchange.cost_share s WHERE s.owner_id = p.owner_id AND s.pool_id = p.id) LIMIT 20
"""
WRONG_BOOKINGS = """
SELECT s.owner_id, s.pool_id, s.order_id FROM exchange.cost_share s LEFT JOIN exchange.booking b ON b.owner_id = s.owner_id AND b.id = s.booking_id
WHERE s.is_shown AND s.share_cents - s.advances_cents <> coalesce(b.sign * b.net_cents, 0) LIMIT 20
"""


@dataclass(frozen=True)
class Taker:
    """An order that takes part in a pool, with what its keys would be."""

    order_id: UUID
    recipient_id: UUID
    number: str
    recipient_short: str
    starts_on: date
    runs_until: date | None
    inhabitants: int
    cases: Decimal


async def find_pool(conn: Conn, members: Sequence[UUID] | None, pool_id: UUID) -> Pool | None:
    """One pool these members made or share in (None = any that is visible), or None."""
    given = None if members is None else list(members)
    return maybe(Pool, await conn.fetchrow(GET, pool_id, given))


async def list_pools(
    conn: Conn, members: Sequence[UUID] | None, after: tuple[int, UUID] | None, limit: int
) -> list[Pool]:
    """Pools these members made or share in (None = all that is visible), latest year first."""
    given = None if members is None else list(members)
    return many(Pool, await conn.fetch(LIST, given, *(after or (None, None)), limit))


async def lock_pool(conn: Conn, pool_id: UUID) -> None:
    """Hold it until the transaction ends."""
    await conn.fetchval(LOCK, pool_id)


async def next_round(conn: Conn, owner_id: UUID, offering_id: UUID, year: int) -> int:
    """1 for the settlement of a year, 2 for the first correction after it."""
    number: int = await conn.fetchval(NEXT_ROUND, owner_id, offering_id, year)
    return number


async def find_draft(conn: Conn, owner_id: UUID, offering_id: UUID, year: int) -> UUID | None:
    """The settlement of that year in preparation, or None."""
    found: UUID | None = await conn.fetchval(FIND_DRAFT, owner_id, offering_id, year)
    return found


async def insert_pool(conn: Conn, p: Pool) -> None:
    """Write a draft; UniqueViolation cost_pool_once when the round is taken."""
    await conn.execute(
        INSERT, p.owner_id, p.id, p.offering_id, p.title, p.year, p.round, p.key_kind, p.fixed_pct, p.by_days,
        p.actual_cents, p.evidence, conn.now,
    )  # fmt: skip


async def save_pool(conn: Conn, p: Pool) -> bool:
    """Write what may change of a pool read as `row_version`; False when somebody was faster."""
    done = await conn.execute(
        SAVE, p.owner_id, p.id, p.row_version, p.key_kind, p.fixed_pct, p.by_days, p.actual_cents, p.evidence,
        p.key_total, p.participants, p.state, conn.now,
    )  # fmt: skip
    return done == 1


async def insert_shares(conn: Conn, pool: Pool, shares: Sequence[Share]) -> None:
    """Add the orders that are not in the pool yet."""
    await conn.execute(
        INSERT_SHARES, pool.owner_id, pool.id, [s.order_id for s in shares], [s.recipient_id for s in shares],
        [s.key for s in shares], [s.first_day for s in shares], [s.last_day for s in shares],
    )  # fmt: skip


async def save_shares(conn: Conn, pool: Pool, shares: Sequence[Share], *, shown: bool) -> None:
    """Write keys, days and amounts; `shown` lets each recipient see its own."""
    await conn.execute(
        SAVE_SHARES, pool.owner_id, pool.id, shown, [s.order_id for s in shares], [s.key for s in shares],
        [s.first_day for s in shares], [s.last_day for s in shares], [s.share_cents for s in shares], [s.advances_cents for s in shares], [s.booking_id for s in shares],
    )  # fmt: skip


async def list_shares(conn: Conn, pool: Pool) -> list[Share]:
    """The shares the viewer may see, by order; of a settled pool those that were settled."""
    whole = pool.state != PoolState.PROPOSED
    return many(Share, await conn.fetch(LIST_SHARES, pool.owner_id, pool.id, whole))


async def list_takers(conn: Conn, owner_id: UUID, offering_id: UUID, year: int) -> list[Taker]:
    """The orders of an offering with service in a year."""
    return many(Taker, await conn.fetch(LIST_TAKERS, owner_id, offering_id, year))


async def get_advances(
    conn: Conn, owner_id: UUID, orders: Sequence[UUID], year: int
) -> dict[UUID, tuple[int, int]]:
    """By order: cents confirmed for the year, one-off prices left out, and how many bookings are still open."""
    rows = await conn.fetch(GET_ADVANCES, owner_id, list(orders), year)
    return {r["order_id"]: (r["cents"], r["open"]) for r in rows}


async def list_offerings(conn: Conn, members: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """What these members deliver on orders."""
    rows = await conn.fetch(LIST_OFFERINGS, list(members))
    return [(r["offering_id"], r["title"]) for r in rows]
