"""SQL of machine clients."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from kdnx.clients.model import MachineClient
from kdnx.db.conn import Conn
from kdnx.db.rows import many

LIST_CLIENTS = """
SELECT c.id, c.member_id, m.name AS member_name, c.label, c.scopes, c.created_at, coalesce(p.display_name, '') AS created_by_name,
  c.valid_to, c.revoked_at, c.last_used_at, c.row_version, c.created_by, c.released_at, coalesce(r.display_name, '') AS released_by_name
FROM kdnx.client c JOIN kdnx.member m ON m.id = c.member_id LEFT JOIN kdnx.person p ON p.id = c.created_by
  LEFT JOIN kdnx.person r ON r.id = c.released_by
WHERE c.member_id = ANY ($1) ORDER BY c.revoked_at IS NOT NULL, kdnx.sort_key(c.label), c.id LIMIT 500
"""
FIND_LIVING = """
SELECT c.id, c.member_id, c.label, c.secret_hash, c.scopes FROM kdnx.client c JOIN kdnx.member m ON m.id = c.member_id AND m.state = 'active'
WHERE c.id = $1 AND c.released_at IS NOT NULL AND c.revoked_at IS NULL AND (c.valid_to IS NULL OR c.valid_to > $2)
"""
INSERT_CLIENT = """
INSERT INTO kdnx.client (id, member_id, label, secret_hash, scopes, created_by, valid_to, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
"""
LOCK_WAITING = """
SELECT member_id, created_by, row_version FROM kdnx.client
WHERE id = $1 AND member_id = ANY ($2) AND revoked_at IS NULL AND released_at IS NULL FOR UPDATE
"""
RELEASE_CLIENT = """
UPDATE kdnx.client SET released_by = $2, released_at = $3, row_version = row_version + 1, updated_at = $3 WHERE id = $1
"""
REVOKE_CLIENT = """
UPDATE kdnx.client SET revoked_at = $3, row_version = row_version + 1, updated_at = $3
WHERE id = $1 AND member_id = ANY ($2) AND revoked_at IS NULL RETURNING member_id, row_version
"""
REVOKE_TOKENS = (
    "UPDATE kdnx.session SET revoked_at = $2 WHERE client_id = $1 AND revoked_at IS NULL"
)
MARK_USED = "UPDATE kdnx.client SET last_used_at = $2 WHERE id = $1"


async def list_clients(conn: Conn, member_ids: Sequence[UUID]) -> list[MachineClient]:
    """The programs of these members, revoked ones last."""
    return many(MachineClient, await conn.fetch(LIST_CLIENTS, list(member_ids)))


async def find_living(conn: Conn, client_id: UUID) -> asyncpg.Record | None:
    """Member, label, hash and scopes of a client that may ask for tokens today."""
    return await conn.fetchrow(FIND_LIVING, client_id, conn.today)


async def insert_client(conn: Conn, values: Sequence[object]) -> None:
    """A new client; values in the order of the columns up to `valid_to`."""
    await conn.execute(INSERT_CLIENT, *values, conn.now)


async def lock_waiting(
    conn: Conn, client_id: UUID, member_ids: Sequence[UUID]
) -> asyncpg.Record | None:
    """Member, creator and version of a client of these members that waits for its release."""
    return await conn.fetchrow(LOCK_WAITING, client_id, list(member_ids))


async def release_client(conn: Conn, client_id: UUID, person_id: UUID) -> None:
    """It may ask for tokens from now on."""
    await conn.execute(RELEASE_CLIENT, client_id, person_id, conn.now)


async def revoke_client(
    conn: Conn, client_id: UUID, member_ids: Sequence[UUID]
) -> tuple[UUID, int] | None:
    """End a client of these members and its tokens; member and version, or None."""
    row = await conn.fetchrow(REVOKE_CLIENT, client_id, list(member_ids), conn.now)
    if row is None:
        return None
    await conn.execute(REVOKE_TOKENS, client_id, conn.now)
    return row["member_id"], row["row_version"]


async def mark_used(conn: Conn, client_id: UUID) -> None:
    """It asked for a token now."""
    await conn.execute(MARK_USED, client_id, conn.now)
