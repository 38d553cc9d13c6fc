"""The test client: HTTP over ASGI, signed in with real sessions; every page is parsed strictly."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import html5lib
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer
from kdnx.web.house import House

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Client:
    """One browser; `as_` gives another one that is signed in."""

    def __init__(
        self, http: AsyncClient, house: House, conn: Conn, token: str = "", csrf: str = ""
    ) -> None:
        self.http, self.house, self.conn, self.token, self.csrf = http, house, conn, token, csrf

    @classmethod
    @asynccontextmanager
    async def open(cls, app: Starlette, house: House, conn: Conn) -> AsyncIterator["Client"]:
        """A client that nobody is signed in with."""
        transport = ASGITransport(app=app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://testserver") as http:
            yield cls(http, house, conn)

    async def sign_in(self, viewer: Viewer) -> "Client":
        """A client with a session of that viewer's person and mandate."""
        if viewer.person_id is None or viewer.member_id is None:
            raise AssertionError("only people sign in")
        from kdnx.auth.actions import start_session

        await self.conn.act_as(Viewer(scope=Scope.SYSTEM))
        token = await start_session(
            self.conn, viewer.person_id, viewer.member_id, viewer.scope, user_agent="Testbrowser"
        )
        csrf = await self.conn.fetchval(
            "SELECT csrf_token FROM kdnx.session WHERE id_hash = sha256(convert_to($1, 'UTF8'))",
            token,
        )
        return Client(self.http, self.house, self.conn, token, csrf)

    def as_(self, viewer: Viewer) -> "Signed":
        """`client.as_(cast.nord.viewer).get(…)`: signs in on first use."""
        return Signed(self, viewer)

    @property
    def cookies(self) -> dict[str, str]:
        """The cookie header of this browser; the jar is shared by all of them and stays empty."""
        self.http.cookies.clear()
        return {"cookie": f"kdnx_session={self.token}"} if self.token else {}

    async def get(self, url: str, **headers: str) -> Response:
        """GET; a page is parsed strictly."""
        response = await self.http.get(url, headers={**self.cookies, **headers})
        return checked(response)

    async def post(
        self,
        url: str,
        fields: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        files: Any = None,
        **headers: str,
    ) -> Response:
        """POST a form with its guard fields; follows nothing."""
        data = {"csrf_token": self.csrf, "form_key": key or uuid4().hex, **(fields or {})}
        sent = {**self.cookies, "sec-fetch-site": "same-origin", **headers}
        return checked(await self.http.post(url, data=data, files=files, headers=sent))

    async def json_post(self, url: str, body: Any = None, **headers: str) -> Response:
        """POST JSON with the session's token; header names with underscores become hyphens."""
        sent = {**self.cookies, "sec-fetch-site": "same-origin", "x-csrf-token": self.csrf}
        sent |= {k.replace("_", "-"): v for k, v in headers.items()}
        content = b"" if body is None else json.dumps(body, default=str).encode()
        if body is not None:
            sent["content-type"] = "application/json"
        return await self.http.post(url, content=content, headers=sent)

    async def json_patch(self, url: str, body: Any, **headers: str) -> Response:
        """PATCH with a merge patch; as `json_post` otherwise."""
        sent = {**self.cookies, "sec-fetch-site": "same-origin", "x-csrf-token": self.csrf}
        sent |= {k.replace("_", "-"): v for k, v in headers.items()}
        sent["content-type"] = "application/merge-patch+json"
        content = json.dumps(body, default=str).encode()
        return await self.http.patch(url, content=content, headers=sent)


class Signed:
    """A client that signs in when first used."""

    def __init__(self, client: Client, viewer: Viewer) -> None:
        self.client, self.viewer, self.signed = client, viewer, None

    async def _ready(self) -> Client:
        if self.signed is None:
            self.signed = await self.client.sign_in(self.viewer)
        return self.signed

    async def get(self, url: str, **headers: str) -> Response:
        """As `Client.get`."""
        return await (await self._ready()).get(url, **headers)

    async def post(self, url: str, fields: Mapping[str, Any] | None = None, **kw: Any) -> Response:
        """As `Client.post`."""
        return await (await self._ready()).post(url, fields, **kw)

    async def json_post(self, url: str, body: Any = None, **headers: str) -> Response:
        """As `Client.json_post`."""
        return await (await self._ready()).json_post(url, body, **headers)

    async def json_patch(self, url: str, body: Any, **headers: str) -> Response:
        """As `Client.json_patch`."""
        return await (await self._ready()).json_patch(url, body, **headers)


def checked(response: Response) -> Response:
    """Fail on a page that is no valid HTML."""
    if response.headers.get("content-type", "").startswith("text/html") and response.text:
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(response.text)
        faults = [e for e in parser.errors if e[1] != "unexpected-null-character"]
        assert not faults, (str(response.url), faults[:3], response.text[:0])
    return response


def plain(response: Response) -> str:
    """The answer without what differs in every answer: request id, tokens, keys (for equality tests)."""
    text = re.sub(r"[0-9a-f]{32}", "#", response.text)
    return re.sub(r"[A-Za-z0-9_-]{40,}", "#", text)


def new_key() -> UUID:
    """A fresh idempotency key."""
    return uuid4()
