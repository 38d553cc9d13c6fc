"""Sessions and mandates over the real database."""

from datetime import timedelta

from starlette.requests import Request

from kdnx.access.actions import grant_role
from kdnx.auth.actions import create_person, identify, list_mandates, list_personas, start_session
from kdnx.db.conn import Conn
from kdnx.viewer import Permission, Role, Scope, Viewer
from tests.cast import Cast

ALLIANCE = """
INSERT INTO kdnx.alliance (id, name, short_name, is_demo, created_at) VALUES (1, 'A', 'A', $2 = 'demo', $1)
ON CONFLICT (id) DO UPDATE SET is_demo = $2 = 'demo'
"""


def asking(token: str, *, bearer: bool = False, path: str = "/") -> Request:
    """A request with this token."""
    header = (
        (b"authorization", b"Bearer " + token.encode())
        if bearer
        else (b"cookie", b"kdnx_session=" + token.encode())
    )
    return Request(
        {"type": "http", "method": "GET", "path": path, "headers": [header], "query_string": b""}
    )


async def test_a_session_becomes_the_viewer_of_its_mandate(conn: Conn, cast: Cast) -> None:
    nord = cast.nord.viewer
    assert nord.person_id
    token = await start_session(conn, nord.person_id, cast.nord.id, Scope.MEMBER, "Browser")
    viewer = await identify(conn, asking(token))
    assert (viewer.person_id, viewer.member_id, viewer.members, viewer.scope) == (
        nord.person_id, cast.nord.id, (cast.nord.id,), Scope.MEMBER,
    )  # fmt: skip
    assert viewer.roles == nord.roles
    assert viewer.permissions == nord.permissions
    assert viewer.csrf_token
    assert viewer.csrf_token != token


async def test_the_hubs_people_are_its_office(conn: Conn, cast: Cast) -> None:
    assert cast.office.person_id
    token = await start_session(conn, cast.office.person_id, cast.hub.id, Scope.MEMBER)
    assert (await identify(conn, asking(token))).scope == Scope.OFFICE


async def test_committee_and_audit_stand_alone(conn: Conn, cast: Cast) -> None:
    person = await create_person(
        conn, issuer="urn:x", subject="1", display_name="Eva Doppel", is_persona=True
    )
    for role in (Role.COMMITTEE, Role.AUDITOR, Role.BOOKING_CLERK):
        await grant_role(conn, _console(), person, cast.hub.id, role, conn.today)
    mandates = await list_mandates(conn, person)
    assert [(m.scope, set(m.roles)) for m in mandates] == [
        (Scope.AUDIT, {Role.AUDITOR}), (Scope.COMMITTEE, {Role.COMMITTEE}), (Scope.OFFICE, {Role.BOOKING_CLERK}),
    ]  # fmt: skip
    seen = {}
    for mandate in mandates:
        token = await start_session(conn, person, mandate.member_id, mandate.scope)
        seen[mandate.scope] = await identify(conn, asking(token))
    assert seen[Scope.COMMITTEE].members == ()
    assert not seen[Scope.COMMITTEE].may(Permission.BOOKING_READ)
    assert not seen[Scope.AUDIT].may(Permission.BOOKING_PROPOSE)
    assert seen[Scope.OFFICE].may(Permission.BOOKING_PROPOSE)
    assert not seen[Scope.OFFICE].may(Permission.AUDIT_READ)


async def test_what_was_succeeded_is_acted_for(conn: Conn, cast: Cast) -> None:
    await conn.execute(
        "INSERT INTO kdnx.succession (id, predecessor_id, successor_id, effective_on, kind, basis, recorded_at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, 'merger', 'Test', $4)",
        cast.fremd.id, cast.nord.id, conn.today, conn.now,
    )  # fmt: skip
    assert cast.nord.viewer.person_id
    token = await start_session(conn, cast.nord.viewer.person_id, cast.nord.id, Scope.MEMBER)
    assert (await identify(conn, asking(token))).members == (cast.nord.id, cast.fremd.id)


async def test_an_ended_session_is_nobody(conn: Conn, cast: Cast) -> None:
    assert cast.nord.viewer.person_id
    token = await start_session(conn, cast.nord.viewer.person_id, cast.nord.id, Scope.MEMBER)
    await conn.execute("UPDATE kdnx.session SET revoked_at = $1", conn.now)
    assert not (await identify(conn, asking(token))).is_known
    token = await start_session(
        conn, cast.nord.viewer.person_id, cast.nord.id, Scope.MEMBER, hours=1
    )
    assert (await identify(conn, asking(token))).is_known
    conn.now += timedelta(hours=1)
    assert not (await identify(conn, asking(token))).is_known


async def test_a_role_that_ended_yesterday_gives_nothing(conn: Conn, cast: Cast) -> None:
    person = cast.nord.viewer.person_id
    assert person
    token = await start_session(conn, person, cast.nord.id, Scope.MEMBER)
    await conn.execute(
        "UPDATE kdnx.role_grant SET valid_to = $2 WHERE person_id = $1", person, conn.today
    )
    viewer = await identify(conn, asking(token))
    assert viewer.person_id == person
    assert (viewer.member_id, viewer.members, viewer.roles, viewer.scope) == (
        None,
        (),
        frozenset(),
        Scope.NOBODY,
    )
    assert viewer.permissions == {Permission.SIGNED_IN}


async def test_the_mandate_of_an_ended_member_gives_nothing(conn: Conn, cast: Cast) -> None:
    assert cast.fremd.viewer.person_id
    token = await start_session(conn, cast.fremd.viewer.person_id, cast.fremd.id, Scope.MEMBER)
    await conn.execute("UPDATE kdnx.member SET state = 'ended' WHERE id = $1", cast.fremd.id)
    assert (await identify(conn, asking(token))).members == ()
    assert await list_mandates(conn, cast.fremd.viewer.person_id) == []


async def test_a_persons_token_is_no_bearer_token(conn: Conn, cast: Cast) -> None:
    assert cast.nord.viewer.person_id
    token = await start_session(conn, cast.nord.viewer.person_id, cast.nord.id, Scope.MEMBER)
    assert not (await identify(conn, asking(token, bearer=True, path="/api/v1/members"))).is_known
    assert not (await identify(conn, asking("x" * 43))).is_known


async def test_an_api_call_with_another_authorization_has_no_cookie(conn: Conn, cast: Cast) -> None:
    assert cast.nord.viewer.person_id
    token = await start_session(conn, cast.nord.viewer.person_id, cast.nord.id, Scope.MEMBER)
    for path, known in (("/api/v1/orders", False), ("/orders", True)):
        request = asking(token, path=path)
        request.scope["headers"].append((b"authorization", b"Basic eDp5"))
        assert (await identify(conn, request)).is_known is known


async def test_personas_exist_in_a_demonstration_only(conn: Conn, cast: Cast) -> None:
    person = await create_person(
        conn, issuer="urn:x", subject="1", display_name="Eva Probe", is_persona=True
    )
    await grant_role(conn, _console(), person, cast.nord.id, Role.BOOKING_CLERK, conn.today)
    await conn.execute(ALLIANCE, conn.now, "real")
    assert await list_personas(conn) == []
    await conn.execute(ALLIANCE, conn.now, "demo")
    assert [(p.display_name, p.mandates[0].member_name) for p in await list_personas(conn)] == [
        ("Eva Probe", "Nordrechen")
    ]


def _console() -> Viewer:
    return Viewer(scope=Scope.SYSTEM)
