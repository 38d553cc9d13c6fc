"""Roles and deputies: dated, by somebody else, never beyond the own member."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from starlette.requests import Request

from kdnx.access.actions import end_role, grant_role, name_deputy
from kdnx.access.schemas import read_cents
from kdnx.auth.actions import create_person, identify, list_mandates, start_session
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from kdnx.viewer import Permission, Role, Viewer
from tests.cast import Cast
from tests.client import Client


def person_of(viewer: Viewer) -> UUID:
    """The id of the person."""
    assert viewer.person_id
    return viewer.person_id


async def a_newcomer(conn: Conn) -> UUID:
    """Somebody without any role."""
    return await create_person(
        conn, issuer="urn:x", subject="new", display_name="Nils Neuling", email="n@x.example"
    )


async def test_nobody_grants_to_oneself(conn: Conn, cast: Cast) -> None:
    mine = person_of(cast.nord.viewer)
    with pytest.raises(Refused, match="Niemand gibt sich selbst"):
        await grant_role(conn, cast.nord.viewer, mine, cast.nord.id, Role.EVALUATOR, conn.today)


async def test_only_the_own_member_and_only_with_the_right(conn: Conn, cast: Cast) -> None:
    person = await a_newcomer(conn)
    with pytest.raises(Forbidden):
        await grant_role(conn, cast.nord.viewer, person, cast.sued.id, Role.EVALUATOR, conn.today)
    clerk = Viewer(
        person_id=person_of(cast.nord.second), member_id=cast.nord.id, members=(cast.nord.id,)
    )
    with pytest.raises(Forbidden):
        await grant_role(conn, clerk, person, cast.nord.id, Role.EVALUATOR, conn.today)


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.AUDITOR])
async def test_roles_over_all_members_come_from_the_hub(conn: Conn, cast: Cast, role: Role) -> None:
    person, until = await a_newcomer(conn), conn.today + timedelta(days=30)
    with pytest.raises(Forbidden):
        await grant_role(conn, cast.nord.viewer, person, cast.nord.id, role, conn.today, until)
    await grant_role(conn, cast.office, person, cast.nord.id, role, conn.today, until)


async def test_audit_is_time_boxed(conn: Conn, cast: Cast) -> None:
    with pytest.raises(Refused, match="Revision braucht ein Ende"):
        await grant_role(
            conn, cast.office, await a_newcomer(conn), cast.hub.id, Role.AUDITOR, conn.today
        )


async def test_the_hub_gives_others_an_administrator_and_nothing_else(
    conn: Conn, cast: Cast
) -> None:
    person = await a_newcomer(conn)
    await grant_role(conn, cast.office, person, cast.nord.id, Role.ADMINISTRATOR, conn.today)
    with pytest.raises(Forbidden):
        await grant_role(conn, cast.office, person, cast.nord.id, Role.BOOKING_APPROVER, conn.today)


async def test_the_same_role_runs_once(conn: Conn, cast: Cast) -> None:
    person, day = await a_newcomer(conn), conn.today
    give = (conn, cast.nord.viewer, person, cast.nord.id, Role.EVALUATOR)
    await grant_role(*give, day, day + timedelta(days=10))
    with pytest.raises(Refused, match="in dieser Zeit schon"):
        await grant_role(*give, day + timedelta(days=9))
    await grant_role(*give, day + timedelta(days=10))


async def test_a_role_ends_today_at_the_earliest(conn: Conn, cast: Cast) -> None:
    person, day = await a_newcomer(conn), conn.today
    grant = await grant_role(
        conn, cast.nord.viewer, person, cast.nord.id, Role.EVALUATOR, day - timedelta(days=5)
    )
    with pytest.raises(Refused):
        await end_role(conn, cast.nord.viewer, grant, day - timedelta(days=1))
    with pytest.raises(NotFound):
        await end_role(conn, cast.sued.viewer, grant, day)
    with pytest.raises(Stale):
        await end_role(conn, cast.nord.viewer, grant, day, 7)
    await end_role(conn, cast.nord.viewer, grant, day, 1)
    assert await list_mandates(conn, person) == []
    with pytest.raises(Refused, match="schon beendet"):
        await end_role(conn, cast.nord.viewer, grant, day + timedelta(days=3))


async def test_granting_is_in_the_audit_trail(client: Client, conn: Conn, cast: Cast) -> None:
    person = await a_newcomer(conn)
    signed = await client.sign_in(cast.nord.viewer)
    fields = {
        "person_id": person,
        "member_id": cast.nord.id,
        "role": "booking_approver",
        "valid_from": conn.today.isoformat(),
    }
    answer = await signed.post("/admin/roles", {**fields, "limit": "50.000"})
    assert answer.status_code == 303, answer.text[-1500:]
    row = await conn.fetchrow(
        "SELECT limit_cents, granted_by FROM kdnx.role_grant WHERE person_id = $1", person
    )
    assert row
    assert (row["limit_cents"], row["granted_by"]) == (5_000_000, cast.nord.viewer.person_id)
    event = await conn.fetchrow(
        "SELECT action, person_id FROM kdnx.audit_event WHERE object_kind = 'role_grant'"
    )
    assert event
    assert (event["action"], event["person_id"]) == ("role.grant", cast.nord.viewer.person_id)
    assert "Nils Neuling" in (await signed.get("/admin/roles")).text
    assert "Nils Neuling" not in (await client.as_(cast.sued.viewer).get("/admin/roles")).text


async def test_the_pages_of_administration_are_for_administrators(
    client: Client, cast: Cast
) -> None:
    for url in ("/admin/users", "/admin/roles", "/admin/clients", "/admin/providers"):
        assert (await client.as_(cast.auditor).get(url)).status_code == 403
        assert (await client.as_(cast.committee).get(url)).status_code == 403
        assert (await client.get(url)).status_code == 303
    assert (await client.as_(cast.nord.viewer).get("/admin/providers")).status_code == 403
    assert (await client.as_(cast.office).get("/admin/providers")).status_code == 200


async def test_administration_opens_where_the_viewer_may_enter(client: Client, cast: Cast) -> None:
    areas = {
        "/admin/users": cast.nord.viewer,
        "/admin/audit": cast.auditor,
        "/admin/rules": cast.committee,
    }
    for url, viewer in areas.items():
        answer = await client.as_(viewer).get("/admin")
        assert (answer.status_code, answer.headers["location"]) == (303, url)
    assert ">Verwaltung</a>" in (await client.as_(cast.nord.viewer).get("/admin/roles")).text


async def test_a_foreign_role_is_like_an_unknown_one(
    client: Client, conn: Conn, cast: Cast
) -> None:
    person = await a_newcomer(conn)
    grant = await grant_role(
        conn, cast.nord.viewer, person, cast.nord.id, Role.EVALUATOR, conn.today
    )
    stranger = client.as_(cast.fremd.viewer)
    foreign = await stranger.get(f"/admin/roles/{grant}")
    unknown = await stranger.get("/admin/roles/00000000-0000-4000-8000-000000000000")
    assert foreign.status_code == unknown.status_code == 404

    def same(text: str) -> str:
        return re.sub(r"[0-9a-f-]{32,36}|[\w-]{43}", "#", text)

    assert same(foreign.text) == same(unknown.text)
    answer = await stranger.post(
        f"/admin/roles/{grant}/end", {"last_day": conn.today.isoformat(), "row_version": "1"}
    )
    assert answer.status_code == 404


async def test_a_wrong_form_comes_back_with_its_content(
    client: Client, conn: Conn, cast: Cast
) -> None:
    signed = await client.sign_in(cast.nord.viewer)
    fields = {
        "person_id": cast.nord.second.person_id,
        "member_id": cast.nord.id,
        "role": "king",
        "valid_from": "morgen",
        "limit": "viel",
    }
    answer = await signed.post("/admin/roles", fields)
    assert answer.status_code == 422
    assert "3 Angaben" in answer.text
    assert 'value="morgen"' in answer.text


async def test_a_deputy_acts_with_those_roles_for_that_time(conn: Conn, cast: Cast) -> None:
    absent, day = cast.nord.viewer, conn.today
    person = await a_newcomer(conn)
    await grant_role(conn, cast.nord.viewer, person, cast.nord.id, Role.EVALUATOR, day)
    await name_deputy(conn, absent, person, [Role.BOOKING_APPROVER], day, day + timedelta(days=7))
    own, behalf = await list_mandates(conn, person)
    assert (set(own.roles), own.on_behalf_of) == ({Role.EVALUATOR}, None)
    assert (set(behalf.roles), behalf.on_behalf_of) == ({Role.BOOKING_APPROVER}, absent.person_id)
    token = await start_session(
        conn, person, cast.nord.id, behalf.scope, on_behalf_of=behalf.on_behalf_of
    )
    request = Request(
        {"type": "http", "path": "/", "headers": [(b"cookie", f"kdnx_session={token}".encode())]}
    )
    viewer = await identify(conn, request)
    assert (viewer.person_id, viewer.on_behalf_of) == (person, absent.person_id)
    assert viewer.may(Permission.BOOKING_CONFIRM)
    assert not viewer.may(Permission.ROLE_GRANT)
    conn.now += timedelta(days=7)
    assert not (await identify(conn, request)).may(Permission.BOOKING_CONFIRM)


async def test_a_deputy_holds_no_more_than_the_absent_person_still_has(
    conn: Conn, cast: Cast
) -> None:
    absent, day = cast.nord.viewer, conn.today
    second = person_of(cast.nord.second)
    await name_deputy(conn, absent, second, [Role.BOOKING_APPROVER], day, day + timedelta(days=7))
    await conn.execute(
        "UPDATE kdnx.role_grant SET valid_to = $2 WHERE person_id = $1", absent.person_id, day
    )
    assert [m.on_behalf_of for m in await list_mandates(conn, second)] == [None]


@pytest.mark.parametrize(("start", "days"), [(-1, 5), (0, 0), (0, 400)])
async def test_the_term_of_a_deputy_is_checked(
    conn: Conn, cast: Cast, start: int, days: int
) -> None:
    begin = conn.today + timedelta(days=start)
    with pytest.raises(Refused):
        await name_deputy(
            conn,
            cast.nord.viewer,
            person_of(cast.nord.second),
            [Role.EVALUATOR],
            begin,
            begin + timedelta(days=days),
        )


async def test_deputies_come_from_the_own_house_and_take_own_roles(conn: Conn, cast: Cast) -> None:
    until = conn.today + timedelta(days=5)
    with pytest.raises(Refused, match="selbst eine Rolle im Haus"):
        await name_deputy(
            conn, cast.nord.viewer, person_of(cast.sued.viewer), [Role.EVALUATOR], conn.today, until
        )
    with pytest.raises(Refused):
        await name_deputy(
            conn, cast.nord.viewer, person_of(cast.nord.second), [Role.AUDITOR], conn.today, until
        )
    with pytest.raises(Refused):
        await name_deputy(
            conn, cast.nord.viewer, person_of(cast.nord.viewer), [Role.EVALUATOR], conn.today, until
        )


async def test_audit_and_committee_pass_nothing_on(conn: Conn, cast: Cast) -> None:
    until, hub = conn.today + timedelta(days=5), person_of(cast.hub.viewer)
    for viewer, role in ((cast.auditor, Role.AUDITOR), (cast.committee, Role.COMMITTEE)):
        with pytest.raises(Refused, match="nicht selbst weiter"):
            await name_deputy(conn, viewer, hub, [role], conn.today, until)


async def test_a_deputy_is_named_and_ended_on_the_account_page(
    client: Client, conn: Conn, cast: Cast
) -> None:
    signed = await client.sign_in(cast.nord.viewer)
    day = conn.today.isoformat()
    fields = {
        "deputy_id": cast.nord.second.person_id,
        "roles": ["evaluator", "booking_clerk"],
        "valid_from": day,
        "last_day": day,
    }
    assert (await signed.post("/account/deputies", fields)).status_code == 303
    page = (await signed.get("/account/deputies")).text
    assert "Max Nordrechen" in page
    deputy = await conn.fetchval("SELECT id FROM kdnx.deputy")
    assert (
        await client.as_(cast.nord.second).post(f"/account/deputies/{deputy}/end")
    ).status_code == 404
    assert (await signed.post(f"/account/deputies/{deputy}/end")).status_code == 303
    assert await conn.fetchval("SELECT ended_at IS NOT NULL FROM kdnx.deputy")


def test_amounts_are_read_as_german() -> None:
    assert read_cents("50.000") == 5_000_000
    assert read_cents("1.234,50") == 123_450
    for wrong in ("viel", "1,005", "-5", "1e9999", "NaN", "Infinity"):
        with pytest.raises(ValueError, match="Betrag"):
            read_cents(wrong)
