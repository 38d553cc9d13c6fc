"""The fixed cast of the permission tests: four members with people, and the viewers they make."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.viewer import ROLE_PERMISSIONS, Role, Scope, Viewer

MEMBER_ROLES = frozenset(Role) - {Role.COMMITTEE, Role.AUDITOR}
INSERT_MEMBER = """
INSERT INTO kdnx.member (id, code, name, short_name, legal_form, legal_personality, seat, ags, inhabitants, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, 'zweckverband', true, $5, '05915000', $6, 'active', $7, $7)
"""
INSERT_ALLIANCE = """
INSERT INTO kdnx.alliance (id, name, short_name, is_demo, created_at) VALUES (1, 'Testverbund', 'Testverbund', true, $1)
ON CONFLICT DO NOTHING
"""
INSERT_PERSON = """
INSERT INTO kdnx.person (id, issuer, subject, display_name, email, is_persona, created_at, updated_at)
VALUES ($1, 'urn:test', $2, $3, $4, false, $5, $5)
"""
INSERT_GRANT = """
INSERT INTO kdnx.role_grant (id, person_id, member_id, role, valid_from, created_at, updated_at)
SELECT gen_random_uuid(), $1, $2, r, $3, $5, $5 FROM unnest($4::text[]) r
"""


@dataclass(frozen=True)
class Actor:
    """A member with two people who hold every member role."""

    id: UUID
    code: str
    name: str
    viewer: Viewer
    second: Viewer


@dataclass(frozen=True)
class Cast:
    """Everybody."""

    nord: Actor
    sued: Actor
    fremd: Actor
    hub: Actor
    committee: Viewer
    auditor: Viewer

    @property
    def office(self) -> Viewer:
        """The hub's office."""
        return self.hub.viewer


async def make_person(
    conn: Conn,
    name: str,
    member_id: UUID,
    member_name: str,
    *,
    roles: frozenset[Role],
    scope: Scope,
) -> Viewer:
    """A person with roles since 2020, as a viewer."""
    person = new_id()
    await conn.execute(
        INSERT_PERSON, person, name, name, f"{person.hex[-8:]}@example.org", conn.now
    )
    await conn.execute(INSERT_GRANT, person, member_id, date(2020, 1, 1), sorted(roles), conn.now)
    permissions = frozenset(p for r in roles for p in ROLE_PERMISSIONS[r])
    members = () if scope == Scope.COMMITTEE else (member_id,)
    return Viewer(
        person_id=person, name=name, member_id=member_id, member_name=member_name, members=members,
        scope=scope, roles=roles, permissions=permissions, csrf_token="token",
    )  # fmt: skip


async def make_actor(
    conn: Conn, code: str, name: str, seat: str, *, scope: Scope = Scope.MEMBER
) -> Actor:
    """A member with two people."""
    member = new_id()
    await conn.execute(INSERT_MEMBER, member, code, name, name, seat, 100_000, conn.now)
    await conn.execute(
        "INSERT INTO kdnx.membership (member_id, valid_from) VALUES ($1, $2)",
        member,
        date(2020, 1, 1),
    )
    first = await make_person(conn, f"Erika {name}", member, name, roles=MEMBER_ROLES, scope=scope)
    second = await make_person(conn, f"Max {name}", member, name, roles=MEMBER_ROLES, scope=scope)
    return Actor(member, code, name, first, second)


async def make_cast(conn: Conn) -> Cast:
    """Insert the cast."""
    await conn.execute(INSERT_ALLIANCE, conn.now)
    hub = await make_actor(conn, "HUB", "Hub Verbund", "Köln", scope=Scope.OFFICE)
    await conn.execute(
        "INSERT INTO kdnx.hub_term (member_id, valid_from) VALUES ($1, $2)",
        hub.id,
        date(2020, 1, 1),
    )
    return Cast(
        nord=await make_actor(conn, "NORD", "Nordrechen", "Norden"),
        sued=await make_actor(conn, "SUED", "Suedrechen", "Süden"),
        fremd=await make_actor(conn, "FREMD", "Fremd", "Anderswo"),
        hub=hub,
        committee=await make_person(
            conn,
            "Ausschuss",
            hub.id,
            hub.name,
            roles=frozenset({Role.COMMITTEE}),
            scope=Scope.COMMITTEE,
        ),
        auditor=await make_person(
            conn, "Revision", hub.id, hub.name, roles=frozenset({Role.AUDITOR}), scope=Scope.AUDIT
        ),
    )
