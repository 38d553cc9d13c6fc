"""SQL of bookings: proposing, signing in sets, reading for both sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from exchange.bookings.model import Booking
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe

LOCK_BOOKINGS = """
SELECT b.owner_id, b.id FROM exchange.booking b WHERE b.id = ANY ($1::uuid[]) ORDER BY b.owner_id, b.id FOR UPDATE
"""
GET_BOOKINGS = (
    "SELECT * FROM exchange.booking_row WHERE id = ANY ($1::uuid[]) ORDER BY owner_id, id"
)
INSERT_BOOKINGS = """
INSERT INTO exchange.booking (owner_id, id, order_id, order_version, ordinal, recipient_id, kind, sign, service_year, service_from, service_to,
  quantity, net_cents, reference, note, reverses_id, parent_id, proposed_by, proposed_person, proposed_at, due_on, silence, state, updated_at)
SELECT x.o, x.i, x.q, x.v, x.n, x.r, x.k, x.s, extract(year FROM x.f)::int, x.f, x.t, x.qty, x.c, x.ref, x.note, x.rev, x.par, x.pb, x.pp, x.pa, x.due, x.sil, x.st, $22
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::bigint[], $6::uuid[], $7::text[], $8::smallint[], $9::date[], $10::date[], $11::numeric[], $12::bigint[],
  $13::text[], $14::text[], $15::uuid[], $16::uuid[], $17::uuid[], $18::uuid[], $19::timestamptz[], $20::date[], $21::text[], $23::text[])
  x(o, i, q, v, n, r, k, s, f, t, qty, c, ref, note, rev, par, pb, pp, pa, due, sil, st)
"""
MARK_STATE = """
UPDATE exchange.booking b SET state = x.s, row_version = b.row_version + 1, updated_at = $4
FROM unnest($1::uuid[], $2::uuid[], $3::text[]) x(o, i, s) WHERE b.owner_id = x.o AND b.id = x.i
"""
DRAW_ORDINALS = """
UPDATE exchange.order_counter c SET last_booking = c.last_booking + x.n FROM (
  SELECT o, q, count(*) AS n FROM unnest($1::uuid[], $2::uuid[]) y(o, q) GROUP BY o, q ORDER BY o, q) x
WHERE c.owner_id = x.o AND c.order_id = x.q RETURNING c.owner_id, c.order_id, c.last_booking
"""
LOCK_COUNTERS = """
SELECT owner_id, order_id FROM exchange.order_counter WHERE order_id = ANY ($1::uuid[]) ORDER BY owner_id, order_id FOR UPDATE
"""
GET_TERMS = """
SELECT o.owner_id, o.id AS order_id, o.number, o.recipient_id, o.route, o.hub_id, o.state, v.version, v.valid_from, v.title,
  v.offering_id, v.category_id, v.starts_on, least(v.ends_on, o.terminated_on) AS runs_until, v.surcharge_pct, v.surcharge_fee_cents, v.silence, v.confirm_days
FROM exchange.service_order o
JOIN exchange.agreed_version v ON v.owner_id = o.owner_id AND v.order_id = o.id
WHERE ($1::uuid[] IS NULL OR o.id = ANY ($1)) AND ($2::text[] IS NULL OR o.number = ANY ($2))
ORDER BY o.owner_id, o.id, v.valid_from, v.version
"""
TITLE_OF = "SELECT title FROM exchange.order_version WHERE owner_id = $1 AND order_id = $2 AND version = $3"
ORDER_EXISTS = "SELECT EXISTS (SELECT 1 FROM exchange.service_order WHERE id = $1)"
CONFIRMED_SUM = """
SELECT coalesce(sum(b.sign * coalesce(c.confirmed_cents, b.net_cents)) FILTER (WHERE c.booking_id IS NOT NULL
    OR (b.sign = -1 AND b.state IN ('proposed', 'disputed'))), 0)::bigint
FROM exchange.booking b LEFT JOIN exchange.confirmation c ON c.owner_id = b.owner_id AND c.booking_id = b.id
WHERE b.owner_id = $1 AND b.order_id = $2 AND b.service_year = $3
"""
LIST_DISPUTES = """
SELECT d.n, d.by_member, m.short_name AS by_name, d.reason_code, d.text, d.claimed_cents, d.due_on, d.raised_at
FROM exchange.dispute d JOIN kdnx.public_member m ON m.id = d.by_member WHERE d.owner_id = $1 AND d.booking_id = $2 ORDER BY d.n
"""
LIST_RELATED = """
SELECT id, number || '/' || ordinal AS booking_number, kind, sign, net_cents, state, reverses_id, parent_id FROM exchange.booking_row
WHERE owner_id = $1 AND (reverses_id = $2 OR parent_id = $2 OR id = ANY ($3::uuid[])) ORDER BY ordinal
"""
LIST_BOOKINGS = """
SELECT b.*, p.short_name AS provider_name, r.short_name AS recipient_name, coalesce(v.title, '') AS title
FROM exchange.booking_row b JOIN kdnx.public_member p ON p.id = b.owner_id JOIN kdnx.public_member r ON r.id = b.recipient_id LEFT JOIN exchange.order_version v ON v.owner_id = b.owner_id AND v.order_id = b.order_id AND v.version = b.order_version
WHERE ($1::uuid[] IS NULL OR b.owner_id = ANY ($1) OR b.recipient_id = ANY ($1))
  AND ($2::text IS NULL OR b.state = $2) AND ($3::int IS NULL OR b.service_year = $3) AND ($4::uuid IS NULL OR b.order_id = $4)
  AND ($5::text IS NULL OR b.number || '/' || b.ordinal ILIKE CASE WHEN $5 ~ '/[0-9]+$' THEN $5 ELSE $5 || '%' END OR b.reference ILIKE $5 || '%')
  AND ($6::timestamptz IS NULL OR (b.proposed_at, b.id) < ($6, $7::uuid))
ORDER BY b.proposed_at DESC, b.id DESC LIMIT $8
"""
LIST_INBOX = """
SELECT b.*, p.short_name AS provider_name, r.short_name AS recipient_name, coalesce(v.title, '') AS title
FROM exchange.booking_row b JOIN kdnx.public_member p ON p.id = b.owner_id JOIN kdnx.public_member r ON r.id = b.recipient_id LEFT JOIN exchange.order_version v ON v.owner_id = b.owner_id AND v.order_id = b.order_id AND v.version = b.order_version
WHERE b.state IN ('proposed', 'disputed') AND ((b.state = 'proposed' AND b.owner_id = ANY ($1::uuid[]) AND b.proposed_by = b.recipient_id)
    OR (b.state = 'proposed' AND b.recipient_id = ANY ($1) AND b.proposed_by = b.owner_id)
    OR (b.state = 'disputed' AND b.proposed_by = ANY ($1)) OR ($2 AND b.escalated_at IS NOT NULL))
  AND ($3::date IS NULL OR (b.due_on, b.id) > ($3, $4::uuid))
ORDER BY b.due_on, b.id LIMIT $5
"""
COUNT_STATES = """
SELECT b.state, count(*)::int AS n, coalesce(sum(b.sign * coalesce(c.confirmed_cents, b.net_cents)), 0)::bigint AS cents
FROM exchange.booking b LEFT JOIN exchange.confirmation c ON c.owner_id = b.owner_id AND c.booking_id = b.id
WHERE ($1::uuid[] IS NULL OR b.owner_id = ANY ($1) OR b.recipient_id = ANY ($1)) AND ($2::int IS NULL OR b.service_year = $2)
  AND ($3::uuid IS NULL OR b.order_id = $3)
GROUP BY b.state ORDER BY b.state
"""
COUNT_INBOX = """
SELECT count(*)::int AS n, coalesce(sum(sign * net_cents), 0)::bigint AS cents, min(due_on) AS due_on FROM exchange.booking
WHERE state = 'proposed' AND ((owner_id = ANY ($1::uuid[]) AND proposed_by = recipient_id) OR (recipient_id = ANY ($1) AND proposed_by = owner_id))
"""
UNSIGNED = """
SELECT b.owner_id, b.id FROM exchange.booking b LEFT JOIN exchange.confirmation k ON k.owner_id = b.owner_id AND k.booking_id = b.id
LEFT JOIN LATERAL (SELECT sum(t.sign * t.cents) FILTER (WHERE t.kind = 'supply') AS s, coalesce(sum(t.sign * t.cents) FILTER (WHERE t.kind = 'surcharge'), 0) AS u
  FROM exchange.transfer t WHERE t.owner_id = b.owner_id AND t.source_id = b.id) x ON true
WHERE (b.state = 'confirmed') <> (k.booking_id IS NOT NULL) OR (k.booking_id IS NULL AND x.s IS NOT NULL)
  OR k.booking_id IS NOT NULL AND (x.s IS DISTINCT FROM b.sign * k.confirmed_cents OR x.u <> b.sign * k.surcharge_cents OR k.confirmed_cents > b.net_cents)
LIMIT 20
"""
SELF_SIGNED = """
SELECT b.owner_id, b.id FROM exchange.booking b JOIN exchange.confirmation k ON k.owner_id = b.owner_id AND k.booking_id = b.id
WHERE k.origin = 'signed' AND (k.confirmed_by = b.proposed_by OR k.confirmed_by NOT IN (b.owner_id, b.recipient_id)) LIMIT 20
"""
WRONG_REVERSALS = """
SELECT r.owner_id, r.id FROM exchange.booking r JOIN exchange.booking o ON o.owner_id = r.owner_id AND o.id = r.reverses_id
WHERE r.kind = 'reversal' AND (o.state <> 'confirmed' OR o.order_id <> r.order_id OR o.sign = r.sign OR o.kind = 'reversal') LIMIT 20
"""
CHANGED_EVIDENCE = """
SELECT b.owner_id, b.id FROM exchange.booking b JOIN exchange.confirmation k ON k.owner_id = b.owner_id AND k.booking_id = b.id
WHERE k.evidence <> exchange.booking_evidence(b, k)
  OR EXISTS (SELECT 1 FROM exchange.transfer t WHERE t.owner_id = b.owner_id AND t.source_id = b.id AND t.evidence <> k.evidence) LIMIT 20
"""


@dataclass(frozen=True)
class Row(Booking):
    """A booking with its signature, if it has one, and the surcharge of what it reverses."""

    confirmed_cents: int | None
    confirmed_surcharge_cents: int | None
    tax_code_1: str | None
    tax_code_2: str | None
    confirmed_by: UUID | None
    confirmed_person: UUID | None
    origin: str | None
    book_year: int | None
    book_month: int | None
    template: str | None
    document: str | None
    confirmed_at: datetime | None
    evidence: bytes | None
    reversed_surcharge_cents: int | None
    updated_at: datetime


@dataclass(frozen=True)
class Listed(Row):
    """A booking in a list, with the names of both sides and of the service."""

    provider_name: str
    recipient_name: str
    title: str = ""


@dataclass(frozen=True)
class BookingFilter:
    """What a list is narrowed to; `after` = (proposed_at, id) of the last row shown."""

    state: str | None = None
    year: int | None = None
    order_id: UUID | None = None
    text: str | None = None
    after: tuple[datetime, UUID] | None = None


@dataclass(frozen=True)
class Terms:
    """What of an order a booking needs."""

    owner_id: UUID
    order_id: UUID
    number: str
    recipient_id: UUID
    route: str
    hub_id: UUID | None
    state: str
    version: int
    valid_from: date
    title: str
    offering_id: UUID
    category_id: UUID
    starts_on: date
    runs_until: date | None
    surcharge_pct: Decimal
    surcharge_fee_cents: int
    silence: str
    confirm_days: int


@dataclass(frozen=True)
class NewBooking:
    """A booking to write; its ordinal is drawn with `draw_ordinals`."""

    owner_id: UUID
    id: UUID
    order_id: UUID
    order_version: int
    ordinal: int
    recipient_id: UUID
    kind: str
    sign: int
    service_from: date
    service_to: date
    net_cents: int
    proposed_by: UUID
    proposed_person: UUID | None
    proposed_at: datetime
    due_on: date
    silence: str
    quantity: Decimal | None = None
    reference: str | None = None
    note: str = ""
    reverses_id: UUID | None = None
    parent_id: UUID | None = None
    state: str = "proposed"


async def lock_bookings(conn: Conn, ids: Sequence[UUID]) -> list[Row]:
    """Lock the visible bookings in (owner, id) order, then read them as they are now."""
    await conn.fetch(LOCK_BOOKINGS, list(ids))
    return await get_bookings(conn, ids)


async def get_bookings(conn: Conn, ids: Sequence[UUID]) -> list[Row]:
    """Those of these bookings that the viewer may see."""
    return many(Row, await conn.fetch(GET_BOOKINGS, list(ids)))


async def find_booking(conn: Conn, booking_id: UUID) -> Row | None:
    """One booking, or None when it is not there or not visible."""
    return maybe(Row, await conn.fetchrow(GET_BOOKINGS, [booking_id]))


async def insert_bookings(conn: Conn, rows: Sequence[NewBooking]) -> None:
    """Write bookings; UniqueViolation names booking_reference_once or booking_reversed_once."""
    await conn.execute(
        INSERT_BOOKINGS,
        [r.owner_id for r in rows], [r.id for r in rows], [r.order_id for r in rows], [r.order_version for r in rows],
        [r.ordinal for r in rows], [r.recipient_id for r in rows], [r.kind for r in rows], [r.sign for r in rows],
        [r.service_from for r in rows], [r.service_to for r in rows], [r.quantity for r in rows], [r.net_cents for r in rows],
        [r.reference for r in rows], [r.note for r in rows], [r.reverses_id for r in rows], [r.parent_id for r in rows],
        [r.proposed_by for r in rows], [r.proposed_person for r in rows], [r.proposed_at for r in rows],
        [r.due_on for r in rows], [r.silence for r in rows], conn.now, [r.state for r in rows],
    )  # fmt: skip


async def mark_state(conn: Conn, rows: Sequence[Booking], state: str) -> int:
    """Set the state of locked bookings."""
    return await conn.execute(
        MARK_STATE, [r.owner_id for r in rows], [r.id for r in rows], [state] * len(rows), conn.now
    )


async def draw_ordinals(conn: Conn, orders: Sequence[tuple[UUID, UUID]]) -> list[int]:
    """One ordinal for each (owner, order), in the given order; the counter rows stay locked."""
    await conn.fetch(LOCK_COUNTERS, list({q for _o, q in orders}))
    rows = await conn.fetch(DRAW_ORDINALS, [o for o, _q in orders], [q for _o, q in orders])
    last = {(r["owner_id"], r["order_id"]): r["last_booking"] for r in rows}
    left: dict[tuple[UUID, UUID], int] = {}
    for key in orders:
        left[key] = left.get(key, 0) + 1
    given = []
    for key in orders:
        left[key] -= 1
        given.append(last[key] - left[key])
    return given


async def get_terms(
    conn: Conn, *, ids: Sequence[UUID] | None = None, numbers: Sequence[str] | None = None
) -> list[Terms]:
    """Approved terms of the visible orders with these ids or numbers, a row a version, oldest first."""
    rows = await conn.fetch(
        GET_TERMS, None if ids is None else list(ids), None if numbers is None else list(numbers)
    )
    return many(Terms, rows)


async def order_exists(conn: Conn, order_id: UUID) -> bool:
    """The viewer sees such an order."""
    found: bool = await conn.fetchval(ORDER_EXISTS, order_id)
    return found


async def confirmed_sum(conn: Conn, owner_id: UUID, order_id: UUID, year: int) -> int:
    """Cents confirmed for an order and service year, less what is already asked back."""
    total: int = await conn.fetchval(CONFIRMED_SUM, owner_id, order_id, year)
    return total


async def list_disputes(conn: Conn, booking: Booking) -> list[asyncpg.Record]:
    """n, by_member, by_name, reason_code, text, claimed_cents, due_on, raised_at; oldest first."""
    return await conn.fetch(LIST_DISPUTES, booking.owner_id, booking.id)


async def title_of(conn: Conn, booking: Booking) -> str:
    """The service as the order's version names it; empty where the viewer may not read it."""
    key = (booking.owner_id, booking.order_id, booking.order_version)
    return await conn.fetchval(TITLE_OF, *key) or ""


async def list_related(conn: Conn, booking: Booking) -> list[asyncpg.Record]:
    """Reversals, adjustments, rests and the original of a booking."""
    origins = [i for i in (booking.reverses_id, booking.parent_id) if i]
    return await conn.fetch(LIST_RELATED, booking.owner_id, booking.id, origins)


async def list_bookings(
    conn: Conn, members: Sequence[UUID] | None, wanted: BookingFilter, limit: int
) -> list[Listed]:
    """Newest first; `members` None = all that row security shows."""
    after = wanted.after or (None, None)
    rows = await conn.fetch(
        LIST_BOOKINGS,
        None if members is None else list(members),
        wanted.state,
        wanted.year,
        wanted.order_id,
        wanted.text,
        *after,
        limit,
    )
    return many(Listed, rows)


async def list_inbox(
    conn: Conn,
    members: Sequence[UUID],
    *,
    escalated: bool,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[Listed]:
    """What waits for these members (and, with `escalated`, for the office), next due first."""
    return many(
        Listed,
        await conn.fetch(LIST_INBOX, list(members), escalated, *(after or (None, None)), limit),
    )


async def count_states(
    conn: Conn,
    members: Sequence[UUID] | None,
    year: int | None = None,
    order_id: UUID | None = None,
) -> dict[str, tuple[int, int]]:
    """Bookings and their signed net cents by state."""
    rows = await conn.fetch(
        COUNT_STATES, None if members is None else list(members), year, order_id
    )
    return {r["state"]: (r["n"], r["cents"]) for r in rows}


async def count_inbox(conn: Conn, members: Sequence[UUID]) -> tuple[int, int, date | None]:
    """How many wait for a signature of these members, their signed net cents, and the next due day."""
    row = await conn.fetchrow(COUNT_INBOX, list(members))
    return (0, 0, None) if row is None else (row["n"], row["cents"], row["due_on"])
