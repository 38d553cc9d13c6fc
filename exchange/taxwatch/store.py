"""SQL of the tax watch: contracts of running orders and receipts by activity group."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from exchange.taxwatch.model import Leg, Receipt
from kdnx.db.conn import Conn
from kdnx.db.rows import many

LIST_LEGS = """
SELECT o.owner_id, o.id AS order_id, o.number, o.title, o.state, l.leg, l.supplier_id, s.short_name AS supplier, l.customer_id, c.short_name AS customer,
  o.starts_on, o.runs_until, o.yearly_net_cents AS yearly_cents, coalesce(nullif(o.activity_group, ''), o.category_name, '') AS group_name,
  o.activity_group <> '' AS is_named
FROM exchange.order_row o
CROSS JOIN LATERAL (SELECT 1 AS leg, o.owner_id AS supplier_id, coalesce(o.hub_id, o.recipient_id) AS customer_id
  UNION ALL SELECT 2, o.hub_id, o.recipient_id WHERE o.hub_id IS NOT NULL) l
JOIN kdnx.public_member s ON s.id = l.supplier_id JOIN kdnx.public_member c ON c.id = l.customer_id
WHERE o.state IN ('approved', 'active', 'paused', 'notice_given') AND (o.runs_until IS NULL OR o.runs_until >= $2)
  AND ($1::uuid[] IS NULL OR l.supplier_id = ANY ($1) OR l.customer_id = ANY ($1))
ORDER BY o.number, o.id, l.leg LIMIT $3
"""
# of a contract 2 the hub is the supplier and gets its surcharge too
RECEIPTS = """
SELECT l.supplier_id, coalesce(nullif(v.activity_group, ''), k.name, '') AS group_name, v.activity_group <> '' AS is_named,
  coalesce(CASE l.leg WHEN 1 THEN c.tax_code_1 ELSE c.tax_code_2 END, 'undecided') AS tax_code,
  coalesce(sum(b.sign * (c.confirmed_cents + CASE l.leg WHEN 2 THEN c.surcharge_cents ELSE 0 END)) FILTER (WHERE b.state = 'confirmed'), 0)::bigint AS cents,
  coalesce(sum(b.sign * b.net_cents) FILTER (WHERE b.state IN ('proposed', 'disputed')), 0)::bigint AS open_cents
FROM exchange.booking b
JOIN exchange.service_order o ON o.owner_id = b.owner_id AND o.id = b.order_id
JOIN exchange.order_version v ON v.owner_id = b.owner_id AND v.order_id = b.order_id AND v.version = b.order_version
LEFT JOIN exchange.confirmation c ON c.owner_id = b.owner_id AND c.booking_id = b.id
LEFT JOIN catalog.public_category k ON k.id = v.category_id
CROSS JOIN LATERAL (SELECT 1 AS leg, b.owner_id AS supplier_id UNION ALL SELECT 2, o.hub_id WHERE o.hub_id IS NOT NULL) l
WHERE b.service_year = $2 AND b.state IN ('proposed', 'disputed', 'confirmed') AND ($1::uuid[] IS NULL OR l.supplier_id = ANY ($1))
GROUP BY 1, 2, 3, 4
"""
HUB_ON = "SELECT member_id FROM kdnx.public_hub WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)"


async def list_legs(
    conn: Conn, members: Sequence[UUID] | None, since: date, limit: int
) -> list[Leg]:
    """Contracts of orders that run on a day or later, without their codes; of these members, or all visible."""
    rows = await conn.fetch(LIST_LEGS, None if members is None else list(members), since, limit)
    return many(Leg, rows)


async def list_receipts(conn: Conn, members: Sequence[UUID] | None, year: int) -> list[Receipt]:
    """What these suppliers (None: all visible) got for service of a year, net, by group and tax code."""
    return many(Receipt, await conn.fetch(RECEIPTS, None if members is None else list(members), year))  # fmt: skip


async def hub_on(conn: Conn, day: date) -> UUID | None:
    """The hub of a day."""
    found: UUID | None = await conn.fetchval(HUB_ON, day)
    return found
