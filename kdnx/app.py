"""The roof: settings and modules become one Starlette application; the only file that knows all modules."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from catalog.module import MODULE as CATALOG
from exchange.module import MODULE as EXCHANGE
from kdnx import VERSION, platform
from kdnx.audit.actions import finish
from kdnx.audit.looking import leave_behind
from kdnx.auth.actions import identify, limit, touch
from kdnx.clock import read_clock
from kdnx.config import Settings
from kdnx.db.pool import open_pool, transaction
from kdnx.errors import KdnxError, NotFound
from kdnx.frames.store import count_waiting
from kdnx.idempotency.actions import begin_once, keep_once
from kdnx.members.store import read_alliance
from kdnx.module import Module
from kdnx.text import _
from kdnx.viewer import NOBODY
from kdnx.web import api, openapi, page
from kdnx.web.headers import AccessLog, BodyLimit, SecurityHeaders
from kdnx.web.house import Hooks, House
from kdnx.web.problems import problem_json, wants_json
from kdnx.web.routing import request_id_of
from kdnx.web.templating import STATIC, make_environment
from procurement.module import MODULE as PROCUREMENT

log = logging.getLogger("kdnx")
MODULES: tuple[Module, ...] = (
    platform.MODULE,
    CATALOG,
    PROCUREMENT,
    EXCHANGE,
)


def make_house(
    settings: Settings,
    *,
    modules: Sequence[Module] = MODULES,
    clock: Callable[[], datetime] = read_clock,
) -> House:
    """Everything a request needs except the pool, which the application opens."""
    packages = {"shell": "kdnx.web"}
    for module in modules:
        packages |= dict(module.templates)
    nav = sorted((e for m in modules for e in m.nav), key=lambda e: e.order)
    hooks = Hooks(
        identify, finish, begin_once, keep_once, count_waiting, touch, limit, leave_behind
    )
    return House(
        settings=settings,
        env=make_environment(packages),
        hooks=hooks,
        nav=[(e.label, e.href, e.permission, e.under) for e in nav],
        modules=modules,
        clock=clock,
    )


async def open_house(house: House) -> None:
    """Open the pool and read what the alliance is called."""
    if house.pool_ is None:
        settings = house.settings
        house.pool_ = await open_pool(
            settings.database_url, size=settings.pool_size, prepared=settings.db_prepared
        )
    async with transaction(house.pool, read_only=True) as conn:
        alliance = await read_alliance(conn)
    if alliance:
        house.title, house.is_demo = alliance.short_name, alliance.is_demo


async def close_house(house: House) -> None:
    """Close the pool."""
    if house.pool_ is not None:
        await house.pool_.close()
        house.pool_ = None


def create_app(house: House) -> Starlette:
    """The ASGI application of a house."""
    doors = [door.route(house) for module in house.modules for door in module.doors]
    apis = [a for module in house.modules for a in module.apis]
    document = openapi.document(apis, VERSION)

    async def show_openapi(request: Request) -> Response:
        request_id_of(request)
        return Response(
            document, media_type="application/json", headers={"Cache-Control": "max-age=60"}
        )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.house = house
        given = house.pool_ is not None
        await open_house(house)
        yield
        if not given:
            await close_house(house)

    async def on_http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        return await _plain_problem(house, request, status, headers)

    async def on_crash(request: Request, error: Exception) -> Response:
        log.error(
            "crash",
            exc_info=error,
            extra={"request_id": request_id_of(request), "path": request.url.path},
        )
        return await _plain_problem(house, request, 500, {})

    return Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
            Route("/api/v1/openapi.json", show_openapi, name="openapi"),
            *api.routes(apis, house),
            *_merge_methods(doors),
        ],
        middleware=[
            Middleware(SecurityHeaders, https=house.settings.secure_cookies),
            Middleware(AccessLog),
            Middleware(BodyLimit, megabytes=house.settings.upload_limit_mb + 1),
        ],
        exception_handlers={HTTPException: on_http_error, Exception: on_crash},
        lifespan=lifespan,
    )


def _merge_methods(routes: Sequence[Route]) -> list[Route]:
    """One route a path, so that a 405 names every method; fixed addresses before those with parameters."""
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    merged = [same[0] if len(same) == 1 else _join(path, same) for path, same in by_path.items()]
    return sorted(
        merged, key=lambda r: [(part.startswith("{"), part) for part in r.path.split("/")]
    )


def _join(path: str, routes: Sequence[Route]) -> Route:
    by_method = {m: r.endpoint for r in routes for m in r.methods or ()}

    async def dispatch(request: Request) -> Response:
        answer: Response = await by_method[request.method](request)
        return answer

    return Route(path, dispatch, methods=list(by_method), name=routes[0].name)


async def _plain_problem(
    house: House, request: Request, status: int, headers: dict[str, str]
) -> Response:
    request_id = request_id_of(request)
    detail = {
        404: _("Diese Adresse gibt es nicht."),
        405: _("Diese Adresse lässt sich so nicht aufrufen."),
        413: _("Die Datei ist zu groß; es wurde nichts gespeichert."),
        500: _("Der Fehler ist festgehalten. Bitte nennen Sie die Kennung, wenn Sie ihn melden."),
    }.get(status, "")
    error: KdnxError = NotFound(detail) if status == 404 else KdnxError(detail)
    if wants_json(request):
        response = problem_json(status, error if detail else None, request_id)
    else:
        viewer = request.scope.get("kdnx.viewer", NOBODY)
        response = await page.problem_page(house, request, viewer, error, status)
    response.headers.update(headers)
    return response
