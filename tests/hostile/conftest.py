"""A committed world with a pair's secrets in it, and the strangers who come for them."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import ASGITransport, AsyncClient, Response

from kdnx.audit.actions import finish
from kdnx.auth.actions import start_session
from kdnx.auth.model import CLIENT_SCOPES
from kdnx.clients.actions import create_client, issue_token, release_client
from kdnx.config import Settings
from kdnx.db.conn import Conn
from kdnx.db.pool import open_pool, transaction
from kdnx.viewer import NOBODY, Scope, Viewer
from tests.cast import Cast, make_cast
from tests.conftest import Cluster, clone
from tests.hostile.planting import CENTS, Secrets, plant
from tests.hostile.planting_planning import plant_frozen_year

SYSTEM = Viewer(scope=Scope.SYSTEM)
WHO = ("fremd", "committee", "machine", "nobody")
NEVER_SAME = re.compile(r"[0-9a-f]{32}|[A-Za-z0-9_-]{40,}")


@dataclass(frozen=True)
class Stranger:
    """Somebody outside the pair, with the headers that sign him in."""

    name: str
    viewer: Viewer
    headers: Mapping[str, str]
    csrf: str
    http: AsyncClient

    async def get(self, url: str, **params: Any) -> Response:
        """GET as this stranger."""
        self.http.cookies.clear()  # the jar is everybody's
        return await self.http.get(url, headers=self.headers, params=params or None)

    async def post_form(self, url: str, fields: Mapping[str, Any]) -> Response:
        """POST a form with a valid token of the own session."""
        data = {
            "csrf_token": self.csrf,
            "form_key": uuid4().hex,
            **{k: v for k, v in fields.items() if not isinstance(v, dict)},
        }
        self.http.cookies.clear()
        return await self.http.post(
            url, data=data, headers={**self.headers, "sec-fetch-site": "same-origin"}
        )

    async def send_json(
        self, method: str, url: str, body: Mapping[str, Any], *, match: bool
    ) -> Response:
        """Send JSON with a valid token, a key, and the version most things begin with."""
        headers = {
            **self.headers,
            "sec-fetch-site": "same-origin",
            "x-csrf-token": self.csrf,
            "content-type": "application/json",
        }
        if match:
            headers["if-match"] = '"1"'
        self.http.cookies.clear()
        return await self.http.request(
            method, url, content=json.dumps(body).encode(), headers=headers
        )


@dataclass(frozen=True)
class Stage:
    """The whole scene."""

    pool: Any
    cast: Cast
    secrets: Secrets
    strangers: Mapping[str, Stranger]
    party: Stranger


def said(response: Response, *hidden: object) -> tuple[int, str, str, str]:
    """An answer without what differs in every answer, and without the ids in `hidden`."""

    def bare(text: str) -> str:
        for word in hidden:
            text = text.replace(str(word), "ID").replace(str(word).replace("-", ""), "ID")
        return NEVER_SAME.sub("#", text)

    body = bare(response.text)
    body = re.sub(r'"request_id":"[^"]*"', "", body)
    return (
        response.status_code,
        bare(response.headers.get("location", "")),
        response.headers.get("content-type", ""),
        body,
    )


async def person(conn: Conn, http: AsyncClient, name: str, viewer: Viewer) -> Stranger:
    """A signed-in person."""
    assert viewer.person_id is not None
    assert viewer.member_id is not None
    token = await start_session(
        conn, viewer.person_id, viewer.member_id, viewer.scope, user_agent="Probe"
    )
    csrf = await conn.fetchval(
        "SELECT csrf_token FROM kdnx.session WHERE id_hash = sha256(convert_to($1, 'UTF8'))", token
    )
    return Stranger(name, viewer, {"cookie": f"kdnx_session={token}"}, csrf, http)


async def machine(conn: Conn, http: AsyncClient, cast: Cast) -> Stranger:
    """A program of the strange member with every right a program can have."""
    made = await create_client(conn, cast.fremd.viewer, label="Fremdprogramm", scopes=CLIENT_SCOPES)
    await release_client(conn, cast.fremd.second, made.client_id)
    issued = await issue_token(conn, made, "")
    return Stranger(
        "machine", cast.fremd.viewer, {"authorization": f"Bearer {issued.token}"}, "", http
    )


@pytest.fixture(scope="session")
async def stage(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """A database of its own with everything committed, and the application over HTTP."""
    from kdnx.app import create_app, make_house  # only where it is needed

    name = await clone(cluster, template)
    pool = await open_pool(cluster.app_dsn(name), size=4)
    folder: Path = tmp_path_factory.mktemp("hostile")
    rates = {"api_rate_per_minute": 1_000_000, "sign_in_rate_per_minute": 1_000_000}
    house = make_house(Settings(data_dir=folder, base_url="http://testserver", demo=True, **rates))  # type: ignore[arg-type]  # both are numbers
    house.pool_, house.title = pool, "Testverbund"
    try:
        transport = ASGITransport(app=create_app(house), raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://testserver") as http:
            async with transaction(pool, SYSTEM, finish=finish) as conn:
                cast = await make_cast(conn)
            async with transaction(pool, SYSTEM, finish=finish) as conn:
                secrets = await plant(conn, cast)
                await plant_frozen_year(cluster.owner_dsn(name), cast, CENTS)
                await conn.act_as(SYSTEM)
                strangers = {
                    "fremd": await person(conn, http, "fremd", cast.fremd.viewer),
                    "committee": await person(conn, http, "committee", cast.committee),
                    "machine": await machine(conn, http, cast),
                    "nobody": Stranger("nobody", NOBODY, {}, "", http),
                }
                party = await person(conn, http, "party", cast.sued.viewer)
            yield Stage(pool, cast, secrets, strangers, party)
    finally:
        await pool.close()


@pytest.fixture(params=[WHO[0], *(pytest.param(who, marks=pytest.mark.slow) for who in WHO[1:])])
def stranger(request: pytest.FixtureRequest, stage: Stage) -> Stranger:
    """Each stranger in turn."""
    return stage.strangers[request.param]


UNKNOWN = UUID("0b5f0000-0000-7000-8000-00000000dead")
