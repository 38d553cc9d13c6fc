"""SQL of which order was made of which interest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import maybe

INSERT_ACCEPTANCE = """
INSERT INTO exchange.acceptance (owner_id, interest_owner_id, interest_id, order_id, interest_number, offer_n, accepted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
FIND_BY_INTEREST = """
SELECT a.*, o.number AS order_number, o.state AS order_state FROM exchange.acceptance a
JOIN exchange.service_order o ON o.owner_id = a.owner_id AND o.id = a.order_id WHERE a.interest_id = $1
"""
# an order that goes on under a successor leads back to the interest of the first
FIND_BY_ORDER = """
WITH RECURSIVE line AS (
  SELECT o.owner_id, o.id, o.continues_owner_id, o.continues_id, 0 AS depth FROM exchange.service_order o WHERE o.owner_id = $1 AND o.id = $2
  UNION ALL SELECT o.owner_id, o.id, o.continues_owner_id, o.continues_id, l.depth + 1 FROM line l
  JOIN exchange.service_order o ON o.owner_id = l.continues_owner_id AND o.id = l.continues_id WHERE l.depth < 20)
SELECT a.*, o.number AS order_number, o.state AS order_state FROM line l
JOIN exchange.acceptance a ON a.owner_id = l.owner_id AND a.order_id = l.id
JOIN exchange.service_order o ON o.owner_id = a.owner_id AND o.id = a.order_id ORDER BY l.depth LIMIT 1
"""
WITHOUT_TERMS = """
SELECT a.owner_id, a.order_id FROM exchange.acceptance a LEFT JOIN exchange.order_version v
  ON v.owner_id = a.owner_id AND v.order_id = a.order_id AND v.version = 1 WHERE v.version IS NULL
"""


@dataclass(frozen=True)
class Acceptance:
    """An order (`owner_id`, `order_id`) and the interest it was made of."""

    owner_id: UUID
    interest_owner_id: UUID
    interest_id: UUID
    order_id: UUID
    interest_number: str
    offer_n: int
    accepted_at: datetime
    order_number: str | None = None
    order_state: str = ""


async def insert_acceptance(conn: Conn, a: Acceptance) -> None:
    """Tie the order to its interest; UniqueViolation when the interest has one."""
    await conn.execute(
        INSERT_ACCEPTANCE, a.owner_id, a.interest_owner_id, a.interest_id, a.order_id, a.interest_number, a.offer_n, a.accepted_at
    )  # fmt: skip


async def find_by_interest(conn: Conn, interest_id: UUID) -> Acceptance | None:
    """The order made of an interest, as far as the viewer may see it."""
    return maybe(Acceptance, await conn.fetchrow(FIND_BY_INTEREST, interest_id))


async def find_by_order(conn: Conn, owner_id: UUID, order_id: UUID) -> Acceptance | None:
    """The interest an order (or the one it continues) was made of."""
    return maybe(Acceptance, await conn.fetchrow(FIND_BY_ORDER, owner_id, order_id))
