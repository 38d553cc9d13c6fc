"""From a database row to a frozen model: by column name, checked once a type."""

from collections.abc import Hashable, Iterable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast

import asyncpg

from kdnx.errors import NotFound

T = TypeVar("T")


@cache
def _names(kind: Hashable) -> frozenset[str]:
    return frozenset(f.name for f in fields(cast("Any", kind)) if f.init)


@cache
def _is_plain(kind: Hashable) -> bool:
    """Its constructor does nothing but set the fields."""
    return not hasattr(kind, "__post_init__") and not hasattr(kind, "__slots__")


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
    key = cast("Hashable", kind)
    names = _names(key)
    values = {n: tuple(v) if isinstance(v, list) else v for n, v in row.items() if n in names}
    if len(values) < len(names) or not _is_plain(key):
        return kind(**values)
    # a frozen dataclass sets field by field, which costs four times as much as reading the row
    built = object.__new__(kind)
    built.__dict__.update(values)
    return built
