"""Writes must come from our own pages: Origin or Sec-Fetch-Site, and the token of the session."""

import hmac

from starlette.requests import Request

from kdnx.errors import Forbidden
from kdnx.text import _

SAFE_SITES = {"same-origin", "none"}


def check_origin(request: Request, base_url: str) -> None:
    """Raise Forbidden when the browser says that another site sent this form."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in SAFE_SITES:
            raise _foreign()
        return
    origin = request.headers.get("origin")
    if origin is not None and origin not in {
        base_url.rstrip("/"),
        str(request.base_url).rstrip("/"),
    }:
        raise _foreign()


def check_token(given: str, expected: str) -> None:
    """Raise Forbidden unless the form carries the token of the session."""
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Forbidden(
            _("Diese Seite ist abgelaufen, es wurde nichts gespeichert."),
            code="csrf",
            remedy=_("Bitte die Seite neu laden und noch einmal senden."),
        )


def _foreign() -> Forbidden:
    return Forbidden(_("Das Formular kam nicht von dieser Anwendung."), code="foreign_origin")
