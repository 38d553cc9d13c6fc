"""Lists have a bound: opaque signed cursors over a stable order, 25, 50 or 100 a page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from itsdangerous import BadSignature, URLSafeSerializer

from kdnx.errors import Invalid
from kdnx.text import _

T = TypeVar("T")
SIZES = (25, 50, 100)
MAX_LIMIT = 200


@dataclass(frozen=True)
class Page(Generic[T]):
    """A piece of a list; `next` is the cursor of the following piece or None."""

    items: Sequence[T]
    next: str | None = None


def encode_cursor(secret: str, values: Sequence[Any]) -> str:
    """An opaque cursor from the sort values of the last row."""
    return str(URLSafeSerializer(secret, salt="kdnx.cursor").dumps([str(v) for v in values]))


def decode_cursor(secret: str, cursor: str, length: int) -> list[str]:
    """The sort values; Invalid when the cursor is not one of ours."""
    try:
        values = URLSafeSerializer(secret, salt="kdnx.cursor").loads(cursor)
    except (BadSignature, json.JSONDecodeError):
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor")
    return [str(v) for v in values]
