"""SQL of what dates make due at orders."""

from datetime import date
from uuid import UUID

from kdnx.db.conn import Conn

FIND_STARTING = """
SELECT o.id FROM exchange.service_order o JOIN exchange.order_version v ON v.owner_id = o.owner_id AND v.order_id = o.id AND v.version = o.current_version
WHERE o.state = 'approved' AND v.starts_on <= $1 ORDER BY o.owner_id, o.id LIMIT $2 FOR UPDATE OF o SKIP LOCKED
"""
FIND_ENDING = """
SELECT o.id FROM exchange.service_order o JOIN exchange.order_version v ON v.owner_id = o.owner_id AND v.order_id = o.id AND v.version = o.current_version
WHERE o.state IN ('active', 'paused', 'notice_given', 'approved') AND least(v.ends_on, o.terminated_on) < $1
ORDER BY o.owner_id, o.id LIMIT $2 FOR UPDATE OF o SKIP LOCKED
"""
FIND_LAPSING = """
SELECT o.id FROM exchange.service_order o WHERE o.state IN ('offered', 'reviewed', 'approved_provider', 'approved_hub') AND o.offer_valid_until < $1
ORDER BY o.owner_id, o.id LIMIT $2 FOR UPDATE SKIP LOCKED
"""


async def find_starting(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Approved orders whose first day has come, locked; what another worker holds is left out."""
    return [r["id"] for r in await conn.fetch(FIND_STARTING, today, limit)]


async def find_ending(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Orders whose last day has passed, locked."""
    return [r["id"] for r in await conn.fetch(FIND_ENDING, today, limit)]


async def find_lapsing(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Offers that bind no longer, locked."""
    return [r["id"] for r in await conn.fetch(FIND_LAPSING, today, limit)]
