"""SQL of invitations."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe
from kdnx.invitations.model import Invitation

LIST_INVITATIONS = """
SELECT i.id, i.email, i.display_name, i.member_id, m.name AS member_name, i.roles, i.expires_at, i.created_at, i.invited_by,
  coalesce(p.display_name, '') AS invited_by_name, i.accepted_at, i.withdrawn_at
FROM kdnx.invitation i JOIN kdnx.member m ON m.id = i.member_id LEFT JOIN kdnx.person p ON p.id = i.invited_by
WHERE i.member_id = ANY ($1) OR (i.invited_by = $2 AND $2 IS NOT NULL) ORDER BY i.created_at DESC, i.id DESC LIMIT 200
"""
FIND_BY_LINK = """
SELECT i.id, i.email, i.display_name, i.member_id, m.name AS member_name, i.roles, i.expires_at, i.created_at, i.invited_by, i.accepted_at, i.withdrawn_at
FROM kdnx.invitation i JOIN kdnx.member m ON m.id = i.member_id WHERE i.token_hash = $1
"""
LOCK_BY_LINK = "SELECT id FROM kdnx.invitation WHERE token_hash = $1 FOR UPDATE"
LOCK_BY_EMAIL = """
SELECT i.token_hash FROM kdnx.invitation i
WHERE lower(i.email) = lower($1) AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > $2
  AND ($3::uuid IS NULL OR i.member_id = $3)
ORDER BY i.created_at LIMIT 20 FOR UPDATE
"""
INSERT_INVITATION = """
INSERT INTO kdnx.invitation (id, token_hash, email, display_name, member_id, roles, invited_by, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
ACCEPT = "UPDATE kdnx.invitation SET accepted_at = $2, accepted_by = $3 WHERE id = $1"
WITHDRAW = """
UPDATE kdnx.invitation SET withdrawn_at = $2
WHERE id = $1 AND (member_id = ANY ($3) OR (invited_by = $4 AND $4 IS NOT NULL)) AND accepted_at IS NULL AND withdrawn_at IS NULL
RETURNING member_id
"""


async def list_invitations(
    conn: Conn, member_ids: Sequence[UUID], invited_by: UUID | None
) -> list[Invitation]:
    """Invitations of these members and those this person sent, newest first."""
    return many(Invitation, await conn.fetch(LIST_INVITATIONS, list(member_ids), invited_by))


async def find_by_token(conn: Conn, token_hash: bytes) -> Invitation | None:
    """The invitation behind a link, in whatever state."""
    return maybe(Invitation, await conn.fetchrow(FIND_BY_LINK, token_hash))


async def lock_by_token(conn: Conn, token_hash: bytes) -> Invitation | None:
    """The same, held until the end of the transaction: one link, one acceptance."""
    await conn.fetchval(LOCK_BY_LINK, token_hash)
    return await find_by_token(conn, token_hash)


async def lock_by_email(conn: Conn, email: str, member_id: UUID | None) -> list[Invitation]:
    """Open invitations to an address (of one member, None: of any), held until the end."""
    hashes = [r["token_hash"] for r in await conn.fetch(LOCK_BY_EMAIL, email, conn.now, member_id)]
    found = [await find_by_token(conn, h) for h in hashes]
    return [i for i in found if i is not None]


async def insert_invitation(conn: Conn, values: Sequence[object]) -> None:
    """A new invitation; values in the order of the columns up to `expires_at`."""
    await conn.execute(INSERT_INVITATION, *values, conn.now)


async def mark_accepted(conn: Conn, invitation_id: UUID, person_id: UUID) -> None:
    """It has led somebody in."""
    await conn.execute(ACCEPT, invitation_id, conn.now, person_id)


async def mark_withdrawn(
    conn: Conn, invitation_id: UUID, member_ids: Sequence[UUID], invited_by: UUID | None
) -> UUID | None:
    """Close an open one of these members or of this inviter; the member, or None."""
    member: UUID | None = await conn.fetchval(
        WITHDRAW, invitation_id, conn.now, list(member_ids), invited_by
    )
    return member
