"""SQL of orders: head, versions with legs and schedule, steps, lists for both parties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from exchange.orders.model import Leg, Line, Version
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

GET_ORDER = """
SELECT * FROM exchange.order_row WHERE id = $1 AND ($2 OR owner_id = ANY ($3::uuid[]) OR recipient_id = ANY ($3::uuid[]))
"""
LOCK_ORDER = "SELECT 1 FROM exchange.service_order WHERE id = $1 FOR UPDATE"
LINES = """
SELECT ordinal, label, unit, period, quantity, unit_price_micro, net_cents, price_ordinal FROM exchange.schedule_line
WHERE owner_id = $1 AND order_id = $2 AND version = $3 ORDER BY ordinal
"""
LEGS = """
SELECT l.leg, l.supplier_id, l.customer_id, l.contract_ref, l.leitweg_id, s.name AS supplier, c.name AS customer
FROM exchange.leg l JOIN kdnx.public_member s ON s.id = l.supplier_id JOIN kdnx.public_member c ON c.id = l.customer_id
WHERE l.owner_id = $1 AND l.order_id = $2 AND l.version = $3 ORDER BY l.leg
"""
VERSIONS = """
SELECT v.version, v.authored_at, m.short_name AS authored_by_name, v.starts_on, v.ends_on, v.yearly_net_cents, v.note
FROM exchange.order_version v JOIN kdnx.public_member m ON m.id = v.authored_by WHERE v.owner_id = $1 AND v.order_id = $2 ORDER BY v.version DESC
"""
STEPS = """
SELECT s.n, s.event, s.state, s.version, s.reason, s.at, m.short_name AS by_name FROM exchange.order_step s
LEFT JOIN kdnx.public_member m ON m.id = s.by_member WHERE s.owner_id = $1 AND s.order_id = $2 ORDER BY s.n DESC LIMIT 200
"""
VERSION_FOR = """
SELECT v.* FROM exchange.agreed_version v WHERE v.owner_id = $1 AND v.order_id = $2 AND v.valid_from <= $3
ORDER BY v.valid_from DESC, v.version DESC LIMIT 1
"""
FIND_SUCCESSOR = "SELECT owner_id, id FROM exchange.service_order WHERE continues_owner_id = $1 AND continues_id = $2"
LIST_ORDERS = """
SELECT * FROM exchange.order_row
WHERE ($1 OR owner_id = ANY ($2::uuid[]) OR recipient_id = ANY ($2::uuid[]))
  AND ($3::text IS NULL OR ($3 = 'provider' AND owner_id = ANY ($2)) OR ($3 = 'recipient' AND recipient_id = ANY ($2)))
  AND ($4::text[] IS NULL OR state = ANY ($4)) AND ($5::uuid IS NULL OR offering_id = $5)
  AND ($6::text IS NULL OR number ILIKE '%' || $6 || '%' OR kdnx.sort_key(title) LIKE '%' || kdnx.sort_key($6) || '%'
    OR kdnx.sort_key(provider_name) LIKE '%' || kdnx.sort_key($6) || '%' OR kdnx.sort_key(recipient_name) LIKE '%' || kdnx.sort_key($6) || '%')
  AND ($7::text IS NULL OR (coalesce(number, ''), id) < ($7, $8::uuid))
ORDER BY coalesce(number, '') DESC, id DESC LIMIT $9
"""
COUNT_ORDERS = """
SELECT state, count(*)::int AS orders, coalesce(sum(yearly_net_cents), 0)::bigint AS cents, owner_id = ANY ($2::uuid[]) AS is_provider FROM exchange.order_row
WHERE ($1 OR owner_id = ANY ($2::uuid[]) OR recipient_id = ANY ($2::uuid[])) GROUP BY state, owner_id = ANY ($2::uuid[])
"""
INSERT_ORDERS = """
INSERT INTO exchange.service_order (owner_id, id, number, recipient_id, route, hub_id, state, current_version, origin, terminated_on,
  continues_owner_id, continues_id, created_at, updated_at)
SELECT x.o, x.i, x.n, x.r, x.route, x.hub, x.state, x.v, x.origin, x.term, x.co, x.ci, $13, $13
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::int[], $9::text[], $10::date[], $11::uuid[], $12::uuid[])
  x(o, i, n, r, route, hub, state, v, origin, term, co, ci)
"""
INSERT_COUNTERS = "INSERT INTO exchange.order_counter (owner_id, order_id, last_booking) SELECT o, i, 0 FROM unnest($1::uuid[], $2::uuid[]) x(o, i)"
INSERT_VERSIONS = """
INSERT INTO exchange.order_version (owner_id, order_id, version, offering_id, offering_version, category_id, title, activity_group, starts_on, ends_on, valid_from,
  notice_months, billing, surcharge_pct, surcharge_fee_cents, surcharge_rule_id, silence, confirm_days, legal_route, legal_reason, entrustment, note,
  yearly_net_cents, author_id, authored_by, authored_at, hash)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::int[], $6::uuid[], $7::text[], $8::text[], $9::date[], $10::date[], $11::date[],
  $12::int[], $13::text[], $14::numeric[], $15::bigint[], $16::uuid[], $17::text[], $18::int[], $19::text[], $20::text[], $21::text[], $22::text[],
  $23::bigint[], $24::uuid[], $25::uuid[], $26::timestamptz[], $27::bytea[])
  x(o, i, v, f, fv, c, t, g, s, e, vf, nm, b, p, fee, rule, sil, cd, lr, lre, en, note, y, a, ab, at, h)
"""
VERSION_COLUMNS = (
    "offering_id", "offering_version", "category_id", "title", "activity_group", "starts_on", "ends_on", "valid_from", "notice_months", "billing",
    "surcharge_pct", "surcharge_fee_cents", "surcharge_rule_id", "silence", "confirm_days", "legal_route", "legal_reason", "entrustment", "note",
    "yearly_net_cents", "author_id", "authored_by", "authored_at",
)  # fmt: skip
INSERT_LEGS = """
INSERT INTO exchange.leg (owner_id, order_id, version, leg, supplier_id, customer_id, contract_ref, leitweg_id)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::smallint[], $5::uuid[], $6::uuid[], $7::text[], $8::text[]) x(o, i, v, l, s, c, k, w)
"""
INSERT_LINES = """
INSERT INTO exchange.schedule_line (owner_id, order_id, version, ordinal, price_ordinal, label, unit, period, quantity, unit_price_micro, net_cents)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[], $6::text[], $7::text[], $8::text[], $9::numeric[], $10::bigint[], $11::bigint[])
  x(o, i, v, n, p, l, u, per, q, m, c)
"""
INSERT_STEPS = """
INSERT INTO exchange.order_step (owner_id, order_id, n, event, state, version, by_member, reason, at)
SELECT x.o, x.i, x.n, x.e, x.s, x.v, x.m, x.r, $9 FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::int[], $7::uuid[], $8::text[])
  x(o, i, n, e, s, v, m, r)
"""
MARK_ORDER = """
UPDATE exchange.service_order SET state = $4, current_version = coalesce($5, current_version), number = coalesce(number, $6),
  offer_valid_until = $7, termination_on = $8, termination_by = $9, termination_reason = $10, terminated_on = $11,
  row_version = row_version + 1, updated_at = $12
WHERE owner_id = $1 AND id = $2 AND row_version = $3
"""
TOUCH_ORDER = "UPDATE exchange.service_order SET row_version = row_version + 1, updated_at = $4 WHERE owner_id = $1 AND id = $2 AND row_version = $3"


@dataclass(frozen=True)
class Order:
    """An order with the terms of its current version and the names of its parties; `runs_until` inclusive."""

    owner_id: UUID
    id: UUID
    number: str | None
    recipient_id: UUID
    route: str
    hub_id: UUID | None
    state: str
    current_version: int
    origin: str
    offer_valid_until: date | None
    termination_on: date | None
    termination_by: UUID | None
    termination_reason: str
    terminated_on: date | None
    continues_owner_id: UUID | None
    continues_id: UUID | None
    row_version: int
    updated_at: datetime
    offering_id: UUID
    offering_version: int
    category_id: UUID
    title: str
    activity_group: str
    starts_on: date
    ends_on: date | None
    valid_from: date
    notice_months: int
    billing: str
    surcharge_pct: Decimal
    surcharge_fee_cents: int
    surcharge_rule_id: UUID | None
    silence: str
    confirm_days: int
    legal_route: str
    legal_reason: str
    entrustment: str
    note: str
    yearly_net_cents: int
    author_id: UUID | None
    authored_by: UUID
    authored_at: datetime
    runs_until: date | None
    provider_code: str
    provider_name: str
    provider_short: str
    recipient_code: str
    recipient_name: str
    recipient_short: str
    hub_code: str | None
    hub_short: str | None
    category_code: str | None
    category_name: str | None


@dataclass(frozen=True)
class Head:
    """A new head row."""

    owner_id: UUID
    id: UUID
    number: str | None
    recipient_id: UUID
    route: str
    hub_id: UUID | None
    state: str
    origin: str = "signed"
    current_version: int = 1
    terminated_on: date | None = None
    continues_owner_id: UUID | None = None
    continues_id: UUID | None = None


@dataclass(frozen=True)
class NewStep:
    """A step that led an order to row version `n`."""

    owner_id: UUID
    order_id: UUID
    n: int
    event: str
    state: str
    version: int
    by_member: UUID | None
    reason: str = ""


async def get_order(
    conn: Conn, members: Sequence[UUID], order_id: UUID, *, sees_all: bool
) -> Order:
    """One order of these members (or of anybody for office and audit); NotFound otherwise."""
    row = await conn.fetchrow(GET_ORDER, order_id, sees_all, list(members))
    return one(Order, row, _("Diesen Leistungsschein"))


async def lock_order(conn: Conn, order_id: UUID) -> None:
    """Hold the order's head until the transaction ends; nothing happens for an unknown one."""
    await conn.fetchval(LOCK_ORDER, order_id)


async def get_order_version_for(
    conn: Conn, owner_id: UUID, order_id: UUID, day: date
) -> Version | None:
    """The approved version that is in force on a day (without lines and legs), or None."""
    row = await conn.fetchrow(VERSION_FOR, owner_id, order_id, day)
    return None if row is None else one(Version, row)


async def list_lines(conn: Conn, owner_id: UUID, order_id: UUID, version: int) -> list[Line]:
    """The price schedule of a version."""
    return many(Line, await conn.fetch(LINES, owner_id, order_id, version))


async def list_legs(
    conn: Conn, owner_id: UUID, order_id: UUID, version: int
) -> list[dict[str, object]]:
    """The contracts of a version with the names of their parties."""
    return [dict(r) for r in await conn.fetch(LEGS, owner_id, order_id, version)]


async def list_versions(conn: Conn, owner_id: UUID, order_id: UUID) -> list[dict[str, object]]:
    """All versions, newest first."""
    return [dict(r) for r in await conn.fetch(VERSIONS, owner_id, order_id)]


async def list_steps(conn: Conn, owner_id: UUID, order_id: UUID) -> list[dict[str, object]]:
    """What happened, newest first."""
    return [dict(r) for r in await conn.fetch(STEPS, owner_id, order_id)]


async def find_continuation(conn: Conn, owner_id: UUID, order_id: UUID) -> UUID | None:
    """The order that continues this one under a successor, or None."""
    row = await conn.fetchrow(FIND_SUCCESSOR, owner_id, order_id)
    return None if row is None else row["id"]


async def list_orders(
    conn: Conn, members: Sequence[UUID], *, sees_all: bool, side: str | None = None, states: Sequence[str] | None = None,
    offering_id: UUID | None = None, text: str | None = None, before: tuple[str, UUID] | None = None, limit: int = 50,
) -> list[Order]:  # fmt: skip
    """Orders of these members, newest number first; `side` is 'provider' or 'recipient'."""
    number, last = before or (None, None)
    return many(
        Order,
        await conn.fetch(
            LIST_ORDERS,
            sees_all,
            list(members),
            side,
            list(states) if states else None,
            offering_id,
            text or None,
            number,
            last,
            limit,
        ),
    )


async def count_orders(
    conn: Conn, members: Sequence[UUID], *, sees_all: bool
) -> list[dict[str, object]]:
    """How many orders and what they come to a year, by state and side."""
    return [dict(r) for r in await conn.fetch(COUNT_ORDERS, sees_all, list(members))]


async def insert_orders(conn: Conn, heads: Sequence[Head], versions: Sequence[Version]) -> None:
    """Write heads with one version each, their counters, legs and lines; set-based."""
    await conn.execute(
        INSERT_ORDERS, [h.owner_id for h in heads], [h.id for h in heads], [h.number for h in heads], [h.recipient_id for h in heads],
        [h.route for h in heads], [h.hub_id for h in heads], [h.state for h in heads], [h.current_version for h in heads], [h.origin for h in heads],
        [h.terminated_on for h in heads], [h.continues_owner_id for h in heads], [h.continues_id for h in heads], conn.now,
    )  # fmt: skip
    await conn.execute(INSERT_COUNTERS, [h.owner_id for h in heads], [h.id for h in heads])
    await insert_versions(
        conn, [(h.owner_id, h.id, v) for h, v in zip(heads, versions, strict=True)]
    )


async def insert_versions(conn: Conn, rows: Sequence[tuple[UUID, UUID, Version]]) -> None:
    """Write versions of existing orders with their legs and lines."""
    columns = [[getattr(v, name) for _o, _i, v in rows] for name in VERSION_COLUMNS]
    owners, orders, numbers = (
        [r[0] for r in rows],
        [r[1] for r in rows],
        [r[2].version for r in rows],
    )
    await conn.execute(
        INSERT_VERSIONS, owners, orders, numbers, *columns, [v.content_hash() for _o, _i, v in rows]
    )
    legs: list[tuple[UUID, UUID, int, Leg]] = [
        (o, i, v.version, leg) for o, i, v in rows for leg in v.legs
    ]
    await conn.execute(
        INSERT_LEGS, [x[0] for x in legs], [x[1] for x in legs], [x[2] for x in legs], [x[3].leg for x in legs],
        [x[3].supplier_id for x in legs], [x[3].customer_id for x in legs], [x[3].contract_ref for x in legs], [x[3].leitweg_id for x in legs],
    )  # fmt: skip
    lines: list[tuple[UUID, UUID, int, Line]] = [
        (o, i, v.version, line) for o, i, v in rows for line in v.lines
    ]
    await conn.execute(
        INSERT_LINES, [x[0] for x in lines], [x[1] for x in lines], [x[2] for x in lines], [x[3].ordinal for x in lines],
        [x[3].price_ordinal for x in lines], [x[3].label for x in lines], [x[3].unit for x in lines], [x[3].period for x in lines],
        [x[3].quantity for x in lines], [x[3].unit_price_micro for x in lines], [x[3].net_cents for x in lines],
    )  # fmt: skip


async def insert_steps(conn: Conn, steps: Sequence[NewStep]) -> None:
    """Append steps."""
    await conn.execute(
        INSERT_STEPS, [s.owner_id for s in steps], [s.order_id for s in steps], [s.n for s in steps], [s.event for s in steps],
        [s.state for s in steps], [s.version for s in steps], [s.by_member for s in steps], [s.reason for s in steps], conn.now,
    )  # fmt: skip


async def mark_order(conn: Conn, order: Order, *, number: str | None = None) -> bool:
    """Write state, current version and dates of an order read as `row_version`; False when somebody was faster."""
    touched = await conn.execute(
        MARK_ORDER, order.owner_id, order.id, order.row_version, order.state, order.current_version, number, order.offer_valid_until,
        order.termination_on, order.termination_by, order.termination_reason, order.terminated_on, conn.now,
    )  # fmt: skip
    return touched == 1


async def touch_order(conn: Conn, order: Order) -> bool:
    """A new row version without another state; False when somebody was faster."""
    return (
        await conn.execute(TOUCH_ORDER, order.owner_id, order.id, order.row_version, conn.now) == 1
    )
