"""SQL of succession: which orders a predecessor has, and the proofs that orders and their parts fit."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from exchange.orders.model import Line, Version
from exchange.orders.store import Order
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one

LOCK_OF_MEMBER = """
SELECT id FROM exchange.service_order WHERE (owner_id = $1 OR recipient_id = $1) AND state NOT IN ('ended', 'transferred', 'withdrawn', 'declined')
ORDER BY owner_id, id FOR UPDATE
"""
COUNT_OF_MEMBER = """
SELECT count(*)::int FROM exchange.service_order WHERE (owner_id = $1 OR recipient_id = $1) AND state NOT IN ('draft', 'ended', 'transferred', 'withdrawn', 'declined')
"""
GET_ORDERS = "SELECT * FROM exchange.order_row WHERE id = ANY ($1::uuid[]) ORDER BY owner_id, id"
GET_VERSIONS = """
SELECT v.*, v.order_id AS of_order FROM exchange.order_version v JOIN exchange.service_order o ON o.owner_id = v.owner_id AND o.id = v.order_id
WHERE o.id = ANY ($1::uuid[]) AND (v.version = o.current_version OR v.version < o.current_version AND EXISTS (SELECT 1 FROM exchange.agreed_version a
  WHERE a.owner_id = v.owner_id AND a.order_id = v.order_id AND a.version = v.version))
ORDER BY v.order_id, v.valid_from, v.version
"""
GET_LINES = """
SELECT l.order_id AS of_order, l.version AS of_version, l.ordinal, l.label, l.unit, l.period, l.quantity, l.unit_price_micro, l.net_cents, l.price_ordinal
FROM exchange.schedule_line l WHERE l.order_id = ANY ($1::uuid[]) ORDER BY l.order_id, l.version, l.ordinal
"""
STRAY_OFFERINGS = """
SELECT v.owner_id, v.order_id, v.version FROM exchange.order_version v LEFT JOIN catalog.public_offering f ON f.id = v.offering_id WHERE f.id IS NULL
"""
WRONG_LEGS = """
SELECT v.owner_id, v.order_id, v.version FROM exchange.order_version v JOIN exchange.service_order o ON o.owner_id = v.owner_id AND o.id = v.order_id
LEFT JOIN exchange.leg a ON a.owner_id = v.owner_id AND a.order_id = v.order_id AND a.version = v.version AND a.leg = 1
LEFT JOIN exchange.leg b ON b.owner_id = v.owner_id AND b.order_id = v.order_id AND b.version = v.version AND b.leg = 2
WHERE a.supplier_id IS DISTINCT FROM o.owner_id OR (o.route = 'direct' AND (a.customer_id IS DISTINCT FROM o.recipient_id OR b.leg IS NOT NULL))
  OR (o.route = 'hub' AND (a.customer_id IS DISTINCT FROM o.hub_id OR b.supplier_id IS DISTINCT FROM o.hub_id OR b.customer_id IS DISTINCT FROM o.recipient_id))
"""
LOST_CONTINUATIONS = """
SELECT o.owner_id, o.id FROM exchange.service_order o LEFT JOIN exchange.service_order c ON c.continues_owner_id = o.owner_id AND c.continues_id = o.id
WHERE o.origin <> 'legacy' AND o.state = 'transferred' AND c.number IS DISTINCT FROM o.number
UNION ALL SELECT c.owner_id, c.id FROM exchange.service_order c LEFT JOIN exchange.service_order o ON o.owner_id = c.continues_owner_id AND o.id = c.continues_id
WHERE c.continues_id IS NOT NULL AND (o.state IS DISTINCT FROM 'transferred' OR o.number IS DISTINCT FROM c.number)
"""
UNSIGNED_ORDERS = """
SELECT o.owner_id, o.id FROM exchange.service_order o
LEFT JOIN LATERAL (SELECT count(*) AS n FROM exchange.order_approval a WHERE a.owner_id = o.owner_id AND a.order_id = o.id AND a.version = o.current_version) x ON true
WHERE o.state IN ('approved', 'active', 'paused', 'notice_given', 'ended') AND x.n < CASE o.route WHEN 'direct' THEN 3 ELSE 4 END
"""


async def lock_orders_of(conn: Conn, member_id: UUID) -> list[Order]:
    """The member's orders that are not over, on either side, locked in key order."""
    ids = [r["id"] for r in await conn.fetch(LOCK_OF_MEMBER, member_id)]
    return many(Order, await conn.fetch(GET_ORDERS, ids))


async def count_orders_of(conn: Conn, member_id: UUID) -> int:
    """How many orders would move."""
    found: int = await conn.fetchval(COUNT_OF_MEMBER, member_id)
    return found


async def list_versions(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, list[Version]]:
    """What was in force of these orders and the current terms, the first one first; with lines, without legs."""
    lines: dict[tuple[UUID, int], list[Line]] = {}
    for row in await conn.fetch(GET_LINES, list(ids)):
        lines.setdefault((row["of_order"], row["of_version"]), []).append(one(Line, row))
    found: dict[UUID, list[Version]] = {}
    for row in await conn.fetch(GET_VERSIONS, list(ids)):
        version = one(Version, row)
        own = tuple(lines.get((row["of_order"], version.version), ()))
        found.setdefault(row["of_order"], []).append(replace(version, lines=own))
    return found
