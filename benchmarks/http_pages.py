"""A page and a JSON list over HTTP with sign-in and rights, beside bare Starlette with the same query and template.

usage: python -m benchmarks.http_pages [requests]
"""

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import asyncpg
import uvicorn
from httpx import AsyncClient
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from benchmarks.ground import SYSTEM, emit, ground, rate
from benchmarks.ledger_posting import make_providers
from kdnx.app import create_app, make_house
from kdnx.auth.actions import start_session
from kdnx.clock import berlin_day, read_clock
from kdnx.config import Settings
from kdnx.db.pool import transaction
from kdnx.db.rows import many
from kdnx.members.model import LEGAL_FORM_LABELS, LEVEL_LABELS, Member
from kdnx.members.schemas import MemberFilter, MemberOut
from kdnx.members.store import LIST_MEMBERS
from kdnx.viewer import NOBODY, Permission
from kdnx.web.house import House
from kdnx.web.templating import Shell, ShellViewer


def bare_app(pool: asyncpg.Pool, house: House) -> Starlette:
    """The same query and the same template inside a shell made once: no sign-in, rights, transaction, headers."""
    shell = Shell(
        title="kdnx", nav=[(label, href, False) for label, href, _right, under in house.nav if not under], viewer=ShellViewer("Eine Person", "Nordrechen", ()),
        csrf_token="x", form_key="x", path="/members", request_id="x", may={p.value: True for p in Permission},
    )  # fmt: skip
    around = {
        "shell": shell,
        "viewer": NOBODY,
        "now": read_clock(),
        "today": berlin_day(read_clock()),
    }
    fixed = {
        "query": MemberFilter(), "levels": list(LEVEL_LABELS.items()), "links": [],
        "forms": [(f.value, label) for f, label in LEGAL_FORM_LABELS.items()],
    }  # fmt: skip

    async def read() -> list[asyncpg.Record]:
        async with pool.acquire() as conn:
            rows: list[asyncpg.Record] = await conn.fetch(
                LIST_MEMBERS, None, berlin_day(read_clock()), None
            )
            return rows

    async def page(_request: Request) -> Response:
        members = many(Member, await read())
        return HTMLResponse(
            house.env.get_template("members/list.html").render(**around, **fixed, members=members)
        )

    async def as_json(_request: Request) -> Response:
        items = [{name: row.get(name) for name in MemberOut.model_fields} for row in await read()]
        return Response(to_json({"items": items, "next": None}), media_type="application/json")

    return Starlette(routes=[Route("/members", page), Route("/api/v1/members", as_json)])


class Served:
    """An application on a loopback port."""

    def __init__(self, app: Starlette, port: int) -> None:
        self.server = uvicorn.Server(
            uvicorn.Config(app, port=port, log_level="error", access_log=False)
        )
        self.base = f"http://127.0.0.1:{port}"

    async def __aenter__(self) -> str:
        """Start and wait until it answers."""
        self.task = asyncio.create_task(self.server.serve())
        while not self.server.started:  # noqa: ASYNC110  # uvicorn gives no event
            await asyncio.sleep(0.02)
        return self.base

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        self.server.should_exit = True
        await self.task


async def measure(base: str, path: str, cookie: str, clients: int, count: int) -> float:
    """Requests a second."""
    async with AsyncClient(base_url=base, headers={"cookie": cookie}, timeout=60) as http:

        async def work(_i: int) -> None:
            response = await http.get(path)
            response.raise_for_status()

        await rate(clients, clients, work)
        return await rate(clients, count, work)


async def compare(ours: str, theirs: str, cookie: str, count: int) -> None:
    """Both, interleaved, best of three."""
    for case, path in (("page_members", "/members"), ("json_members", "/api/v1/members")):
        best = [0.0, 0.0]
        for _ in range(3):
            best[0] = max(best[0], await measure(ours, path, cookie, 8, count))
            best[1] = max(best[1], await measure(theirs, path, "", 8, count))
        emit(case, "kdnx", n=count, concurrency=8, value=best[0], unit="1/s")
        emit(case, "starlette", n=count, concurrency=8, value=best[1], unit="1/s")
        emit(case, "ratio", n=count, concurrency=8, value=best[0] / best[1], unit="kdnx/starlette")


async def main(count: int) -> None:
    """One process serves and asks: client cost is the same on both sides."""
    with tempfile.TemporaryDirectory() as folder:
        async with ground(pool_size=10) as g:
            settings = replace(
                Settings(data_dir=Path(folder)),
                database_url=g.app_dsn,
                api_rate_per_minute=10_000_000,
            )
            async with transaction(g.pool, SYSTEM) as conn:
                who = g.cast.nord.viewer
                token = await start_session(conn, who.person_id, who.member_id, who.scope)  # type: ignore[arg-type]
            await make_providers(g)
            house = make_house(settings)
            async with (
                Served(create_app(house), 8377) as ours,
                Served(bare_app(g.pool, house), 8378) as theirs,
            ):
                await compare(ours, theirs, f"kdnx_session={token}", count)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
