"""Typed JSON endpoints on Starlette and pydantic (D27): validation, problems, ETag, idempotency, OpenAPI 3.1."""

import inspect
import re
import typing
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from hashlib import sha256
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kdnx.errors import Invalid, KdnxError, NotFound, PreconditionNeeded, SignInNeeded, Stale
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web import csrf
from kdnx.web.form import field_errors
from kdnx.web.house import House, Once
from kdnx.web.problems import problem_json, status_of
from kdnx.web.routing import Call, in_transaction, request_id_of

WRITES = {"POST", "PUT", "PATCH"}
MAX_BODY = 4 * 1024 * 1024
LONGEST_KEY = 200
# strict models refuse true and "1" for a number; JSON Schema's integer still admits 2.0
JsonInt = Annotated[
    int, BeforeValidator(lambda v: int(v) if type(v) is float and v.is_integer() else v)
]


class Body(BaseModel):
    """Base of every request body: strict, unknown fields refused."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Query(BaseModel):
    """Base of every query string: unknown parameters refused."""

    model_config = ConfigDict(extra="forbid")


class ProblemField(BaseModel):
    """One wrong field of a problem."""

    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 with our additions: rule, remedy, request id, field errors."""

    type: str
    title: str
    status: int
    request_id: str
    detail: str | None = None
    rule: str | None = None
    remedy: str | None = None
    remedy_url: str | None = None
    errors: list[ProblemField] | None = None


@dataclass(frozen=True)
class Operation:
    """One operation as registered: what it takes, gives and asks for."""

    method: str
    path: str
    function: Callable[..., Awaitable[Any]]
    permission: Permission
    status: int
    tag: str
    needs_match: bool
    result: Any
    path_types: Mapping[str, TypeAdapter[Any]]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    knows_match: bool = False


@dataclass
class Api:
    """The JSON operations of one feature."""

    tag: str
    operations: list[Operation] = field(default_factory=list)

    def get(self, path: str, *, permission: Permission) -> Callable[..., Any]:
        """Register a reading operation."""
        return self._register("GET", path, permission, 200, needs_match=False)

    def post(
        self,
        path: str,
        *,
        permission: Permission,
        status: int = 200,
        needs_match: bool = False,
        knows_match: bool = False,
    ) -> Callable[..., Any]:
        """Register an act; `needs_match` asks for If-Match with the ETag last seen (428 / 412).

        `knows_match`: only a change of what is already there asks for it.
        """
        return self._register(
            "POST", path, permission, status, needs_match=needs_match, knows_match=knows_match
        )

    def put(
        self, path: str, *, permission: Permission, needs_match: bool = True
    ) -> Callable[..., Any]:
        """Register the replacement of an object's content."""
        return self._register("PUT", path, permission, 200, needs_match=needs_match)

    def patch(self, path: str, *, permission: Permission) -> Callable[..., Any]:
        """Register a change of what a merge patch (RFC 7396) names; asks for If-Match."""
        return self._register("PATCH", path, permission, 200, needs_match=True)

    def _register(
        self,
        method: str,
        path: str,
        permission: Permission,
        status: int,
        *,
        needs_match: bool,
        knows_match: bool = False,
    ) -> Callable[..., Any]:
        def add(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            hints = typing.get_type_hints(function, include_extras=True)
            taken: dict[str, Any] = {"query": None, "body": None}
            path_types: dict[str, TypeAdapter[Any]] = {}
            for name in list(inspect.signature(function).parameters)[1:]:
                if name in taken:
                    taken[name] = hints[name]
                else:
                    path_types[name] = TypeAdapter(hints[name])
            result = hints.get("return")
            self.operations.append(
                Operation(method, path, function, permission, status, self.tag, needs_match,
                          None if result in (None, type(None)) else result, path_types, taken["query"],
                          taken["body"], knows_match)
            )  # fmt: skip
            return function

        return add


def routes(apis: typing.Sequence[Api], house: House) -> list[Route]:
    """One Route a path that dispatches by method: so a 405 names all methods in Allow."""
    by_path: dict[str, dict[str, Operation]] = {}
    for api in apis:
        for op in api.operations:
            by_path.setdefault(op.path, {})[op.method] = op
    return [
        Route(path, partial(_dispatch, house, ops), methods=list(ops), name="api:" + path)
        for path, ops in by_path.items()
    ]


async def _dispatch(house: House, ops: dict[str, Operation], request: Request) -> Response:
    op = ops["GET" if request.method == "HEAD" else request.method]
    request_id_of(request)
    try:
        await house.hooks.limit(house, request)
        return await _serve(house, op, request)
    except KdnxError as error:
        response = problem_json(status_of(error), error, request_id_of(request))
    except ValidationError as error:
        found = field_errors(error)
        if any(e.code == "json_invalid" for e in found):
            response = problem_json(
                400, Invalid(_("Das ist kein gültiges JSON.")), request_id_of(request)
            )
        else:
            response = problem_json(422, Invalid(_("Die Eingabe passt nicht zum Schema."), errors=found),
                                    request_id_of(request))  # fmt: skip
    response.headers["X-Request-ID"] = request_id_of(request)
    return response


async def _serve(house: House, op: Operation, request: Request) -> Response:
    # order of refusals: who → may → shape; a stranger learns nothing from the shape of an answer
    raw = await _read_body(request) if op.method in WRITES else b""

    async def act(call: Call) -> Response:
        if op.method in WRITES and "authorization" not in request.headers:
            csrf.check_origin(request, house.settings.base_url)
            csrf.check_token(request.headers.get("x-csrf-token", ""), call.viewer.csrf_token)
        result = await op.function(call, **_arguments(op, request, raw))
        return result if isinstance(result, Response) else _answer(op, request, result)

    once = None
    if op.method in WRITES and (key := request.headers.get("idempotency-key")):
        if len(key) > LONGEST_KEY:  # cut off, two keys could become one
            raise Invalid(_("Der Idempotency-Key ist länger als 200 Zeichen."))
        once = Once(request.url.path, key, sha256(raw).digest())
    dry_run = op.method in WRITES and _asks_dry_run(request)
    try:
        response = await in_transaction(
            house, request, op.permission, act, once=once, read_only=op.method == "GET", dry_run=dry_run,
        )  # fmt: skip
    except SignInNeeded:
        return problem_json(
            401,
            SignInNeeded(_("Für diese Schnittstelle ist eine Anmeldung nötig.")),
            request_id_of(request),
        )
    return _tried(response) if dry_run else response


def _tried(response: Response) -> Response:
    """The answer of a dry run: what it names was not kept, so nothing leads there."""
    for name in ("etag", "location"):
        if name in response.headers:
            del response.headers[name]
    response.headers["Dry-Run"] = "true"
    return response


def _asks_dry_run(request: Request) -> bool:
    """`Dry-Run: true` or `false`; Invalid for anything else, for a typing error must not write."""
    given = request.headers.get("dry-run", "false").strip().lower()
    if given not in {"true", "false"}:
        raise Invalid(
            _("Der Kopf Dry-Run ist true oder false."), code="bad_dry_run",
            remedy=_("Mit true wird alles geprüft und nichts geschrieben."),
        )  # fmt: skip
    return given == "true"


def _arguments(op: Operation, request: Request, raw: bytes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    try:
        for name, adapter in op.path_types.items():
            values[name] = adapter.validate_python(request.path_params[name])
    except ValidationError:
        raise NotFound(_("Diese Adresse gibt es nicht.")) from None
    if op.query:
        lists = {
            n
            for n, f in op.query.model_fields.items()
            if typing.get_origin(f.annotation) in (list, tuple, set)
        }
        params = request.query_params
        # a single value given twice is refused by its own type, not taken by halves
        given = {k: params.getlist(k) for k in params}
        values["query"] = op.query.model_validate(
            {k: v if k in lists or len(v) > 1 else v[0] for k, v in given.items()}
        )
    if op.body:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and (op.method, kind) != ("PATCH", MERGE_PATCH):
            raise MediaTypeWrong(_("Der Inhalt muss als application/json kommen."))
        values["body"] = op.body.model_validate_json(raw)
    return values


MERGE_PATCH = "application/merge-patch+json"


class MediaTypeWrong(Invalid):
    """415: the body has another media type."""

    code = "media_type"


class TooLarge(Invalid):
    """413: the body is over the limit."""

    code = "too_large"


async def _read_body(request: Request) -> bytes:
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            raise TooLarge(_("Die Anfrage ist größer als 4 MiB."))
    return bytes(raw)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)  # building one costs more than an answer


def _answer(op: Operation, request: Request, result: Any) -> Response:
    if op.result is None or result is None:
        return Response(b"", 204)
    body = _adapter(op.result).dump_json(result, by_alias=True)
    headers = {"Cache-Control": "no-store"}
    # strong: what stands beside the object (who uses it) may change without its version
    version, content = getattr(result, "row_version", None), sha256(body).hexdigest()[:16]
    tag = f'"{content}"' if version is None else f'"{version}-{content}"'
    headers["ETag"] = tag
    if op.method == "GET" and _is_known(request, tag):
        return Response(b"", 304, headers)
    return Response(body, op.status, headers, media_type="application/json")


def _is_known(request: Request, tag: str) -> bool:
    """If-None-Match names this answer, alone or in a list, weakly compared (RFC 9110, 13.1.2)."""
    given = [
        t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")
    ]
    return tag in given or given == ["*"]


def expected_version(request: Request) -> int:
    """The version in If-Match (`"3"` or a whole ETag); PreconditionNeeded without, Stale when unreadable."""
    given = request.headers.get("if-match")
    if given is None:
        raise PreconditionNeeded(
            _("Bitte die Version nennen, auf der die Änderung beruht."),
            remedy=_("Den ETag der letzten Antwort im Kopf If-Match mitsenden."),
        )
    match = re.fullmatch(r'"(\d{1,9})(?:-[0-9a-f]{16})?"', given.strip())
    if not match:
        raise Stale(_("Diese Version gibt es nicht (mehr)."))
    return int(match[1])
