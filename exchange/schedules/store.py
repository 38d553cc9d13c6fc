"""SQL of schedules: what decides the periods of orders, read for many at once; the switch; quantities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from exchange.orders.model import Line
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one

REGISTER = """
INSERT INTO exchange.schedule (owner_id, order_id, is_on, starts_on, next_on, created_at, updated_at)
SELECT o.owner_id, o.id, o.origin = 'signed' OR coalesce(p.is_on, w.origin = 'signed', false), v.starts_on, v.starts_on, $1, $1
FROM exchange.service_order o
JOIN LATERAL (SELECT min(starts_on) AS starts_on FROM exchange.order_version v WHERE v.owner_id = o.owner_id AND v.order_id = o.id) v ON true
LEFT JOIN exchange.schedule p ON p.owner_id = o.continues_owner_id AND p.order_id = o.continues_id
LEFT JOIN exchange.service_order w ON w.owner_id = o.continues_owner_id AND w.id = o.continues_id
WHERE (o.state IN ('active', 'paused', 'notice_given') OR (o.state IN ('ended', 'transferred') AND o.origin = 'signed'))
  AND NOT EXISTS (SELECT 1 FROM exchange.schedule c WHERE c.owner_id = o.owner_id AND c.order_id = o.id)
ORDER BY o.owner_id, o.id LIMIT $2 ON CONFLICT DO NOTHING
"""
FIND_DUE = """
SELECT c.order_id FROM exchange.schedule c JOIN exchange.service_order o ON o.owner_id = c.owner_id AND o.id = c.order_id
WHERE c.is_on AND c.next_on <= $1 AND o.state IN ('active', 'notice_given', 'ended', 'transferred')
ORDER BY c.owner_id, c.order_id LIMIT $2 FOR UPDATE OF c SKIP LOCKED
"""
LOCK = "SELECT 1 FROM exchange.schedule WHERE owner_id = $1 AND order_id = $2 FOR UPDATE"
SAVE = """
INSERT INTO exchange.schedule (owner_id, order_id, is_on, starts_on, next_on, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (owner_id, order_id) DO UPDATE SET is_on = EXCLUDED.is_on, starts_on = EXCLUDED.starts_on, next_on = EXCLUDED.next_on,
  row_version = schedule.row_version + 1, updated_at = EXCLUDED.updated_at
"""
MARK_LOOKED = "UPDATE exchange.schedule SET next_on = $3, updated_at = $4 WHERE owner_id = $1 AND order_id = $2"
GET_HEADS = """
SELECT o.owner_id, o.id AS order_id, o.number, o.recipient_id, o.hub_id, o.state, o.terminated_on,
  EXISTS (SELECT 1 FROM exchange.order_chain(ARRAY[o.id]) h JOIN exchange.agreed_version w ON w.owner_id = h.owner_id AND w.order_id = h.id
    WHERE h.depth > 0 AND w.starts_on < o.starts_on) AS continues,
  o.title, o.provider_short, o.recipient_short, o.confirm_days, o.silence, o.row_version AS order_row_version,
  coalesce(c.is_on, o.origin = 'signed') AS is_on, coalesce(c.starts_on, o.starts_on) AS begins, coalesce(c.row_version, 0) AS row_version
FROM exchange.order_row o LEFT JOIN exchange.schedule c ON c.owner_id = o.owner_id AND c.order_id = o.id
WHERE o.id = ANY ($1::uuid[]) AND o.number IS NOT NULL ORDER BY o.owner_id, o.id
"""
GET_VERSIONS = """
SELECT v.order_id, v.version, v.valid_from, v.starts_on, v.ends_on, v.billing, v.surcharge_pct, v.surcharge_fee_cents, v.offering_id, v.offering_version
FROM exchange.agreed_version v WHERE v.order_id = ANY ($1::uuid[])
ORDER BY v.order_id, v.valid_from, v.version
"""
GET_LINES = """
SELECT order_id AS of_order, version AS of_version, ordinal, label, unit, period, quantity, unit_price_micro, net_cents, price_ordinal
FROM exchange.schedule_line WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, version, ordinal
"""
# an order that rested under a predecessor rests on
GET_PAUSES = """
SELECT h.order_id, s.event, s.at FROM exchange.order_chain($1::uuid[]) h JOIN exchange.order_step s ON s.owner_id = h.owner_id AND s.order_id = h.id
WHERE s.event IN ('pause', 'resume') ORDER BY h.order_id, h.depth DESC, s.n
"""
# a merger carried out after its day: what was booked under the predecessor is booked
GET_BOOKED = """
SELECT h.order_id, b.id, b.ordinal, b.reference, b.service_from, b.service_to, b.sign * b.net_cents AS cents, b.state
FROM exchange.order_chain($1::uuid[]) h JOIN exchange.booking b ON b.owner_id = h.owner_id AND b.order_id = h.id
WHERE (b.kind = 'regular' OR b.kind = 'adjustment' AND b.sign = 1 AND b.reference IS NOT NULL)
  AND b.parent_id IS NULL AND b.service_to >= $2 ORDER BY h.order_id, h.depth DESC, b.ordinal
"""
GET_QUANTITIES = """
SELECT order_id, first_day, ordinal, quantity, note FROM exchange.usage_quantity WHERE order_id = ANY ($1::uuid[]) AND last_day >= $2
ORDER BY order_id, first_day, ordinal
"""
GET_CODES = "SELECT order_id, day, code_1, code_2 FROM exchange.tax_codes_on($1::uuid[], $2::uuid[], $3::date[])"
LIST_RUNNING = """
SELECT o.id, o.number FROM exchange.service_order o LEFT JOIN exchange.schedule c ON c.owner_id = o.owner_id AND c.order_id = o.id
WHERE coalesce(c.is_on, o.origin = 'signed') = $6 AND o.state IN ('active', 'paused', 'notice_given') AND (o.owner_id = ANY ($1::uuid[]) OR o.recipient_id = ANY ($1))
  AND ($2::text IS NULL OR ($2 = 'provider' AND o.owner_id = ANY ($1)) OR ($2 = 'recipient' AND o.recipient_id = ANY ($1)))
  AND ($3::text IS NULL OR (o.number, o.id) > ($3, $4::uuid)) ORDER BY o.number, o.id LIMIT $5
"""
FIND_ORDERS = """
SELECT id, number, state FROM exchange.service_order WHERE number = ANY ($1::text[]) AND owner_id = ANY ($2::uuid[])
ORDER BY state = 'transferred', id
"""
INSERT_QUANTITIES = """
INSERT INTO exchange.usage_quantity (owner_id, order_id, first_day, ordinal, last_day, quantity, note, reported_by, reported_at)
SELECT $1, $2, $3, x.n, $4, x.q, $7, $8, $9 FROM unnest($5::int[], $6::numeric[]) x(n, q)
"""
LIST_QUANTITIES = """
SELECT o.number, u.first_day, u.last_day, l.label, l.unit, u.ordinal, u.quantity, u.note FROM exchange.usage_quantity u
JOIN exchange.order_row o ON o.owner_id = u.owner_id AND o.id = u.order_id
LEFT JOIN exchange.schedule_line l ON l.owner_id = u.owner_id AND l.order_id = u.order_id AND l.version = o.current_version AND l.ordinal = u.ordinal
WHERE ($1::uuid[] IS NULL OR u.owner_id = ANY ($1)) ORDER BY o.number, u.first_day, u.ordinal LIMIT $2
"""


@dataclass(frozen=True)
class Head:
    """An order and its switch; `begins` is the first day that is billed by the calendar."""

    owner_id: UUID
    order_id: UUID
    number: str
    recipient_id: UUID
    hub_id: UUID | None
    state: str
    terminated_on: date | None
    continues: bool
    title: str
    provider_short: str
    recipient_short: str
    confirm_days: int
    silence: str
    order_row_version: int
    is_on: bool
    begins: date
    row_version: int


@dataclass(frozen=True)
class Terms:
    """An approved version without its lines."""

    order_id: UUID
    version: int
    valid_from: date
    starts_on: date
    ends_on: date | None
    billing: str
    surcharge_pct: Decimal
    surcharge_fee_cents: int
    offering_id: UUID
    offering_version: int


@dataclass(frozen=True)
class Booked:
    """A booking of service that is there already, in whatever state; `cents` net with sign."""

    order_id: UUID
    id: UUID
    ordinal: int
    reference: str | None
    service_from: date
    service_to: date
    cents: int
    state: str


@dataclass(frozen=True)
class Quantity:
    """What was used in a period of one line."""

    order_id: UUID
    first_day: date
    ordinal: int
    quantity: Decimal
    note: str


async def register_orders(conn: Conn, limit: int) -> int:
    """Give running orders their switch: on when signed here, as the predecessor's after a succession, else off."""
    return await conn.execute(REGISTER, conn.now, limit)


async def find_due(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Orders to look at, their switches locked; what another worker holds is left out."""
    return [r["order_id"] for r in await conn.fetch(FIND_DUE, today, limit)]


async def lock_schedule(conn: Conn, owner_id: UUID, order_id: UUID) -> None:
    """Hold the switch of an order; nothing happens where there is none."""
    await conn.fetchval(LOCK, owner_id, order_id)


async def save_schedule(conn: Conn, head: Head, *, is_on: bool, begins: date) -> None:
    """Write the switch; the calendar looks at the order at once."""
    await conn.execute(SAVE, head.owner_id, head.order_id, is_on, begins, begins, conn.now)


async def mark_looked(conn: Conn, head: Head, next_on: date | None) -> None:
    """When to look again."""
    await conn.execute(MARK_LOOKED, head.owner_id, head.order_id, next_on, conn.now)


async def get_heads(conn: Conn, ids: Sequence[UUID]) -> list[Head]:
    """Those of these orders that the viewer may see."""
    return many(Head, await conn.fetch(GET_HEADS, list(ids)))


async def get_versions(conn: Conn, ids: Sequence[UUID]) -> list[Terms]:
    """Their approved versions."""
    return many(Terms, await conn.fetch(GET_VERSIONS, list(ids)))


async def get_lines(conn: Conn, ids: Sequence[UUID]) -> dict[tuple[UUID, int], list[Line]]:
    """Their price schedules by (order, version)."""
    found: dict[tuple[UUID, int], list[Line]] = {}
    for row in await conn.fetch(GET_LINES, list(ids)):
        found.setdefault((row["of_order"], row["of_version"]), []).append(one(Line, row))
    return found


async def get_pauses(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, datetime]]]:
    """Pauses and resumptions with their instants, in order."""
    found: dict[UUID, list[tuple[str, datetime]]] = {}
    for row in await conn.fetch(GET_PAUSES, list(ids)):
        found.setdefault(row["order_id"], []).append((row["event"], row["at"]))
    return found


async def get_booked(conn: Conn, ids: Sequence[UUID], since: date) -> list[Booked]:
    """Bookings of service of these orders that reach to a day or later."""
    return many(Booked, await conn.fetch(GET_BOOKED, list(ids), since))


async def get_quantities(conn: Conn, ids: Sequence[UUID], since: date) -> list[Quantity]:
    """What was reported for these orders."""
    return many(Quantity, await conn.fetch(GET_QUANTITIES, list(ids), since))


async def get_codes(
    conn: Conn, keys: Sequence[tuple[UUID, UUID, date]]
) -> dict[tuple[UUID, date], tuple[str, str]]:
    """The tax codes of (owner, order, day) in force, by (order, day)."""
    rows = await conn.fetch(GET_CODES, [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys])  # fmt: skip
    return {(r["order_id"], r["day"]): (r["code_1"], r["code_2"]) for r in rows}


async def list_running(
    conn: Conn, members: Sequence[UUID], side: str | None, after: tuple[str, UUID] | None, limit: int, *, is_on: bool
) -> list[tuple[str, UUID]]:  # fmt: skip
    """(number, id) of running orders of these members whose calendar is on (or off), by number."""
    place = after or (None, None)
    rows = await conn.fetch(LIST_RUNNING, list(members), side, *place, limit, is_on)
    return [(r["number"], r["id"]) for r in rows]


async def find_orders(
    conn: Conn, numbers: Sequence[str], members: Sequence[UUID]
) -> dict[str, UUID]:
    """The orders these members deliver, by number; of a number that moved on, the running one."""
    found: dict[str, UUID] = {}
    for row in await conn.fetch(FIND_ORDERS, list(numbers), list(members)):
        found.setdefault(row["number"], row["id"])
    return found


async def insert_quantities(
    conn: Conn, head: Head, first: date, last: date, amounts: Sequence[tuple[int, Decimal]], note: str
) -> None:  # fmt: skip
    """Keep what was used, by place of the line; UniqueViolation when it is there already."""
    await conn.execute(
        INSERT_QUANTITIES, head.owner_id, head.order_id, first, last, [n for n, _q in amounts],
        [q for _n, q in amounts], note, head.owner_id, conn.now,
    )  # fmt: skip


async def list_quantities(
    conn: Conn, members: Sequence[UUID] | None, limit: int
) -> list[dict[str, object]]:
    """What was reported by these members (None = all that is visible), by order and period."""
    rows = await conn.fetch(LIST_QUANTITIES, None if members is None else list(members), limit)
    return [dict(r) for r in rows]
