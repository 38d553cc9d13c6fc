"""SQL of planning: which orders count, what is booked, plans, letters and feeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from exchange.planning.model import Booked
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe
from kdnx.ids import new_id

# orders that run, will run, or ran in the base year; of one that moved to a successor only the new one
LIST_ORDERS = """
SELECT o.id, o.owner_id, o.recipient_id, o.hub_id, o.number, o.title, o.state, o.starts_on, o.runs_until, o.notice_months, o.provider_short, o.recipient_short, o.hub_short,
  o.offering_id, o.offering_version, o.current_version, o.valid_from, o.updated_at
FROM exchange.order_row o
WHERE o.state IN ('approved', 'active', 'paused', 'notice_given', 'ended') AND o.number IS NOT NULL
  AND (o.runs_until IS NULL OR o.runs_until >= $2) AND ($1::uuid[] IS NULL OR o.owner_id = ANY ($1) OR o.recipient_id = ANY ($1))
ORDER BY o.number, o.id LIMIT $3
"""
BOOKED = """
SELECT b.order_id, b.service_year AS year,
  coalesce(sum(b.sign * c.confirmed_cents) FILTER (WHERE b.state = 'confirmed'), 0)::bigint AS confirmed_cents,
  coalesce(sum(b.sign * b.net_cents) FILTER (WHERE b.state IN ('proposed', 'disputed')), 0)::bigint AS open_cents,
  coalesce(sum(b.sign * c.surcharge_cents) FILTER (WHERE b.state = 'confirmed'), 0)::bigint AS surcharge_cents,
  max(b.service_to) FILTER (WHERE b.kind = 'regular' AND b.state IN ('proposed', 'disputed', 'confirmed')) AS last_day
FROM exchange.booking b LEFT JOIN exchange.confirmation c ON c.owner_id = b.owner_id AND c.booking_id = b.id
WHERE b.order_id = ANY ($1::uuid[]) AND b.service_year BETWEEN $2 AND $3 GROUP BY 1, 2
"""
PLANS = """
SELECT owner_id, year, order_id, cents, note, row_version FROM exchange.plan_line
WHERE owner_id = ANY ($1::uuid[]) AND year BETWEEN $2 AND $3 ORDER BY owner_id, year, order_id LIMIT 5000
"""
INSERT_PLAN = """
INSERT INTO exchange.plan_line (owner_id, year, order_id, cents, note, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT DO NOTHING
"""
UPDATE_PLAN = """
UPDATE exchange.plan_line SET cents = $4, note = $5, row_version = row_version + 1, updated_at = $6
WHERE owner_id = $1 AND year = $2 AND order_id = $3 AND row_version = $7
"""
LOCK_PLAN = "SELECT row_version FROM exchange.plan_line WHERE owner_id = $1 AND year = $2 AND order_id = $3 FOR UPDATE"
INSERT_LETTER = """
INSERT INTO exchange.budget_letter (owner_id, year, version, id, pay_cents, receive_cents, orders, body, hash, issued_by, issued_at)
SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 FROM exchange.budget_letter WHERE owner_id = $1 AND year = $2
RETURNING version
"""
LATEST_LETTERS = """
SELECT DISTINCT ON (b.owner_id) b.owner_id, b.year, b.version, b.id, b.pay_cents, b.receive_cents, b.orders, b.hash, b.issued_at, m.short_name AS member_name
FROM exchange.budget_letter b JOIN kdnx.public_member m ON m.id = b.owner_id WHERE b.year = $1 ORDER BY b.owner_id, b.version DESC
"""
LETTER_BODY = "SELECT body, issued_at, version FROM exchange.budget_letter WHERE owner_id = $1 AND year = $2 ORDER BY version DESC LIMIT 1"
LOCK_LETTERS = "SELECT pg_advisory_xact_lock(hashtextextended('budget_letter|' || $1::text, 7))"
ACTIVE_MEMBERS = "SELECT id, short_name AS name FROM kdnx.public_member WHERE state = 'active' ORDER BY sort_key, code LIMIT 1000"
REVIEWS = """
SELECT DISTINCT ON (t.order_id, t.leg) t.order_id, t.leg, t.review_on FROM exchange.tax_decision t
WHERE t.order_id = ANY ($1::uuid[]) ORDER BY t.order_id, t.leg, t.valid_from DESC, t.version DESC
"""
FIND_FEED = "SELECT id, created_at, row_version FROM exchange.calendar_feed WHERE owner_id = $1 AND person_id = $2 AND revoked_at IS NULL"
REVOKE_FEED = """
UPDATE exchange.calendar_feed SET revoked_at = $3, row_version = row_version + 1, updated_at = $3
WHERE owner_id = $1 AND person_id = $2 AND revoked_at IS NULL RETURNING id
"""
INSERT_FEED = """
INSERT INTO exchange.calendar_feed (owner_id, id, person_id, token_hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
"""
BUDGET_TOTAL = "SELECT pay_cents, houses, as_of FROM exchange.public_budget_total($1)"
FEED_READER = "SELECT owner_id, members FROM exchange.feed_reader($1, $2)"


@dataclass(frozen=True)
class OrderHead:
    """An order as planning needs it; `runs_until` is its last day, if it has one."""

    id: UUID
    owner_id: UUID
    recipient_id: UUID
    hub_id: UUID | None
    number: str
    title: str
    state: str
    starts_on: date
    runs_until: date | None
    notice_months: int
    provider_short: str
    recipient_short: str
    hub_short: str | None
    offering_id: UUID
    offering_version: int
    current_version: int
    valid_from: date
    updated_at: datetime


@dataclass(frozen=True)
class PlanLine:
    """What a house plans for an order and a year."""

    owner_id: UUID
    year: int
    order_id: UUID
    cents: int
    note: str
    row_version: int


@dataclass(frozen=True)
class Letter:
    """A letter that was issued, without its rows."""

    owner_id: UUID
    year: int
    version: int
    id: UUID
    pay_cents: int
    receive_cents: int
    orders: int
    hash: bytes
    issued_at: datetime
    member_name: str


@dataclass(frozen=True)
class Feed:
    """The living address of a person for a house."""

    id: UUID
    created_at: datetime
    row_version: int


async def list_orders(
    conn: Conn, members: Sequence[UUID] | None, since: date, limit: int
) -> list[OrderHead]:
    """Orders of these members (None: all visible) that serve on a day or later."""
    rows = await conn.fetch(LIST_ORDERS, None if members is None else list(members), since, limit)
    return many(OrderHead, rows)


async def booked(
    conn: Conn, orders: Sequence[UUID], first: int, last: int
) -> dict[tuple[UUID, int], Booked]:
    """What is booked for orders and service years."""
    rows = many(Booked, await conn.fetch(BOOKED, list(orders), first, last))
    return {(b.order_id, b.year): b for b in rows}


async def plans(
    conn: Conn, owners: Sequence[UUID], first: int, last: int
) -> dict[tuple[UUID, int], PlanLine]:
    """Plans by (order, year)."""
    rows = many(PlanLine, await conn.fetch(PLANS, list(owners), first, last))
    return {(p.order_id, p.year): p for p in rows}


async def lock_plan(conn: Conn, owner_id: UUID, year: int, order_id: UUID) -> int:
    """The version of a plan, held; 0 where there is none."""
    return int(await conn.fetchval(LOCK_PLAN, owner_id, year, order_id) or 0)


async def save_plan(conn: Conn, p: PlanLine) -> bool:
    """Insert (version 0) or replace what was seen; False when somebody was faster."""
    if p.row_version == 0:
        sent = (p.owner_id, p.year, p.order_id, p.cents, p.note, conn.now)
        return await conn.execute(INSERT_PLAN, *sent) == 1
    sent = (p.owner_id, p.year, p.order_id, p.cents, p.note, conn.now)
    return await conn.execute(UPDATE_PLAN, *sent, p.row_version) == 1


async def lock_letters(conn: Conn, year: int) -> None:
    """Let two batches of a year wait for each other."""
    await conn.execute(LOCK_LETTERS, str(year))


async def insert_letter(
    conn: Conn, owner_id: UUID, year: int, sums: tuple[int, int, int],
    body: Mapping[str, Any], seal: bytes, issuer: UUID,
) -> tuple[UUID, int]:  # fmt: skip
    """Keep a letter as its next version; (id, version). `sums` are pay, receive, number of orders."""
    letter_id = new_id()
    version: int = await conn.fetchval(
        INSERT_LETTER, owner_id, year, letter_id, *sums, dict(body), seal, issuer, conn.now
    )
    return letter_id, version


async def latest_letters(conn: Conn, year: int) -> dict[UUID, Letter]:
    """The newest letter of each house the viewer may read."""
    return {x.owner_id: x for x in many(Letter, await conn.fetch(LATEST_LETTERS, year))}


async def letter_body(conn: Conn, owner_id: UUID, year: int) -> dict[str, Any] | None:
    """The frozen content of the newest letter, with its version and instant."""
    row = await conn.fetchrow(LETTER_BODY, owner_id, year)
    return (
        None
        if row is None
        else {**row["body"], "version": row["version"], "issued_at": row["issued_at"]}
    )


async def active_members(conn: Conn) -> list[tuple[UUID, str]]:
    """(id, name) of the living members in German order."""
    return [(r["id"], r["name"]) for r in await conn.fetch(ACTIVE_MEMBERS)]


async def reviews(conn: Conn, orders: Sequence[UUID]) -> list[tuple[UUID, int, date]]:
    """(order, leg, day) on which a tax decision is to be looked at again."""
    rows = await conn.fetch(REVIEWS, list(orders))
    return [(r["order_id"], r["leg"], r["review_on"]) for r in rows if r["review_on"] is not None]


async def find_feed(conn: Conn, owner_id: UUID, person_id: UUID) -> Feed | None:
    """The living address of a person, if there is one."""
    return maybe(Feed, await conn.fetchrow(FIND_FEED, owner_id, person_id))


async def revoke_feed(conn: Conn, owner_id: UUID, person_id: UUID) -> UUID | None:
    """End the living address; its id."""
    found: UUID | None = await conn.fetchval(REVOKE_FEED, owner_id, person_id, conn.now)
    return found


async def insert_feed(conn: Conn, owner_id: UUID, person_id: UUID, token_hash: bytes) -> UUID:
    """Keep the hash of a new address; its id."""
    feed_id = new_id()
    await conn.execute(INSERT_FEED, owner_id, feed_id, person_id, token_hash, conn.now)
    return feed_id


async def feed_reader(conn: Conn, token_hash: bytes, day: date) -> tuple[UUID, list[UUID]] | None:
    """Whose dates an address shows: (member, its members); None for a dead address."""
    row = await conn.fetchrow(FEED_READER, token_hash, day)
    return None if row is None else (row["owner_id"], list(row["members"]))


async def budget_total(conn: Conn, year: int) -> tuple[int, int, datetime] | None:
    """(cents to pay, houses, newest instant) over the letters of a year; None below five houses."""
    row = await conn.fetchrow(BUDGET_TOTAL, year)
    return None if row is None else (row["pay_cents"], row["houses"], row["as_of"])
