"""Invitations: by whom, to what, once, and never for oneself."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest

from kdnx.access.actions import grant_role
from kdnx.auth.actions import create_person, hash_token, list_mandates
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused
from kdnx.invitations.actions import accept_token, invite
from kdnx.invitations.model import Invited
from kdnx.viewer import Role, Scope, Viewer
from tests.cast import Cast
from tests.client import Client

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def sent(conn: Conn, viewer: Viewer, member_id: UUID, *roles: Role) -> Invited:
    """An invitation to these roles."""
    return await invite(
        conn, viewer, email="x@x.example", display_name="", member_id=member_id, roles=roles
    )


async def test_the_link_is_shown_once_and_kept_as_a_hash(
    client: Client, conn: Conn, cast: Cast
) -> None:
    client.http.cookies.clear()
    signed = await client.sign_in(cast.nord.viewer)
    fields = {
        "email": "neu@nord.example",
        "member_id": cast.nord.id,
        "roles": ["evaluator"],
        "display_name": "Nina",
    }
    answer = await signed.post("/admin/invitations", fields)
    assert answer.status_code == 303, answer.text[-1500:]
    left = re.search(r"kdnx_invitation=([^;]+)", str(answer.headers.get_list("set-cookie")))
    assert left
    cookie = f"kdnx_session={signed.token}; kdnx_invitation={left[1]}"
    page = unescape((await signed.get("/admin/users", cookie=cookie)).text)
    link = re.search(r"http://testserver/invitation\?token=([\w-]{43})", page)
    assert link
    assert "neu@nord.example" in page
    assert link[1] not in (await signed.get("/admin/users")).text
    assert await conn.fetchval("SELECT token_hash FROM kdnx.invitation") == hash_token(link[1])
    assert not await conn.fetchval(
        "SELECT count(*) FROM kdnx.idempotency WHERE position($1 in convert_from(body, 'UTF8')) > 0",
        link[1],
    )
    shown = await client.get(f"/invitation?token={link[1]}")
    assert "Bewertung" in shown.text
    assert "Noch ist kein Anmeldedienst" in shown.text


async def test_who_is_signed_in_takes_it_with_that_account(
    client: Client, conn: Conn, cast: Cast
) -> None:
    await conn.act_as(SYSTEM)
    invited = await sent(conn, cast.nord.viewer, cast.nord.id, Role.BOOKING_CLERK)
    signed = await client.sign_in(cast.fremd.viewer)
    assert (await signed.post("/invitation", {"token": invited.token})).status_code == 303
    await conn.act_as(SYSTEM)
    assert cast.fremd.viewer.person_id
    members = {m.member_name for m in await list_mandates(conn, cast.fremd.viewer.person_id)}
    assert members == {"Fremd", "Nordrechen"}
    assert (await signed.post("/invitation", {"token": invited.token})).status_code == 404
    assert (await signed.get(f"/invitation?token={invited.token}")).status_code == 404


async def test_nobody_takes_the_own_invitation(client: Client, conn: Conn, cast: Cast) -> None:
    await conn.act_as(SYSTEM)
    invited = await sent(conn, cast.nord.viewer, cast.nord.id, Role.BOOKING_CLERK)
    answer = await client.as_(cast.nord.viewer).post("/invitation", {"token": invited.token})
    assert answer.status_code == 409
    assert "eigene Einladung" in answer.text


async def test_expired_and_withdrawn_links_open_nothing(
    client: Client, conn: Conn, cast: Cast
) -> None:
    await conn.act_as(SYSTEM)
    first = await sent(conn, cast.nord.viewer, cast.nord.id, Role.EVALUATOR)
    second = await sent(conn, cast.nord.viewer, cast.nord.id, Role.EVALUATOR)
    foreign = await client.as_(cast.sued.viewer).post(f"/admin/invitations/{first.id}/withdraw")
    assert foreign.status_code == 404
    done = await client.as_(cast.nord.second).post(f"/admin/invitations/{first.id}/withdraw")
    assert done.status_code == 303
    taker = Viewer(
        person_id=await create_person(conn, issuer="urn:x", subject="t", display_name="T")
    )
    assert not await accept_token(conn, taker, first.token)
    assert not await accept_token(conn, taker, "x" * 43)
    conn.now += timedelta(days=14)
    assert not await accept_token(conn, taker, second.token)


async def test_the_hub_invites_the_first_administrator_of_another_member(
    conn: Conn, cast: Cast
) -> None:
    nord = cast.nord.id
    await sent(conn, cast.office, nord, Role.ADMINISTRATOR)
    with pytest.raises(Forbidden):
        await sent(conn, cast.office, nord, Role.BOOKING_APPROVER)
    with pytest.raises(Forbidden):
        await sent(conn, cast.sued.viewer, nord, Role.EVALUATOR)
    with pytest.raises(Refused):
        await sent(conn, cast.office, nord, Role.AUDITOR)


async def test_a_role_held_already_is_not_given_twice(conn: Conn, cast: Cast) -> None:
    person = await create_person(conn, issuer="urn:x", subject="t", display_name="T")
    await grant_role(conn, SYSTEM, person, cast.nord.id, Role.EVALUATOR, conn.today)
    invited = await invite(
        conn, cast.nord.viewer, email="x@x.example", display_name="", member_id=cast.nord.id,
        roles=[Role.EVALUATOR, Role.BOOKING_CLERK],
    )  # fmt: skip
    assert await accept_token(conn, Viewer(person_id=person), invited.token)
    assert (
        await conn.fetchval("SELECT count(*) FROM kdnx.role_grant WHERE person_id = $1", person)
        == 2
    )


@pytest.mark.parametrize("email", ["", "nord", "a b@c.de", "x@y", "<script>@x.de"])
async def test_an_address_must_be_one(client: Client, cast: Cast, email: str) -> None:
    answer = await client.as_(cast.nord.viewer).post(
        "/admin/invitations", {"email": email, "member_id": cast.nord.id, "roles": ["evaluator"]}
    )
    assert answer.status_code == 422
