"""From a database row to a frozen model: by column name, checked once a type."""

from collections.abc import Hashable, Iterable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast

import asyncpg

from kdnx.errors import NotFound

T = TypeVar("T")


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cast("Any", kind)) if f.init)


def one(kind: type[T], row: asyncpg.Record | None, what: str = "") -> T:
    """The row as `kind` (a dataclass); NotFound when there is none. `what` names the thing in German."""
    if row is None:
        raise NotFound(
            f"{what or 'Das Gesuchte'} gibt es nicht, oder es ist für Sie nicht sichtbar."
        )
    return _build(kind, row)


def maybe(kind: type[T], row: asyncpg.Record | None) -> T | None:
    """The row as `kind`, or None."""
    return None if row is None else _build(kind, row)


def many(kind: type[T], rows: Iterable[asyncpg.Record]) -> list[T]:
    """All rows as `kind`."""
    return [_build(kind, row) for row in rows]


def _build(kind: type[T], row: asyncpg.Record) -> T:
    found = dict(row.items())
    values: dict[str, Any] = {}
    for name in _names(cast("Hashable", kind)):
        if name in found:
            value = found[name]
            values[name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)
