"""SQL of role grants and deputies."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from kdnx.access.model import Deputy, Person, RoleGrant
from kdnx.db.conn import Conn
from kdnx.db.rows import many
from kdnx.errors import NotFound
from kdnx.text import _
from kdnx.viewer import Role

LIST_GRANTS = """
SELECT g.id, g.person_id, p.display_name AS person_name, g.member_id, m.name AS member_name, g.role, g.valid_from, g.valid_to,
  g.limit_cents, g.granted_by, coalesce(b.display_name, '') AS granted_by_name, g.row_version
FROM kdnx.role_grant g JOIN kdnx.person p ON p.id = g.person_id JOIN kdnx.member m ON m.id = g.member_id
LEFT JOIN kdnx.person b ON b.id = g.granted_by
WHERE ($1::uuid[] IS NULL OR g.member_id = ANY ($1)) AND ($2::uuid IS NULL OR g.id = $2) AND ($3::uuid IS NULL OR g.person_id = $3)
ORDER BY kdnx.sort_key(m.name), kdnx.sort_key(p.display_name), g.role, g.valid_from DESC LIMIT 2000
"""
LOCK_GRANT = "SELECT row_version FROM kdnx.role_grant WHERE id = $1 FOR UPDATE"
LOCK_PERSON = "SELECT id FROM kdnx.person WHERE id = $1 AND erased_at IS NULL FOR NO KEY UPDATE"
OVERLAPS = """
SELECT EXISTS (SELECT FROM kdnx.role_grant g WHERE g.person_id = $1 AND g.member_id = $2 AND g.role = $3
  AND (g.valid_to IS NULL OR g.valid_to > $4) AND ($5::date IS NULL OR g.valid_from < $5))
"""
INSERT_GRANT = """
INSERT INTO kdnx.role_grant (id, person_id, member_id, role, limit_cents, valid_from, valid_to, granted_by, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
"""
END_GRANT = """
UPDATE kdnx.role_grant SET valid_to = $2, row_version = row_version + 1, updated_at = $3
WHERE id = $1 RETURNING row_version
"""
LIST_PEOPLE = """
SELECT p.id, p.display_name, p.email, (SELECT max(s.seen_at) FROM kdnx.session s WHERE s.person_id = p.id) AS seen_at,
  count(*) FILTER (WHERE g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to > $2))::int AS role_count
FROM kdnx.person p JOIN kdnx.role_grant g ON g.person_id = p.id
WHERE g.member_id = ANY ($1) AND p.erased_at IS NULL
GROUP BY p.id ORDER BY kdnx.sort_key(p.display_name), p.id LIMIT 1000
"""
LIST_DEPUTIES = """
SELECT d.id, d.person_id, p.display_name AS person_name, d.deputy_id, q.display_name AS deputy_name, d.member_id, m.name AS member_name,
  d.roles, d.valid_from, d.valid_to, d.ended_at
FROM kdnx.deputy d JOIN kdnx.person p ON p.id = d.person_id JOIN kdnx.person q ON q.id = d.deputy_id JOIN kdnx.member m ON m.id = d.member_id
WHERE ($1::uuid IS NULL OR $1 IN (d.person_id, d.deputy_id)) AND ($2::uuid[] IS NULL OR d.member_id = ANY ($2))
  AND d.ended_at IS NULL AND d.valid_to > $3
ORDER BY d.valid_from, d.id LIMIT 500
"""
INSERT_DEPUTY = """
INSERT INTO kdnx.deputy (id, person_id, deputy_id, member_id, roles, valid_from, valid_to, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
END_DEPUTY = """
UPDATE kdnx.deputy SET ended_at = $3 WHERE id = $1 AND person_id = $2 AND ended_at IS NULL RETURNING member_id
"""


async def list_grants(
    conn: Conn,
    member_ids: Sequence[UUID] | None,
    *,
    grant_id: UUID | None = None,
    person_id: UUID | None = None,
) -> list[RoleGrant]:
    """Role grants of these members (None: of all), newest term first."""
    rows = await conn.fetch(
        LIST_GRANTS, None if member_ids is None else list(member_ids), grant_id, person_id
    )
    return [_grant(r) for r in rows]


async def get_grant(conn: Conn, grant_id: UUID) -> RoleGrant:
    """One role grant; NotFound otherwise."""
    found = await list_grants(conn, None, grant_id=grant_id)
    if not found:
        raise NotFound(_("Diese Rolle gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return found[0]


def _grant(row: asyncpg.Record) -> RoleGrant:
    return RoleGrant(**{**dict(row), "role": Role(row["role"])})


async def lock_grant(conn: Conn, grant_id: UUID) -> int:
    """The version of a grant that nobody else can change now."""
    return int(await conn.fetchval(LOCK_GRANT, grant_id))


async def lock_person(conn: Conn, person_id: UUID) -> bool:
    """True when the person exists; two grants to one person come one after the other."""
    return await conn.fetchval(LOCK_PERSON, person_id) is not None


async def overlaps(
    conn: Conn,
    person_id: UUID,
    member_id: UUID,
    role: Role,
    valid_from: date,
    valid_to: date | None,
) -> bool:
    """The person holds that role there already in a part of the term."""
    return bool(
        await conn.fetchval(OVERLAPS, person_id, member_id, role.value, valid_from, valid_to)
    )


async def insert_grant(conn: Conn, values: Sequence[object]) -> None:
    """A new grant; values in the order of the columns up to `granted_by`."""
    await conn.execute(INSERT_GRANT, *values, conn.now)


async def end_grant(conn: Conn, grant_id: UUID, valid_to: date) -> int:
    """Set the first day without the role; the new version."""
    return int(await conn.fetchval(END_GRANT, grant_id, valid_to, conn.now))


async def list_people(conn: Conn, member_ids: Sequence[UUID]) -> list[Person]:
    """Everybody who ever held a role at these members."""
    return many(Person, await conn.fetch(LIST_PEOPLE, list(member_ids), conn.today))


async def list_deputies(
    conn: Conn, *, person_id: UUID | None = None, member_ids: Sequence[UUID] | None = None
) -> list[Deputy]:
    """Present and coming deputies of a person (either side) or of members."""
    members = None if member_ids is None else list(member_ids)
    return many(Deputy, await conn.fetch(LIST_DEPUTIES, person_id, members, conn.today))


async def insert_deputy(conn: Conn, values: Sequence[object]) -> None:
    """A new deputy; values in the order of the columns up to `valid_to`."""
    await conn.execute(INSERT_DEPUTY, *values, conn.now)


async def end_deputy(conn: Conn, deputy_id: UUID, person_id: UUID) -> UUID | None:
    """End it now; the member, or None when it is not this person's."""
    member: UUID | None = await conn.fetchval(END_DEPUTY, deputy_id, person_id, conn.now)
    return member
