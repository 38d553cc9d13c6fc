"""SQL of agreements on self-billing."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from exchange.selfbilling.model import Agreement
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

COLUMNS = """
SELECT a.owner_id, a.id, a.buyer_id, a.order_owner_id, a.order_id, a.order_number, a.valid_from, a.agreed_on, a.document, a.proposed_by, a.state, a.ends_on, a.reason,
  a.continues_id, a.row_version, s.short_name AS seller_name, b.short_name AS buyer_name
FROM exchange.self_billing a JOIN kdnx.public_member s ON s.id = a.owner_id JOIN kdnx.public_member b ON b.id = a.buyer_id
"""
GET = COLUMNS + "WHERE a.id = $1"
LOCK = "SELECT id FROM exchange.self_billing WHERE id = $1 FOR UPDATE"
LIST = (
    COLUMNS
    + """
WHERE ($1::uuid[] IS NULL OR a.owner_id = ANY ($1) OR a.buyer_id = ANY ($1)) AND ($2::text IS NULL OR a.state = $2)
  AND ($3::uuid IS NULL OR a.id < $3) ORDER BY a.id DESC LIMIT $4
"""
)
OPEN_OF = (
    COLUMNS
    + "WHERE $1 IN (a.owner_id, a.buyer_id) AND a.state IN ('proposed', 'agreed') ORDER BY a.owner_id, a.id LIMIT 2000"
)
INSERT_AGREEMENT = """
INSERT INTO exchange.self_billing (owner_id, id, buyer_id, order_owner_id, order_id, order_number, valid_from, agreed_on, document, proposed_by, state, ends_on, reason,
  continues_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
"""
MARK = """
UPDATE exchange.self_billing SET state = $3, ends_on = $4, reason = $5, row_version = row_version + 1, updated_at = $6 WHERE owner_id = $1 AND id = $2
"""
FIND_ORDER = """
SELECT o.owner_id, o.id, o.number FROM exchange.service_order o
WHERE o.number = $1 AND o.state <> 'transferred' AND CASE o.route WHEN 'direct' THEN (o.owner_id, o.recipient_id) = ($2::uuid, $3::uuid)
  ELSE (o.owner_id, o.hub_id) = ($2, $3) OR (o.hub_id, o.recipient_id) = ($2, $3) END LIMIT 1
"""
CONTINUED = "SELECT owner_id, id FROM exchange.service_order WHERE continues_owner_id = $1 AND continues_id = $2"
COUNT_ISSUED = """
SELECT count(*)::int FROM exchange.invoice WHERE $1 IN (seller_id, buyer_id)
"""
HAS_OPEN = """
SELECT EXISTS (SELECT 1 FROM exchange.self_billing WHERE owner_id = $1 AND buyer_id = $2 AND order_id IS NOT DISTINCT FROM $3 AND state IN ('proposed', 'agreed'))
"""


async def get_agreement(conn: Conn, agreement_id: UUID) -> Agreement:
    """A visible agreement; NotFound otherwise."""
    return one(Agreement, await conn.fetchrow(GET, agreement_id), _("Diese Vereinbarung"))


async def lock_agreement(conn: Conn, agreement_id: UUID) -> Agreement:
    """The same behind its lock."""
    await conn.fetch(LOCK, agreement_id)
    return await get_agreement(conn, agreement_id)


async def list_agreements(
    conn: Conn, members: Sequence[UUID] | None, state: str | None, after: UUID | None, limit: int
) -> list[Agreement]:
    """Newest first; `members` None = all that row security shows."""
    mine = None if members is None else list(members)
    return many(Agreement, await conn.fetch(LIST, mine, state, after, limit))


async def open_agreements_of(conn: Conn, member_id: UUID) -> list[Agreement]:
    """What is proposed or agreed with this member, on either side."""
    return many(Agreement, await conn.fetch(OPEN_OF, member_id))


async def insert_agreement(conn: Conn, a: Agreement, at: datetime) -> None:
    """Write it."""
    await conn.execute(
        INSERT_AGREEMENT, a.owner_id, a.id, a.buyer_id, a.order_owner_id, a.order_id, a.order_number, a.valid_from, a.agreed_on, a.document,
        a.proposed_by, a.state, a.ends_on, a.reason, a.continues_id, at,
    )  # fmt: skip


async def mark_agreement(
    conn: Conn, a: Agreement, state: str, *, ends_on: date | None = None, reason: str = ""
) -> None:
    """Move a locked agreement."""
    await conn.execute(MARK, a.owner_id, a.id, state, ends_on, reason, conn.now)


async def find_order(
    conn: Conn, number: str, seller: UUID, buyer: UUID
) -> tuple[UUID, UUID, str] | None:
    """(owner, id, number) of an order that has a contract from seller to buyer, if visible."""
    row = await conn.fetchrow(FIND_ORDER, number, seller, buyer)
    return (row["owner_id"], row["id"], row["number"]) if row else None


async def continuation_of(
    conn: Conn, owner_id: UUID | None, order_id: UUID | None
) -> tuple[UUID, UUID] | None:
    """(owner, id) of the order that continues one under a successor."""
    row = await conn.fetchrow(CONTINUED, owner_id, order_id)
    return (row["owner_id"], row["id"]) if row else None


async def has_open(conn: Conn, seller: UUID, buyer: UUID, order_id: UUID | None) -> bool:
    """Something is proposed or agreed for this pair or this order already."""
    found: bool = await conn.fetchval(HAS_OPEN, seller, buyer, order_id)
    return found


async def count_issued(conn: Conn, member_id: UUID) -> int:
    """How many documents name the member on either side."""
    found: int = await conn.fetchval(COUNT_ISSUED, member_id)
    return found
