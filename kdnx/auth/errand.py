"""Doors that speak with another server or machine first: no transaction is open while they wait."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import cast
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kdnx.db.conn import Conn
from kdnx.db.pool import transaction
from kdnx.errors import Invalid, KdnxError
from kdnx.text import _
from kdnx.viewer import NOBODY, Permission
from kdnx.web.house import House
from kdnx.web.page import problem_page
from kdnx.web.problems import problem_json, status_of, wants_json
from kdnx.web.routing import Door, Endpoint, request_id_of

MAX_FORM = 64 * 1024
Run = Callable[[House, Request], Awaitable[Response]]


@dataclass(frozen=True)
class Errand(Door):
    """A door whose endpoint takes (house, request) and opens its own short transactions."""

    def route(self, house: House) -> Route:
        """The Starlette route."""
        run = cast("Run", self.endpoint)
        name = f"{run.__module__}.{self.endpoint.__name__}:{self.method}"
        return Route(self.path, partial(_serve, house, run), methods=[self.method], name=name)


def errand(method: str, path: str, run: Run) -> Errand:
    """An errand that anybody may start."""
    return Errand(method, path, cast("Endpoint", run), Permission.PUBLIC, guarded=False)


def reading(house: House, request: Request) -> AbstractAsyncContextManager[Conn]:
    """A short reading transaction of an errand."""
    return transaction(
        house.pool, read_only=True, request_id=request_id_of(request), now=house.clock()
    )


@asynccontextmanager
async def writing(house: House, request: Request) -> AsyncIterator[Conn]:
    """A short writing transaction of an errand; what was noted goes to the audit trail."""
    async with transaction(
        house.pool, finish=house.hooks.finish, request_id=request_id_of(request), now=house.clock()
    ) as conn:
        yield conn


async def _serve(house: House, run: Run, request: Request) -> Response:
    request_id_of(request)
    try:
        response = await run(house, request)
    except KdnxError as error:
        if wants_json(request):
            response = problem_json(status_of(error), error, request_id_of(request))
        else:
            response = await problem_page(house, request, NOBODY, error)
    response.headers["X-Request-ID"] = request_id_of(request)
    return response


async def read_small_form(request: Request) -> dict[str, str]:
    """Posted fields of a machine, 64 KiB at most; a field that comes twice is refused (RFC 6749 3.2)."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_FORM:
            raise Invalid(_("Die Anfrage ist zu groß."), code="too_large")
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise Invalid(_("Die Anfrage ist nicht lesbar.")) from None
    if len({name for name, _value in pairs}) != len(pairs):
        raise Invalid(_("Ein Feld kommt doppelt vor."))
    return dict(pairs)


def public_url(house: House, request: Request, path: str) -> str:
    """An address of ours as others see it: by KDNX_BASE_URL, else by the request."""
    return (house.settings.base_url or str(request.base_url)).rstrip("/") + path
