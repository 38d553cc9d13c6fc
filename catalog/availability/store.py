"""SQL of planned retirements."""

from datetime import date
from uuid import UUID

from catalog.offerings.model import Offering
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.errors import Conflict
from kdnx.text import _

MARK_PLAN = """
UPDATE catalog.offering SET retire_on = $3, retire_note = $4, successor_id = $5, row_version = row_version + 1, updated_at = $6
WHERE id = $1 AND row_version = $2 RETURNING *
"""
# one that members use and nothing replaces is not ended by its date alone
LIST_DUE = """
SELECT o.* FROM catalog.offering o WHERE o.retire_on <= $1 AND o.state IN ('published', 'suspended')
  AND (o.successor_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM catalog.offering_use u
    WHERE u.offering_id = o.id AND u.valid_from <= $1 AND (u.valid_to IS NULL OR u.valid_to > $1)))
ORDER BY o.retire_on, o.id LIMIT $2 FOR UPDATE SKIP LOCKED
"""


async def mark_plan(
    conn: Conn, o: Offering, on: date | None, note: str, successor_id: UUID | None
) -> Offering:
    """Write or clear the planned day of a head read at `o.row_version`; Conflict when it moved on."""
    row = await conn.fetchrow(MARK_PLAN, o.id, o.row_version, on, note, successor_id, conn.now)
    if row is None:
        raise Conflict(_("Diese Leistung wurde im selben Augenblick geändert."))
    return one(Offering, row)


async def list_due(conn: Conn, today: date, limit: int) -> list[Offering]:
    """Offerings whose planned day has come and that nobody uses or something replaces; locked."""
    return many(Offering, await conn.fetch(LIST_DUE, today, limit))
