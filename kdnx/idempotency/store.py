"""SQL of kept answers."""

from datetime import datetime
from uuid import UUID

import asyncpg

from kdnx.db.conn import Conn

BEGIN = """
INSERT INTO kdnx.idempotency (owner_id, principal, route, key, payload_hash, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
FIND = """
SELECT payload_hash, status, location, media_type, body FROM kdnx.idempotency
WHERE owner_id = $1 AND principal = $2 AND route = $3 AND key = $4
"""
KEEP = """
UPDATE kdnx.idempotency SET status = $5, location = $6, media_type = $7, body = $8
WHERE owner_id = $1 AND principal = $2 AND route = $3 AND key = $4
"""
DROP_EXPIRED = "DELETE FROM kdnx.idempotency WHERE expires_at < $1"


async def begin(
    conn: Conn,
    owner_id: UUID,
    principal: UUID,
    route: str,
    key: str,
    payload: bytes,
    expires_at: datetime | None,
) -> bool:
    """True when this is the first time; a second caller waits here until the first has ended."""
    return (
        await conn.execute(BEGIN, owner_id, principal, route, key, payload, conn.now, expires_at)
        == 1
    )


async def find(
    conn: Conn, owner_id: UUID, principal: UUID, route: str, key: str
) -> asyncpg.Record | None:
    """The kept answer."""
    return await conn.fetchrow(FIND, owner_id, principal, route, key)


async def keep(
    conn: Conn,
    scope: tuple[UUID, UUID, str, str],
    answer: tuple[int, str | None, str | None, bytes],
) -> None:
    """Store the answer (status, location, media type, body) under its scope."""
    await conn.execute(KEEP, *scope, *answer)


async def drop_expired(conn: Conn) -> int:
    """Forget keys of forms older than a day."""
    return await conn.execute(DROP_EXPIRED, conn.now)
