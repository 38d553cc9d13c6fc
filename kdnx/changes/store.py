"""SQL of the change feed."""

from uuid import UUID

import asyncpg

from kdnx.db.conn import Conn

# rows of transactions still running are held back: nothing can appear behind the cursor later
LIST_CHANGES = """
SELECT xid::text AS xid, id, at, kind, object_id, owner_id, row_version, op FROM kdnx.change
WHERE (xid, id) > ($1::text::xid8, $2::uuid) AND xid < pg_snapshot_xmin(pg_current_snapshot())
  AND ($3::text[] IS NULL OR kind = ANY ($3)) ORDER BY kdnx.change.xid, id LIMIT $4
"""


async def list_changes(
    conn: Conn, after: tuple[str, UUID], kinds: list[str] | None, limit: int
) -> list[asyncpg.Record]:
    """Changes behind the cursor `(xid, id)` that the viewer may see."""
    return await conn.fetch(LIST_CHANGES, after[0], after[1], kinds, limit)
