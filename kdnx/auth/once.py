"""Show something once: it travels in an encrypted cookie to the next page and lies in no table."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kdnx.auth.sealing import in_minutes, seal, unseal
from kdnx.web.house import House

MINUTES = 2
LONGEST = 3900  # browsers keep about 4 KiB a cookie


def set_once(house: House, response: Response, name: str, path: str, value: dict[str, Any]) -> None:
    """Hand `value` to the next page under `path`; too long a value is dropped silently."""
    text = seal(house.settings.secret(), name, value, until=in_minutes(house.clock(), MINUTES))
    if len(text) > LONGEST:
        return
    response.set_cookie(
        name, text, max_age=MINUTES * 60, path=path, httponly=True, samesite="lax",
        secure=house.settings.secure_cookies,
    )  # fmt: skip


def read_once(house: House, request: Request, name: str) -> dict[str, Any] | None:
    """What the page before left, or None."""
    text = request.cookies.get(name)
    return unseal(house.settings.secret(), name, text, house.clock()) if text else None


def clear_once(house: House, response: Response, name: str, path: str) -> Response:
    """It has been shown."""
    response.delete_cookie(
        name, path=path, httponly=True, samesite="lax", secure=house.settings.secure_cookies
    )
    return response
