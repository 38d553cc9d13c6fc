"""From an error of the domain to an answer: the ONLY table of status codes (D5)."""

from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kdnx import errors
from kdnx.errors import KdnxError
from kdnx.text import _

STATUS: dict[type[KdnxError], int] = {
    errors.SignInNeeded: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Stale: 412,
    errors.Conflict: 409,
    errors.Refused: 409,
    errors.Invalid: 422,
    errors.PreconditionNeeded: 428,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    KdnxError: 500,
}
TITLES = {
    400: "Die Anfrage ist nicht lesbar",
    401: "Bitte anmelden",
    403: "Keine Berechtigung",
    404: "Nicht gefunden",
    405: "So nicht aufrufbar",
    409: "Das geht so nicht",
    412: "Inzwischen geändert",
    413: "Zu groß",
    415: "Falsches Format",
    422: "Die Eingabe ist noch nicht richtig",
    428: "Version fehlt",
    429: "Zu viele Anfragen",
    500: "Ein Fehler auf unserer Seite",
    503: "Gerade nicht erreichbar",
}


STATUS_BY_CODE = {"media_type": 415, "too_large": 413, "not_json": 400}


def status_of(error: KdnxError) -> int:
    """The HTTP status of an error of the domain."""
    if error.code in STATUS_BY_CODE:
        return STATUS_BY_CODE[error.code]
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def title_of(status: int) -> str:
    """The German title of a status."""
    return _(TITLES.get(status, HTTPStatus(status).phrase))


def problem_body(status: int, error: KdnxError | None, request_id: str) -> dict[str, Any]:
    """RFC 9457 members; `type` is stable, `errors[].pointer` names the field."""
    code = error.code if error else f"http_{status}"
    body: dict[str, Any] = {
        "type": f"urn:kdnx:problem:{code}",
        "title": title_of(status),
        "status": status,
        "request_id": request_id,
    }
    if error:
        extra = {
            "detail": error.detail,
            "rule": error.rule,
            "remedy": error.remedy,
            "remedy_url": error.remedy_url,
        }
        body |= {k: v for k, v in extra.items() if v}
        if error.errors:
            body["errors"] = [
                {"pointer": "/" + e.field.replace(".", "/"), "code": e.code, "detail": e.message}
                for e in error.errors
            ]
    return body


def problem_json(status: int, error: KdnxError | None = None, request_id: str = "") -> Response:
    """The answer for machines."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(error.retry_after)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        problem_body(status, error, request_id),
        status,
        headers,
        media_type="application/problem+json",
    )


def wants_json(request: Request) -> bool:
    """True for the API; everything else is read by people."""
    return request.url.path.startswith("/api/")
