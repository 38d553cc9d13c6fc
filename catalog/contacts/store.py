"""SQL of what changes without a new version."""

from decimal import Decimal
from uuid import UUID

from kdnx.db.conn import Conn

MARK_FREE = "UPDATE catalog.offering SET capacity_free = $2, capacity_free_on = CASE WHEN $2::numeric IS NULL THEN NULL ELSE $3::date END WHERE id = $1"


async def mark_free(conn: Conn, offering_id: UUID, free: Decimal | None) -> None:
    """How much is free today; None = not told."""
    await conn.execute(MARK_FREE, offering_id, free, conn.today)
