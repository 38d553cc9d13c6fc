"""SQL of identity providers and of people as providers name them."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe
from kdnx.providers.model import Provider

LIST_PROVIDERS = """
SELECT p.id, p.slug, p.label, p.issuer, p.client_id, p.client_secret, p.state, p.member_id, coalesce(m.name, '') AS member_name, p.row_version
FROM kdnx.identity_provider p LEFT JOIN kdnx.member m ON m.id = p.member_id
WHERE ($1::text IS NULL OR p.slug = $1) AND ($2::text IS NULL OR p.state = $2)
ORDER BY kdnx.sort_key(p.label), p.slug LIMIT 200
"""
INSERT_PROVIDER = """
INSERT INTO kdnx.identity_provider (id, slug, label, issuer, client_id, client_secret, member_id, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', $8, $8)
"""
UPDATE_PROVIDER = """
UPDATE kdnx.identity_provider SET label = $2, client_id = $3, client_secret = coalesce($4, client_secret), state = $5,
  row_version = row_version + 1, updated_at = $6 WHERE id = $1 AND row_version = $7
"""
FIND_PERSON = "SELECT id, erased_at IS NOT NULL AS is_erased FROM kdnx.person WHERE issuer = $1 AND subject = $2"
UPDATE_PERSON = """
UPDATE kdnx.person SET display_name = $2, email = $3, row_version = row_version + 1, updated_at = $4
WHERE id = $1 AND (display_name <> $2 OR email <> $3)
"""
REVOKE_BY_SID = """
UPDATE kdnx.session SET revoked_at = $3, sign_out_hint = NULL WHERE provider_id = $1 AND provider_sid = $2 AND revoked_at IS NULL
"""
REVOKE_BY_SUBJECT = """
UPDATE kdnx.session s SET revoked_at = $4, sign_out_hint = NULL FROM kdnx.person p
WHERE p.id = s.person_id AND s.provider_id = $1 AND p.issuer = $2 AND p.subject = $3 AND s.revoked_at IS NULL
"""


async def list_providers(conn: Conn, *, state: str | None = None) -> list[Provider]:
    """All providers, or those in one state, by name."""
    return many(Provider, await conn.fetch(LIST_PROVIDERS, None, state))


async def find_provider(conn: Conn, slug: str, *, state: str | None = "active") -> Provider | None:
    """The provider with this short name, or None."""
    return maybe(Provider, await conn.fetchrow(LIST_PROVIDERS, slug, state))


async def insert_provider(conn: Conn, values: Sequence[object]) -> None:
    """A new one; values in the order of the columns up to `member_id`."""
    await conn.execute(INSERT_PROVIDER, *values, conn.now)


async def update_provider(
    conn: Conn, provider: Provider, *, label: str, client_id: str, secret: str | None, state: str
) -> bool:
    """Change it unless somebody else did; a secret of None stays."""
    values = (provider.id, label, client_id, secret, state, conn.now, provider.row_version)
    return await conn.execute(UPDATE_PROVIDER, *values) == 1


async def find_person(conn: Conn, issuer: str, subject: str) -> tuple[UUID, bool] | None:
    """Who a provider means: id, and whether the person was erased."""
    row = await conn.fetchrow(FIND_PERSON, issuer, subject)
    return None if row is None else (row["id"], row["is_erased"])


async def update_person(conn: Conn, person_id: UUID, name: str, email: str) -> None:
    """Name and address as the provider last said."""
    await conn.execute(UPDATE_PERSON, person_id, name, email, conn.now)


async def revoke_by_sid(conn: Conn, provider_id: UUID, sid: str) -> int:
    """End the sessions that began in one session of the provider."""
    return await conn.execute(REVOKE_BY_SID, provider_id, sid, conn.now)


async def revoke_by_subject(conn: Conn, provider_id: UUID, issuer: str, subject: str) -> int:
    """End all sessions that began with one account of the provider."""
    return await conn.execute(REVOKE_BY_SUBJECT, provider_id, issuer, subject, conn.now)
