"""One request = one transaction: `get()` and `post()` make doors, the wrapper opens them (house.md 4.4)."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kdnx.db.conn import Conn, Note, new_request_id
from kdnx.db.pool import retry_once
from kdnx.errors import Invalid, KdnxError, NotFound, SignInNeeded
from kdnx.text import _
from kdnx.viewer import NOBODY, Permission, Viewer, require
from kdnx.web import csrf, page
from kdnx.web.form import Form, field_errors, read_form
from kdnx.web.house import House, Kept, Once

log = logging.getLogger("kdnx.web")
M = TypeVar("M", bound=BaseModel)
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
GUARD_FIELDS = {"csrf_token", "form_key"}
FIRST_ERROR = 400


@dataclass
class Call:
    """One request inside its transaction: what a page or an API function receives."""

    house: House
    request: Request
    conn: Conn
    viewer: Viewer
    fields: Mapping[str, Any] = field(default_factory=dict)

    def path_id(self, name: str = "id") -> UUID:
        """The id in the address; NotFound when it is none (as for an unknown one)."""
        try:
            return UUID(self.request.path_params[name])
        except ValueError:
            raise NotFound(_("Diese Adresse gibt es nicht.")) from None

    def path_text(self, name: str) -> str:
        """A piece of the address as text."""
        return str(self.request.path_params[name])

    def query(self, schema: type[M]) -> M:
        """The query string by its schema; values that do not fit fall back to their defaults one by one."""
        form = read_form(schema, self.request.query_params)
        if form.value is not None:
            return form.value
        wrong = {e.field.partition(".")[0] for e in form.errors}
        # a list keeps all its values
        given = self.request.query_params.multi_items()
        kept: list[tuple[str, str | UploadFile]] = [(k, v) for k, v in given if k not in wrong]
        again = read_form(schema, FormData(kept))
        return again.valid()

    def form(self, schema: type[M]) -> Form[M]:
        """The posted fields by their schema, with errors at the fields."""
        return read_form(schema, self.fields)

    def upload(self, name: str) -> UploadFile:
        """A posted file; Invalid when none was chosen."""
        file = self.fields.get(name)
        if not isinstance(file, UploadFile) or not file.filename:
            raise Invalid(_("Bitte eine Datei auswählen."))
        return file

    async def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Render a template inside the shell; from 400 on the transaction is rolled back."""
        return await page.render_page(
            self.house, self.request, self.conn, self.viewer, template, status=status, values=values
        )

    def redirect(self, url: str, flash: str = "", kind: str = "success") -> Response:
        """303 to `url` with one message for the next page."""
        return page.redirect(self.house, url, flash, kind)


Endpoint = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True)
class Door:
    """One route for people: method, address, function and the permission it asks for."""

    method: str
    path: str
    endpoint: Endpoint
    permission: Permission
    guarded: bool = True

    def route(self, house: House) -> Route:
        """The Starlette route."""
        name = f"{self.endpoint.__module__}.{self.endpoint.__name__}:{self.method}"
        return Route(self.path, partial(_serve, house, self), methods=[self.method], name=name)


def get(path: str, endpoint: Endpoint, *, permission: Permission) -> Door:
    """A page: read-only transaction."""
    return Door("GET", path, endpoint, permission)


def post(path: str, endpoint: Endpoint, *, permission: Permission, guarded: bool = True) -> Door:
    """An act: form token, idempotency key, one transaction. `guarded=False` only before sign-in."""
    return Door("POST", path, endpoint, permission, guarded)


class _Undo(Exception):
    """Carries an answer out of a transaction that must not commit."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def request_id_of(request: Request) -> str:
    """The caller's X-Request-ID when it is harmless, else a new one."""
    given: str = getattr(request.state, "request_id", "") or request.headers.get("x-request-id", "")
    request.state.request_id = given if REQUEST_ID.fullmatch(given) else new_request_id()
    return str(request.state.request_id)


async def _serve(house: House, door: Door, request: Request) -> Response:
    request_id_of(request)
    viewer = NOBODY
    try:
        fields: Mapping[str, Any] = {}
        if door.method == "POST":
            csrf.check_origin(request, house.settings.base_url)
            fields = await _read_fields(house, request)

        async def act(call: Call) -> Response:
            nonlocal viewer
            viewer = call.viewer
            if door.method == "POST" and door.guarded:
                csrf.check_token(str(fields.get("csrf_token", "")), call.viewer.csrf_token)
            return await door.endpoint(call)

        once = await _form_once(request, fields) if door.method == "POST" else None
        return await in_transaction(
            house,
            request,
            door.permission,
            act,
            fields=fields,
            once=once,
            read_only=door.method == "GET",
        )
    except SignInNeeded:
        return page.to_sign_in(request)
    except KdnxError as error:
        return await page.problem_page(
            house, request, request.scope.get("kdnx.viewer", viewer), error
        )
    finally:
        await request.close()


async def in_transaction(
    house: House,
    request: Request,
    permission: Permission,
    act: Endpoint,
    *,
    fields: Mapping[str, Any] | None = None,
    once: Once | None = None,
    read_only: bool = False,
    dry_run: bool = False,
) -> Response:
    """Who asks → may they → once → act → record → commit; an answer from 400 on rolls back.

    A dry run does all of it up to the commit, takes no idempotency key, and rolls back.
    """
    left: list[Note] = []

    async def read(call: Call) -> Response:
        response = await act(call)
        left[:] = call.conn.notes if response.status_code < FIRST_ERROR else ()
        call.conn.notes.clear()  # this transaction cannot write
        return response

    async def attempt() -> Response:
        async with house.pool.acquire() as raw:
            try:
                async with _Storable(), raw.transaction(readonly=read_only):
                    conn = Conn(raw, house.clock(), request_id_of(request))
                    viewer = await house.hooks.identify(conn, request)
                    request.scope["kdnx.viewer"] = viewer
                    if permission != Permission.PUBLIC and not viewer.is_known:
                        raise SignInNeeded(_("Bitte melden Sie sich an."))
                    require(viewer, permission)
                    await conn.act_as(viewer, read_only=read_only)
                    response = await _once(
                        house,
                        Call(house, request, conn, viewer, fields or {}),
                        None if dry_run else once,
                        read if read_only else act,
                    )
                    if dry_run:
                        await conn.prove()
                        raise _Undo(response)
                    return response
            except _Undo as undo:
                return undo.response

    response = await retry_once(attempt, lost=read_only or once is not None)
    response.headers["X-Request-ID"] = request_id_of(request)
    if read_only:
        if response.status_code < FIRST_ERROR:
            viewer = request.scope["kdnx.viewer"]
            await house.hooks.leave_behind(house, request, viewer, permission, left)
        await house.hooks.touch(house, request, request.scope["kdnx.viewer"])
    return response


class _Storable:
    """Invalid for what no column can hold: a NUL in a text, a number beyond its range."""

    async def __aenter__(self) -> None:
        """Nothing to prepare."""

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Translate the driver's refusal of a value; everything else passes."""
        of_driver = isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)
        if of_driver or isinstance(error, asyncpg.DataError):
            raise Invalid(
                _("Ein Zeichen oder eine Zahl der Eingabe lässt sich nicht speichern."),
                remedy=_("Bitte unsichtbare Zeichen entfernen und sehr große Zahlen prüfen."),
                code="not_storable",
            ) from error


async def _once(house: House, call: Call, once: Once | None, act: Endpoint) -> Response:
    guarded = once if once and call.viewer.principal else None
    if guarded and (kept := await house.hooks.begin_once(call.conn, call.viewer, guarded)):
        headers = {"Location": kept.location} if kept.location else {}
        return Response(
            kept.body, kept.status, headers | {"Idempotent-Replayed": "true"}, kept.media_type
        )
    response = await act(call)
    if response.status_code >= FIRST_ERROR:
        raise _Undo(response)
    if guarded:
        body = bytes(getattr(response, "body", b""))  # a stream has none
        kept = Kept(
            response.status_code, response.headers.get("location"), response.media_type, body
        )
        await house.hooks.keep_once(call.conn, call.viewer, guarded, kept)
    await house.hooks.finish(call.conn)
    return response


async def _read_fields(house: House, request: Request) -> Mapping[str, Any]:
    limit = house.settings.upload_limit_mb * 1024 * 1024
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > limit + 65536:
        raise Invalid(
            _("Die Datei ist zu groß."),
            code="too_large",
            remedy=_("Höchstens {mb} MB sind möglich.").format(mb=house.settings.upload_limit_mb),
        )
    return await request.form(max_files=5, max_fields=20_000, max_part_size=4 * 1024 * 1024)


async def _form_once(request: Request, fields: Mapping[str, Any]) -> Once | None:
    key = str(fields.get("form_key", ""))
    if not key:
        return None
    payload = sha256()
    for name, value in sorted(_items(fields), key=lambda item: item[0]):
        if name in GUARD_FIELDS:
            continue
        payload.update(name.encode() + b"=")
        if isinstance(value, UploadFile):
            payload.update((value.filename or "").encode())
            while chunk := await value.read(1 << 20):
                payload.update(chunk)
            await value.seek(0)
        else:
            payload.update(str(value).encode())
        payload.update(b"&")
    return Once(request.url.path, key[:200], payload.digest())


def _items(fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return fields.multi_items() if isinstance(fields, FormData) else list(fields.items())


__all__ = [
    "Call",
    "Door",
    "Endpoint",
    "field_errors",
    "get",
    "in_transaction",
    "post",
    "request_id_of",
]
