"""Sign-in as persona, account, sign-out: over HTTP, with what an attacker would try."""

import re
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

import pytest

from kdnx.access.actions import grant_role
from kdnx.auth.actions import create_person, hash_token, start_session
from kdnx.db.conn import Conn
from kdnx.viewer import Role, Scope, Viewer
from tests.cast import Cast
from tests.client import Client

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def a_demo(conn: Conn, *, is_demo: bool = True) -> None:
    """The alliance as a demonstration or for real."""
    await conn.act_as(SYSTEM)
    await conn.execute(
        "INSERT INTO kdnx.alliance (id, name, short_name, is_demo, created_at) VALUES (1, 'A', 'A', $2, $1)"
        " ON CONFLICT (id) DO UPDATE SET is_demo = $2",
        conn.now, is_demo,
    )  # fmt: skip


async def a_persona(conn: Conn, member_id: UUID, *roles: Role) -> UUID:
    """A persona with roles."""
    person = await create_person(
        conn, issuer="urn:demo", subject=str(member_id), display_name="Petra Probe", is_persona=True
    )
    for role in roles:
        await grant_role(conn, SYSTEM, person, member_id, role, conn.today)
    return person


def session_of(response: object) -> str:
    """The session token an answer sets."""
    header = response.headers.get("set-cookie", "")  # type: ignore[attr-defined]  # httpx.Response
    found = re.search(r"kdnx_session=([A-Za-z0-9_-]{43})", header)
    return found[1] if found else ""


async def test_a_click_signs_a_persona_in_and_leads_to_the_asked_page(
    client: Client, conn: Conn, cast: Cast
) -> None:
    await a_demo(conn)
    person = await a_persona(conn, cast.nord.id, Role.BOOKING_CLERK)
    asked = await client.get("/account?x=1")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=" + quote("/account?x=1", safe="")
    page = await client.get(asked.headers["location"])
    assert "Petra Probe" in page.text
    assert "Nordrechen" in page.text
    answer = await client.http.post(
        "/login/persona",
        data={"person_id": str(person), "next": "/account?x=1"},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?x=1")
    assert "httponly" in answer.headers["set-cookie"].lower()
    signed = Client(client.http, client.house, conn, session_of(answer))
    assert "Petra Probe" in (await signed.get("/account")).text


async def test_personas_are_refused_outside_a_demonstration(
    client: Client, conn: Conn, cast: Cast
) -> None:
    await a_demo(conn, is_demo=False)
    person = await a_persona(conn, cast.nord.id, Role.BOOKING_CLERK)
    assert "Petra Probe" not in (await client.get("/login")).text
    answer = await client.post("/login/persona", {"person_id": person})
    assert answer.status_code == 403
    assert session_of(answer) == ""


async def test_a_real_person_is_no_persona(client: Client, conn: Conn, cast: Cast) -> None:
    await a_demo(conn)
    answer = await client.post("/login/persona", {"person_id": cast.nord.viewer.person_id})
    assert answer.status_code == 404
    assert session_of(answer) == ""


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nx: y",
        "/logout",
        "",
    ],
)
async def test_no_open_redirect(client: Client, conn: Conn, cast: Cast, target: str) -> None:
    await a_demo(conn)
    person = await a_persona(conn, cast.nord.id, Role.BOOKING_CLERK)
    answer = await client.post("/login/persona", {"person_id": person, "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_every_sign_in_makes_a_new_session_and_ends_the_old(
    client: Client, conn: Conn, cast: Cast
) -> None:
    await a_demo(conn)
    person = await a_persona(conn, cast.nord.id, Role.BOOKING_CLERK)
    planted = await start_session(conn, person, cast.nord.id, Scope.MEMBER)
    attacker = Client(client.http, client.house, conn, planted)
    fresh = session_of(await attacker.post("/login/persona", {"person_id": person}))
    assert fresh
    assert fresh != planted
    assert (await attacker.get("/account")).status_code == 303
    assert (
        await conn.fetchval("SELECT count(*) FROM kdnx.session WHERE id_hash = $1", fresh.encode())
        == 0
    )
    assert (
        await conn.fetchval(
            "SELECT count(*) FROM kdnx.session WHERE id_hash = $1", hash_token(fresh)
        )
        == 1
    )


async def test_a_session_that_is_unknown_expired_or_revoked_opens_nothing(
    client: Client, conn: Conn, cast: Cast
) -> None:
    person = cast.nord.viewer.person_id
    assert person
    foreign = Client(client.http, client.house, conn, "A" * 43)
    assert (await foreign.get("/account")).status_code == 303
    expired = Client(
        client.http,
        client.house,
        conn,
        await start_session(conn, person, cast.nord.id, Scope.MEMBER, hours=-1),
    )
    assert (await expired.get("/account")).status_code == 303
    revoked = Client(
        client.http,
        client.house,
        conn,
        await start_session(conn, person, cast.nord.id, Scope.MEMBER),
    )
    assert (await revoked.get("/account")).status_code == 200
    await conn.execute(
        "UPDATE kdnx.session SET revoked_at = $2 WHERE person_id = $1", person, conn.now
    )
    assert (await revoked.get("/account")).status_code == 303


async def test_sign_out_ends_the_session_on_the_server(client: Client, cast: Cast) -> None:
    signed = await client.sign_in(cast.nord.viewer)
    answer = await signed.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert (await signed.get("/account")).status_code == 303


async def test_a_role_that_ended_yesterday_opens_the_account_alone(
    client: Client, conn: Conn, cast: Cast
) -> None:
    signed = await client.sign_in(cast.nord.viewer)
    assert (await signed.get("/admin/users")).status_code == 200
    await conn.act_as(SYSTEM)
    await conn.execute(
        "UPDATE kdnx.role_grant SET valid_to = $2 WHERE person_id = $1",
        cast.nord.viewer.person_id,
        conn.today,
    )
    assert (await signed.get("/admin/users")).status_code == 403
    page = await signed.get("/account")
    assert page.status_code == 200
    assert "Sie handeln zurzeit für niemanden" in page.text


async def test_writes_from_another_site_or_without_the_token_are_refused(
    client: Client, cast: Cast
) -> None:
    signed = await client.sign_in(cast.nord.viewer)
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        assert (
            await signed.post("/account/looks", {"theme": "dark"}, **headers)
        ).status_code == 403
    foreign = await signed.http.post(
        "/account/looks", data={"csrf_token": signed.csrf, "theme": "dark"},
        headers={**signed.cookies, "origin": "https://evil.example"},
    )  # fmt: skip
    assert foreign.status_code == 403
    for token in ("", "x" * 43):
        answer = await signed.post("/account/looks", {"theme": "dark", "csrf_token": token})
        assert answer.status_code == 403
        assert "abgelaufen" in answer.text
    other = await client.sign_in(cast.sued.viewer)
    answer = await signed.post("/account/looks", {"theme": "dark", "csrf_token": other.csrf})
    assert answer.status_code == 403
    assert 'data-kern-theme="dark"' not in (await signed.get("/account")).text


async def test_looks_are_kept(client: Client, cast: Cast) -> None:
    signed = await client.sign_in(cast.nord.viewer)
    assert (await signed.post("/account/looks", {"theme": "dark"})).status_code == 303
    assert 'data-kern-theme="dark"' in (await signed.get("/account")).text
    assert (await signed.post("/account/looks", {"theme": "pink"})).status_code == 422


async def test_the_account_says_what_and_why(client: Client, cast: Cast) -> None:
    text = (await (await client.sign_in(cast.auditor)).get("/account")).text
    assert "Prüfspur lesen" in text
    assert "Revision" in text
    assert "Buchungen bestätigen" not in text


async def test_own_sessions_can_be_ended_others_not(client: Client, conn: Conn, cast: Cast) -> None:
    mine, second = await client.sign_in(cast.nord.viewer), await client.sign_in(cast.nord.viewer)
    foreign = await client.sign_in(cast.sued.viewer)
    await mine.post("/account/sessions/revoke", {"session": hash_token(foreign.token).hex()})
    assert (await foreign.get("/account")).status_code == 200
    await mine.post("/account/sessions/revoke", {"session": hash_token(second.token).hex()})
    assert (await second.get("/account")).status_code == 303
    third = await client.sign_in(cast.nord.viewer)
    await mine.post("/account/sessions/revoke", {"session": "others"})
    assert (await third.get("/account")).status_code == 303
    assert (await mine.get("/account")).status_code == 200


async def test_switching_the_mandate_makes_a_new_session(
    client: Client, conn: Conn, cast: Cast
) -> None:
    await conn.act_as(SYSTEM)
    person = await create_person(conn, issuer="urn:x", subject="2", display_name="Zoe Zwei")
    await grant_role(conn, SYSTEM, person, cast.nord.id, Role.BOOKING_CLERK, conn.today)
    await grant_role(conn, SYSTEM, person, cast.sued.id, Role.BOOKING_APPROVER, conn.today)
    viewer = Viewer(person_id=person, member_id=cast.nord.id, scope=Scope.MEMBER)
    signed = await client.sign_in(viewer)
    answer = await signed.post("/account/mandate", {"mandate": f"{cast.sued.id}.member."})
    assert answer.status_code == 303
    switched = Client(client.http, client.house, conn, session_of(answer))
    page = (await switched.get("/account")).text
    assert "Buchungen bestätigen" in page
    assert "Buchungen vorschlagen" not in page
    assert (await signed.get("/account")).status_code == 303
    again = await switched.post("/account/mandate", {"mandate": f"{cast.fremd.id}.member."})
    assert again.status_code == 403


async def test_sign_in_is_rate_limited_with_retry_after(
    client: Client, conn: Conn, cast: Cast
) -> None:
    await a_demo(conn)
    person = await a_persona(conn, cast.nord.id, Role.BOOKING_CLERK)
    limit = client.house.settings.sign_in_rate_per_minute
    codes = [
        (await client.post("/login/persona", {"person_id": person})).status_code
        for _n in range(limit + 1)
    ]
    assert codes == [303] * limit + [429]
    answer = await client.post("/login/persona", {"person_id": person})
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    conn.now += timedelta(minutes=1)
    assert (await client.post("/login/persona", {"person_id": person})).status_code == 303


async def test_use_is_remembered_at_most_every_five_minutes(
    client: Client, conn: Conn, cast: Cast
) -> None:
    signed = await client.sign_in(cast.nord.viewer)
    begun = conn.now
    seen = "SELECT seen_at FROM kdnx.session WHERE id_hash = $1"
    for minutes, expected in ((4, 0), (6, 6), (9, 6), (12, 12)):
        conn.now = begun + timedelta(minutes=minutes)
        await signed.get("/account")
        assert await conn.fetchval(seen, hash_token(signed.token)) == begun + timedelta(
            minutes=expected
        )
