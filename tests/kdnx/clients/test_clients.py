"""Machine clients: secret once, token by client credentials, scopes, revocation, limits."""

import base64
import re
from datetime import timedelta
from html import unescape

import pytest
from httpx import Response

from kdnx.auth.actions import hash_token
from kdnx.clients.model import narrow
from kdnx.db.conn import Conn
from kdnx.viewer import Permission
from tests.cast import Cast
from tests.client import Client

TOKEN = "/api/v1/token"


def with_left(signed: Client, answer: Response, name: str) -> str:
    """The cookies of a browser after `answer` left something for the next page."""
    left = re.search(name + r"=([^;]+)", answer.headers["set-cookie"])
    assert left
    return f"kdnx_session={signed.token}; {name}={left[1]}"


async def a_client(
    client: Client, cast: Cast, *scopes: Permission, is_released: bool = True, **fields: str
) -> tuple[str, str]:
    """Created over the page; id and secret as shown once."""
    client.http.cookies.clear()
    signed = await client.sign_in(cast.nord.viewer)
    answer = await signed.post(
        "/admin/clients",
        {"label": "Finanzverfahren", "scopes": [s.value for s in scopes], **fields},
    )
    assert answer.status_code == 303, answer.text[-1500:]
    shown = await signed.get("/admin/clients", cookie=with_left(signed, answer, "kdnx_client"))
    found = re.findall(
        r"<dd><code>([0-9a-f-]{36}|[A-Za-z0-9_-]{43})</code></dd>", unescape(shown.text)
    )
    assert len(found) == 2
    assert 'kdnx_client=""; ' in shown.headers["set-cookie"]
    assert "max-age=0" in shown.headers["set-cookie"].lower()
    assert found[1] not in (await signed.get("/admin/clients")).text
    if is_released:
        done = await client.as_(cast.nord.second).post(f"/admin/clients/{found[0]}/release")
        assert done.status_code == 303
    client.http.cookies.clear()
    return found[0], found[1]


async def ask(
    client: Client, name: str, secret: str, *, basic: bool = False, **fields: str
) -> Response:
    """Ask for a token."""
    data = {"grant_type": "client_credentials", **fields}
    if basic:
        pair = base64.b64encode(f"{name}:{secret}".encode()).decode()
        return await client.http.post(TOKEN, data=data, headers={"authorization": f"Basic {pair}"})
    return await client.http.post(TOKEN, data={**data, "client_id": name, "client_secret": secret})


async def bearer(client: Client, token: str, url: str) -> Response:
    """GET as the program."""
    return await client.http.get(url, headers={"authorization": f"Bearer {token}"})


@pytest.mark.parametrize("basic", [True, False])
async def test_a_program_gets_a_token_and_reads(
    client: Client, conn: Conn, cast: Cast, basic: bool
) -> None:
    name, secret = await a_client(client, cast, Permission.MEMBER_READ, Permission.FEED_READ)
    assert await conn.fetchval("SELECT secret_hash FROM kdnx.client") == hash_token(secret)
    answer = await ask(client, name, secret, basic=basic)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == (
        "Bearer",
        3600,
        "feed.read member.read",
    )
    assert (await bearer(client, body["access_token"], "/api/v1/changes")).status_code == 200
    conn.now += timedelta(hours=1)
    assert (await bearer(client, body["access_token"], "/api/v1/changes")).status_code == 401


async def test_a_second_person_lets_a_program_in(client: Client, conn: Conn, cast: Cast) -> None:
    name, secret = await a_client(client, cast, Permission.FEED_READ, is_released=False)
    assert (await ask(client, name, secret)).status_code == 401
    release = f"/admin/clients/{name}/release"
    own = await client.as_(cast.nord.viewer).post(release)
    assert own.status_code == 409
    assert "Vier Augen" in own.text
    assert (await client.as_(cast.sued.viewer).post(release)).status_code == 404
    second = client.as_(cast.nord.second)
    assert "Finanzverfahren" in (await second.get("/tasks")).text
    assert (await second.post(release)).status_code == 303
    assert "Finanzverfahren" not in (await second.get("/tasks")).text
    assert (await second.post(release)).status_code == 404
    assert (await ask(client, name, secret)).status_code == 200


async def test_a_token_holds_no_more_than_it_asked_for(client: Client, cast: Cast) -> None:
    name, secret = await a_client(client, cast, Permission.MEMBER_READ, Permission.FEED_READ)
    token = (await ask(client, name, secret, scope="member.read")).json()["access_token"]
    assert (await bearer(client, token, "/api/v1/changes")).status_code == 403
    more = await ask(client, name, secret, scope="booking.propose")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


async def test_a_token_opens_no_page_of_people(client: Client, cast: Cast) -> None:
    name, secret = await a_client(client, cast, Permission.MEMBER_READ)
    token = (await ask(client, name, secret)).json()["access_token"]
    assert (await bearer(client, token, "/admin/users")).status_code == 403
    assert (
        await client.http.get("/account", headers={"cookie": f"kdnx_session={token}"})
    ).status_code == 303


async def test_wrong_ids_and_secrets_are_the_same(client: Client, conn: Conn, cast: Cast) -> None:
    name, secret = await a_client(client, cast, Permission.MEMBER_READ)
    unknown = "00000000-0000-4000-8000-000000000000"
    answers = [
        await ask(client, name, "x" * 43),
        await ask(client, unknown, secret),
        await ask(client, "nobody", secret),
        await ask(client, name, secret[:-1], basic=True),
    ]
    assert {a.status_code for a in answers} == {401}
    assert len({a.text for a in answers}) == 1
    assert answers[0].json()["error"] == "invalid_client"
    assert answers[0].headers["www-authenticate"].startswith("Basic")
    assert (
        await conn.fetchval(
            "SELECT count(*) FROM kdnx.security_event WHERE kind = 'client.refused'"
        )
        == 4
    )


async def test_other_grants_and_doubled_fields_are_refused(client: Client, cast: Cast) -> None:
    name, secret = await a_client(client, cast, Permission.MEMBER_READ)
    answer = await client.http.post(
        TOKEN, data={"grant_type": "password", "client_id": name, "client_secret": secret}
    )
    assert answer.json()["error"] == "unsupported_grant_type"
    twice = await client.http.post(TOKEN, content=b"grant_type=client_credentials&scope=a&scope=b")
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")
    huge = await client.http.post(TOKEN, content=b"x=" + b"y" * 70_000)
    assert (huge.status_code, huge.json()["error"]) == (400, "invalid_request")


async def test_a_revoked_program_and_its_tokens_are_out_at_once(client: Client, cast: Cast) -> None:
    name, secret = await a_client(client, cast, Permission.FEED_READ)
    token = (await ask(client, name, secret)).json()["access_token"]
    foreign = await client.as_(cast.sued.viewer).post(f"/admin/clients/{name}/revoke")
    assert foreign.status_code == 404
    assert (await bearer(client, token, "/api/v1/changes")).status_code == 200
    assert (
        await client.as_(cast.nord.second).post(f"/admin/clients/{name}/revoke")
    ).status_code == 303
    assert (await bearer(client, token, "/api/v1/changes")).status_code == 401
    assert (await ask(client, name, secret)).status_code == 401


async def test_after_its_last_day_a_program_gets_nothing(
    client: Client, conn: Conn, cast: Cast
) -> None:
    last = conn.today + timedelta(days=1)
    name, secret = await a_client(client, cast, Permission.FEED_READ, last_day=last.isoformat())
    conn.now += timedelta(days=1)
    token = (await ask(client, name, secret)).json()["access_token"]
    assert (await bearer(client, token, "/api/v1/changes")).status_code == 200
    conn.now += timedelta(days=1)
    assert (await ask(client, name, secret)).status_code == 401


async def test_machines_get_no_rights_of_people(client: Client, cast: Cast) -> None:
    signed = await client.sign_in(cast.nord.viewer)
    for scope in (Permission.BOOKING_CONFIRM, Permission.ROLE_GRANT, Permission.AUDIT_READ):
        answer = await signed.post("/admin/clients", {"label": "Böse", "scopes": [scope.value]})
        assert answer.status_code == 409
    for fields in ({"label": "Leer"}, {"label": "", "scopes": "member.read"}):
        assert (await signed.post("/admin/clients", fields)).status_code == 422


async def test_tokens_are_rate_limited(client: Client, cast: Cast) -> None:
    name, secret = await a_client(client, cast, Permission.MEMBER_READ)
    limit = client.house.settings.sign_in_rate_per_minute
    codes = [(await ask(client, name, "wrong")).status_code for _n in range(limit + 1)]
    assert codes == [401] * limit + [429]
    answer = await ask(client, name, secret)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) <= 60
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_api_is_rate_limited_by_session(client: Client, conn: Conn, cast: Cast) -> None:
    name, secret = await a_client(client, cast, Permission.FEED_READ)
    token = (await ask(client, name, secret)).json()["access_token"]
    limit = client.house.settings.api_rate_per_minute
    await conn.execute("UPDATE kdnx.rate SET hits = $1", limit)
    await bearer(client, token, "/api/v1/changes")
    await conn.execute("UPDATE kdnx.rate SET hits = $1 WHERE key LIKE 'api:s:%'", limit)
    answer = await bearer(client, token, "/api/v1/changes")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) <= 60
    assert (await bearer(client, "unknown", "/api/v1/changes")).status_code == 401


def test_scopes_narrow_and_never_widen() -> None:
    assert narrow(["member.read", "feed.read"], "") == ("member.read", "feed.read")
    assert narrow(["member.read"], "member.read member.read") == ("member.read",)
    assert narrow(["member.read"], "feed.read") is None
    assert narrow(["member.read", "booking.confirm"], "booking.confirm") is None
