"""Pages and redirects: the shell around the content, messages for the next page, problem pages."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kdnx.db.conn import Conn
from kdnx.errors import KdnxError, TooMany
from kdnx.ids import new_id
from kdnx.viewer import Viewer
from kdnx.web.house import House
from kdnx.web.problems import status_of, title_of
from kdnx.web.templating import Shell, render, rights, shell_viewer

log = logging.getLogger("kdnx.web")
FLASH = "kdnx_flash"


def _signer(house: House) -> URLSafeSerializer:
    return URLSafeSerializer(house.settings.secret(), salt="kdnx.flash")


def read_flashes(house: House, request: Request) -> list[tuple[str, str]]:
    """Messages left by the page before."""
    raw = request.cookies.get(FLASH)
    if not raw:
        return []
    try:
        return [(str(k), str(t)) for k, t in _signer(house).loads(raw)]
    except (BadSignature, ValueError, TypeError):
        return []


Entries = list[tuple[str, str, bool]]


def navigation(house: House, viewer: Viewer, path: str) -> tuple[Entries, Entries]:
    """The main row and, while a page of a group is open, the group's row: (label, address, is here)."""
    mine = [e for e in house.nav if viewer.may(e[2])]

    def is_here(href: str) -> bool:
        return path == href or (href != "/" and path.startswith(href + "/"))

    here = next((under or href for _label, href, _right, under in mine if is_here(href)), "")
    main = [(label, href, href == here) for label, href, _right, under in mine if not under]
    group = [e for e in mine if here and here in {e[1], e[3]}]
    if len(group) == 1:
        group = []
    return main, [(label, href, is_here(href)) for label, href, _right, _under in group]


def make_shell(
    house: House, request: Request, viewer: Viewer, task_count: int, notice_count: int = 0
) -> Shell:
    """What stands around the content, for this viewer on this page."""
    path = request.url.path
    nav, group = navigation(house, viewer, path)
    return Shell(
        title=house.title,
        nav=nav,
        group=group,
        viewer=shell_viewer(viewer),
        task_count=task_count,
        notice_count=notice_count,
        theme=viewer.theme,
        csrf_token=viewer.csrf_token,
        form_key=new_id().hex,
        flashes=read_flashes(house, request),
        path=path,
        demo=house.is_demo,
        request_id=request.state.request_id,
        may=rights(viewer),
    )


async def render_page(
    house: House,
    request: Request,
    conn: Conn,
    viewer: Viewer,
    template: str,
    *,
    status: int,
    values: Mapping[str, Any],
) -> Response:
    """The template inside the shell, as an answer that no cache keeps."""
    tasks, notices = await house.hooks.waiting(conn, viewer) if viewer.is_known else (0, 0)
    shell = make_shell(house, request, viewer, tasks, notices)
    around = {"shell": shell, "viewer": viewer, "now": conn.now, "today": conn.today}
    return _html(house, request, template, status, {**around, **values}, shell)


def redirect(house: House, url: str, flash: str, kind: str) -> Response:
    """303 See Other; `flash` is shown once on the next page."""
    response = RedirectResponse(url, 303)
    if flash:
        response.set_cookie(
            FLASH,
            _signer(house).dumps([(kind, flash)]),
            max_age=120,
            httponly=True,
            samesite="lax",
            secure=house.settings.secure_cookies,
        )
    return response


def to_sign_in(request: Request) -> Response:
    """Every deep link leads through sign-in to exactly its view (D23)."""
    target = request.url.path if request.method == "GET" else "/"
    if request.method == "GET" and request.url.query:
        target += "?" + request.url.query
    return RedirectResponse("/login?next=" + quote(target, safe=""), 303)


async def problem_page(
    house: House, request: Request, viewer: Viewer, error: KdnxError, status: int = 0
) -> Response:
    """What went wrong, by which rule, and what to do next."""
    status = status or status_of(error)
    values = {
        "status": status,
        "title": title_of(status),
        "problem": error,
        "back": request.headers.get("referer", "/"),
    }
    shell = make_shell(house, request, viewer, 0)
    response = _html(
        house,
        request,
        "shell/problem.html",
        status,
        {"shell": shell, "viewer": viewer, **values},
        shell,
    )
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    response.headers["X-Request-ID"] = request.state.request_id
    return response


def _html(
    house: House,
    request: Request,
    template: str,
    status: int,
    values: Mapping[str, Any],
    shell: Shell,
) -> Response:
    response = HTMLResponse(render(house.env, template, values), status)
    response.headers["Cache-Control"] = "no-store"
    if shell.flashes and FLASH in request.cookies:
        response.delete_cookie(FLASH)
    return response
