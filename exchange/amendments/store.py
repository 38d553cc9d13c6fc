"""SQL of amendments."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from exchange.amendments.model import Amendment
from exchange.orders.model import Leg, Line, Version
from exchange.orders.store import Order
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.text import _

GET = """
SELECT a.*, o.number, v.title, o.recipient_id, o.route, o.hub_id, o.state AS order_state, v.author_id, p.short_name AS provider_short, r.short_name AS recipient_short
FROM exchange.amendment a JOIN exchange.service_order o ON o.owner_id = a.owner_id AND o.id = a.order_id
JOIN exchange.order_version v ON v.owner_id = a.owner_id AND v.order_id = a.order_id AND v.version = a.version
JOIN kdnx.public_member p ON p.id = o.owner_id JOIN kdnx.public_member r ON r.id = o.recipient_id WHERE a.id = $1
"""
LIST_OF_ORDER = """
SELECT a.*, o.number, v.title, o.recipient_id, o.route, o.hub_id, o.state AS order_state, v.author_id, p.short_name AS provider_short, r.short_name AS recipient_short
FROM exchange.amendment a JOIN exchange.service_order o ON o.owner_id = a.owner_id AND o.id = a.order_id
JOIN exchange.order_version v ON v.owner_id = a.owner_id AND v.order_id = a.order_id AND v.version = a.version
JOIN kdnx.public_member p ON p.id = o.owner_id JOIN kdnx.public_member r ON r.id = o.recipient_id
WHERE a.owner_id = $1 AND a.order_id = $2 ORDER BY a.version DESC LIMIT 100
"""
LOCK = "SELECT 1 FROM exchange.amendment WHERE id = $1 FOR UPDATE"
NEXT_VERSION = (
    "SELECT max(version) + 1 FROM exchange.order_version WHERE owner_id = $1 AND order_id = $2"
)
GET_VERSION = (
    "SELECT * FROM exchange.order_version WHERE owner_id = $1 AND order_id = $2 AND version = $3"
)
GET_LINES = """
SELECT ordinal, label, unit, period, quantity, unit_price_micro, net_cents, price_ordinal FROM exchange.schedule_line
WHERE owner_id = $1 AND order_id = $2 AND version = $3 ORDER BY ordinal
"""
GET_LEGS = """
SELECT leg, supplier_id, customer_id, contract_ref, leitweg_id FROM exchange.leg WHERE owner_id = $1 AND order_id = $2 AND version = $3 ORDER BY leg
"""
BOOKED_UNTIL = """
SELECT max(service_to) FROM exchange.booking WHERE owner_id = $1 AND order_id = $2 AND kind = 'regular' AND state NOT IN ('withdrawn', 'expired')
"""
INSERT = """
INSERT INTO exchange.amendment (owner_id, id, order_id, version, base_version, state, valid_from, needs_legal, early_reason, reason, proposed_by, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'proposed', $6, $7, $8, $9, $10, $11, $11)
"""
MARK = """
UPDATE exchange.amendment SET state = $4, answer = $5, row_version = row_version + 1, updated_at = $6 WHERE owner_id = $1 AND id = $2 AND row_version = $3
"""
FIND_DUE = """
SELECT a.id FROM exchange.amendment a JOIN exchange.service_order o ON o.owner_id = a.owner_id AND o.id = a.order_id
WHERE a.state IN ('proposed', 'reviewed', 'approved_provider', 'approved_hub', 'agreed')
  AND (a.valid_from <= $1 OR o.state NOT IN ('active', 'paused'))
ORDER BY a.owner_id, a.id LIMIT $2
"""
FIND_OF_MEMBER = """
SELECT a.id FROM exchange.amendment a JOIN exchange.service_order o ON o.owner_id = a.owner_id AND o.id = a.order_id
WHERE a.state IN ('proposed', 'reviewed', 'approved_provider', 'approved_hub', 'agreed') AND (o.owner_id = $1 OR o.recipient_id = $1)
ORDER BY a.owner_id, a.id
"""
LIST_ENDING = """
SELECT o.* FROM exchange.order_row o WHERE o.state IN ('active', 'paused') AND o.terminated_on IS NULL AND o.ends_on >= $2 AND o.ends_on <= $3
  AND (o.owner_id = ANY ($1::uuid[]) OR o.recipient_id = ANY ($1))
  AND NOT EXISTS (SELECT 1 FROM exchange.amendment a WHERE a.owner_id = o.owner_id AND a.order_id = o.id
    AND a.state IN ('proposed', 'reviewed', 'approved_provider', 'approved_hub', 'agreed'))
  AND ($4::date IS NULL OR (o.ends_on, o.id) > ($4, $5::uuid)) ORDER BY o.ends_on, o.id LIMIT $6
"""


async def get_amendment(conn: Conn, amendment_id: UUID) -> Amendment:
    """One amendment of an order the viewer may see; NotFound otherwise."""
    return one(Amendment, await conn.fetchrow(GET, amendment_id), _("Diese Änderung"))


async def lock_amendment(conn: Conn, amendment_id: UUID) -> None:
    """Hold it until the transaction ends; nothing happens for an unknown one."""
    await conn.fetchval(LOCK, amendment_id)


async def list_of_order(conn: Conn, owner_id: UUID, order_id: UUID) -> list[Amendment]:
    """All changes of an order, the last one first."""
    return many(Amendment, await conn.fetch(LIST_OF_ORDER, owner_id, order_id))


async def next_version(conn: Conn, owner_id: UUID, order_id: UUID) -> int:
    """The number of the version that comes next; the order's lock makes it stand."""
    number: int = await conn.fetchval(NEXT_VERSION, owner_id, order_id)
    return number


async def find_version(conn: Conn, owner_id: UUID, order_id: UUID, version: int) -> Version | None:
    """A version with its lines and legs."""
    key = (owner_id, order_id, version)
    found = maybe(Version, await conn.fetchrow(GET_VERSION, *key))
    if found is None:
        return None
    lines = tuple(many(Line, await conn.fetch(GET_LINES, *key)))
    legs = tuple(many(Leg, await conn.fetch(GET_LEGS, *key)))
    values = {**vars(found), "lines": lines, "legs": legs}
    return Version(**values)


async def booked_until(conn: Conn, owner_id: UUID, order_id: UUID) -> date | None:
    """The last day of service that a booking holds, or None."""
    found: date | None = await conn.fetchval(BOOKED_UNTIL, owner_id, order_id)
    return found


async def insert_amendment(conn: Conn, a: Amendment) -> None:
    """Write it; UniqueViolation amendment_one_open when another one is under way."""
    await conn.execute(
        INSERT, a.owner_id, a.id, a.order_id, a.version, a.base_version, a.valid_from, a.needs_legal,
        a.early_reason, a.reason, a.proposed_by, conn.now,
    )  # fmt: skip


async def mark_amendment(conn: Conn, a: Amendment, state: str, answer: str) -> bool:
    """Write the state of an amendment read as `row_version`; False when somebody was faster."""
    done = await conn.execute(MARK, a.owner_id, a.id, a.row_version, state, answer, conn.now)
    return done == 1


async def find_due(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Open and agreed ones whose day has come, or whose order runs no longer; not locked."""
    return [r["id"] for r in await conn.fetch(FIND_DUE, today, limit)]


async def find_of_member(conn: Conn, member_id: UUID) -> list[UUID]:
    """Open and agreed ones of a member's orders, on either side."""
    return [r["id"] for r in await conn.fetch(FIND_OF_MEMBER, member_id)]


async def list_ending(
    conn: Conn, members: Sequence[UUID], first: date, last: date, after: tuple[date, UUID] | None, limit: int
) -> list[Order]:  # fmt: skip
    """Running orders of these members whose term ends in a span and is not being changed, next one first."""
    rows = await conn.fetch(LIST_ENDING, list(members), first, last, *(after or (None, None)), limit)  # fmt: skip
    return many(Order, rows)
