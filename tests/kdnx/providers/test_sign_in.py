"""A full login against real providers: code flow, PKCE, nonce, invitations, sign-out, back channel."""

import asyncio
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import Response

from kdnx.audit.actions import finish
from kdnx.db.conn import Conn
from kdnx.invitations.actions import invite
from kdnx.providers.actions import add_provider, seal_secret
from kdnx.viewer import Role, Scope, Viewer
from tests.cast import Cast
from tests.client import Client
from tests.kdnx.providers.walking import Browser, RealProvider, path_of

SYSTEM = Viewer(scope=Scope.SYSTEM)
Providers = dict[str, RealProvider]


@pytest.fixture
async def home(client: Client, conn: Conn, cast: Cast, providers: Providers) -> Client:
    """kdnx with both providers entered; 'sued' is for the people of Suedrechen alone."""
    await conn.act_as(SYSTEM)
    for slug, member in (("nord", None), ("sued", cast.sued.id)):
        it = providers[slug]
        sealed = seal_secret(client.house.settings.secret(), it.client_secret)
        await add_provider(
            conn, cast.office, slug=slug, label=f"Dienst {slug}", issuer=it.issuer,
            client_id=it.client_id, sealed_secret=sealed, member_id=member,
        )  # fmt: skip
    await finish(conn)
    client.http.cookies.clear()
    return client


async def an_invitation(conn: Conn, cast: Cast, email: str) -> str:
    """Somebody is invited to book for Nordrechen; the token of the link."""
    await conn.act_as(SYSTEM)
    invited = await invite(
        conn,
        cast.nord.viewer,
        email=email,
        display_name="",
        member_id=cast.nord.id,
        roles=[Role.BOOKING_CLERK],
    )
    await finish(conn)
    return invited.token


async def sign_in(
    home: Client, browser: Browser, slug: str, account: str, query: str = ""
) -> Response:
    """From our page through the provider and back; the answer of the callback."""
    start = await home.http.get(f"/login/{slug}{query}")
    assert start.status_code == 302, start.text
    back = await browser.sign_in(start.headers["location"], account)
    return await home.http.get(path_of(back))


def token_of(response: Response) -> str:
    """The session an answer begins."""
    found = re.search(r"kdnx_session=([A-Za-z0-9_-]{43})", str(response.headers.get("set-cookie")))
    assert found, (response.status_code, response.text[-2000:])
    return found[1]


async def test_an_invited_person_signs_in_and_lands_on_the_asked_page(
    home: Client, conn: Conn, cast: Cast, browser: Browser
) -> None:
    token = await an_invitation(conn, cast, "somebody@else.example")
    page = await home.get(f"/invitation?token={token}")
    assert "Dienst nord" in page.text
    assert "Nordrechen" in page.text
    answer = await sign_in(
        home, browser, "nord", "nora", f"?invitation={token}&next=/account%3Fx%3D1"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?x=1")
    signed = Client(home.http, home.house, conn, token_of(answer))
    account = (await signed.get("/account")).text
    assert "Nora Neu" in account
    assert "Buchungen vorschlagen" in account
    person = await conn.fetchrow("SELECT id, issuer, email FROM kdnx.person WHERE subject = 'nora'")
    assert person
    assert person["email"] == "nora@nord.example"
    grants = await conn.fetch(
        "SELECT role, granted_by FROM kdnx.role_grant WHERE person_id = $1", person["id"]
    )
    assert [(g["role"], g["granted_by"]) for g in grants] == [
        ("booking_clerk", cast.nord.viewer.person_id)
    ]
    assert (await home.get(f"/invitation?token={token}")).status_code == 404


async def test_what_goes_to_the_provider_is_pkce_state_and_nonce(home: Client) -> None:
    start = await home.http.get("/login/nord")
    query = parse_qs(urlsplit(start.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    assert query["state"]
    assert query["nonce"]
    assert query["response_type"] == ["code"]
    cookie = start.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert query["nonce"][0] not in cookie
    assert query["state"][0].lower() not in cookie


async def test_a_verified_address_opens_the_invitation(
    home: Client, conn: Conn, cast: Cast, browser: Browser
) -> None:
    await an_invitation(conn, cast, "Nora@Nord.example")
    answer = await sign_in(home, browser, "nord", "nora")
    signed = Client(home.http, home.house, conn, token_of(answer))
    assert "Nordrechen" in (await signed.get("/account")).text


@pytest.mark.parametrize(("slug", "account"), [("nord", "otto"), ("nord", "udo"), ("sued", "nora")])
async def test_without_invitation_nobody_comes_in(
    home: Client, conn: Conn, cast: Cast, browser: Browser, slug: str, account: str
) -> None:
    """Not invited at all; address not verified; address vouched for by another member's provider."""
    await an_invitation(conn, cast, "nora@nord.example")
    answer = await sign_in(home, browser, slug, account)
    assert answer.status_code == 403
    assert "Ihr Konto ist noch nicht freigeschaltet" in answer.text
    assert "kdnx_session" not in str(answer.headers.get("set-cookie"))
    assert await conn.fetchval("SELECT count(*) FROM kdnx.person WHERE subject = $1", account) == 0


async def test_two_providers_at_once_keep_people_apart(
    home: Client, conn: Conn, cast: Cast, browser: Browser
) -> None:
    for slug in ("nord", "sued"):
        token = await an_invitation(conn, cast, f"{slug}@else.example")
        token_of(await sign_in(home, browser, slug, "nora", f"?invitation={token}"))
    issuers = await conn.fetch("SELECT issuer FROM kdnx.person WHERE subject = 'nora'")
    assert len({i["issuer"] for i in issuers}) == 2


async def test_an_answer_for_another_browser_is_refused(
    home: Client, conn: Conn, browser: Browser
) -> None:
    start = await home.http.get("/login/nord")
    back = await browser.sign_in(start.headers["location"], "nora")
    home.http.cookies.clear()
    answer = await home.http.get(path_of(back))
    assert answer.status_code == 409
    assert "abgelaufen" in answer.text
    again = await home.http.get("/login/nord")
    assert again.status_code == 302
    answer = await home.http.get(path_of(back))
    assert answer.status_code == 403
    assert "passt nicht" in answer.text


async def test_an_answer_meant_for_the_other_provider_is_refused(
    home: Client, conn: Conn, browser: Browser
) -> None:
    start = await home.http.get("/login/nord")
    back = await browser.sign_in(start.headers["location"], "nora")
    assert (await home.http.get(path_of(back).replace("/nord/", "/sued/"))).status_code == 409


async def test_a_code_works_once(home: Client, conn: Conn, cast: Cast, browser: Browser) -> None:
    token = await an_invitation(conn, cast, "x@else.example")
    start = await home.http.get(f"/login/nord?invitation={token}")
    cookie = start.headers["set-cookie"].partition(";")[0]
    back = path_of(await browser.sign_in(start.headers["location"], "nora"))
    token_of(await home.http.get(back, headers={"cookie": cookie}))
    home.http.cookies.clear()
    assert (await home.http.get(back, headers={"cookie": cookie})).status_code == 403


async def test_who_turns_back_at_the_provider_returns_to_the_sign_in_page(home: Client) -> None:
    start = await home.http.get("/login/nord")
    state = parse_qs(urlsplit(start.headers["location"]).query)["state"][0]
    answer = await home.http.get(f"/login/nord/callback?error=access_denied&state={state}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example"])
async def test_the_way_back_never_leaves_kdnx(
    home: Client, conn: Conn, cast: Cast, browser: Browser, target: str
) -> None:
    token = await an_invitation(conn, cast, "x@else.example")
    answer = await sign_in(home, browser, "nord", "nora", f"?invitation={token}&next={target}")
    assert answer.headers["location"] == "/"


async def test_sign_out_leads_on_to_the_provider(
    home: Client, conn: Conn, cast: Cast, browser: Browser, logouts: "asyncio.Queue[str]"
) -> None:
    token = await an_invitation(conn, cast, "x@else.example")
    session = token_of(await sign_in(home, browser, "nord", "nora", f"?invitation={token}"))
    csrf = await conn.fetchval(
        "SELECT csrf_token FROM kdnx.session ORDER BY created_at DESC, seen_at DESC LIMIT 1"
    )
    home.http.cookies.clear()
    signed = Client(home.http, home.house, conn, session, csrf)
    out = await signed.post("/logout")
    assert out.status_code == 303
    page = await home.http.get("/login")
    link = re.search(r'href="(http://127\.0\.0\.1[^"]+)"', page.text)
    assert link
    confirm = await browser.follow(link[1].replace("&amp;", "&"))
    xsrf = re.search(r'name="xsrf" value="([^"]+)"', confirm.text)
    assert xsrf
    done = await browser.submit(confirm, xsrf=xsrf[1], logout="yes")
    assert done.headers["location"].startswith("http://testserver/login")


async def test_the_provider_ends_our_session_by_the_back_channel(
    home: Client,
    conn: Conn,
    cast: Cast,
    browser: Browser,
    providers: Providers,
    logouts: "asyncio.Queue[str]",
) -> None:
    token = await an_invitation(conn, cast, "x@else.example")
    signed = Client(
        home.http,
        home.house,
        conn,
        token_of(await sign_in(home, browser, "nord", "nora", f"?invitation={token}")),
    )
    home.http.cookies.clear()
    assert (await signed.get("/account")).status_code == 200
    confirm = await browser.follow(providers["nord"].issuer + "/session/end")
    xsrf = re.search(r'name="xsrf" value="([^"]+)"', confirm.text)
    assert xsrf
    await browser.submit(confirm, xsrf=xsrf[1], logout="yes")
    logout_token = await asyncio.wait_for(logouts.get(), 10)
    wrong = await home.http.post("/login/sued/backchannel", data={"logout_token": logout_token})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_request")
    altered = logout_token[:-6] + ("AAAAAA" if not logout_token.endswith("AAAAAA") else "BBBBBB")
    assert (
        await home.http.post("/login/nord/backchannel", data={"logout_token": altered})
    ).status_code == 400
    assert (await signed.get("/account")).status_code == 200
    done = await home.http.post("/login/nord/backchannel", data={"logout_token": logout_token})
    assert (done.status_code, done.headers["cache-control"]) == (200, "no-store")
    assert (await signed.get("/account")).status_code == 303


async def test_a_provider_that_is_off_or_silent_says_so(
    home: Client, conn: Conn, cast: Cast
) -> None:
    await conn.execute("UPDATE kdnx.identity_provider SET state = 'off' WHERE slug = 'nord'")
    assert (await home.http.get("/login/nord")).status_code == 404
    assert "Dienst nord" not in (await home.get("/login")).text
    await conn.execute(
        "UPDATE kdnx.identity_provider SET issuer = 'http://127.0.0.1:9' WHERE slug = 'sued'"
    )
    silent = await home.http.get("/login/sued")
    assert silent.status_code == 503
    assert "nicht erreichbar" in silent.text
