"""Every address of the house and what it takes, read from the registered modules: a new one is here by itself."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel, ValidationError

from kdnx.viewer import Permission
from tests.hostile.filling import fill

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
# parts of addresses that are no ids
WORDS = {
    "kind": ("offerings", "eu_threshold"), "key": ("supplies_services",), "form": ("csv",), "slug": ("unbekannt",), "version": ("1",),
    "section": ("description", "prices"), "move": ("publish", "submit", "suspend", "retire"), "ordinal": ("1",), "n": ("1",), "year": ("2026",), "code": ("hosting",),
    "number": ("L-2020-7071",),
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """One route: `queries` and `bodies` are the schemas it may read."""

    method: str
    path: str
    permission: Permission
    queries: tuple[type[BaseModel], ...] = ()
    bodies: tuple[type[BaseModel], ...] = ()
    is_api: bool = False
    needs_match: bool = False

    @property
    def label(self) -> str:
        """As people say it."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """The names in the address."""
        return PARAMETER.findall(self.path)

    @property
    def takes_id(self) -> bool:
        """The address names an object."""
        return any(p not in WORDS for p in self.parameters)

    @property
    def takes_id_inside(self) -> bool:
        """The query or body names an object of somebody."""
        return any(
            is_secret_field(name, f.annotation)
            for s in (*self.queries, *self.bodies)
            for name, f in s.model_fields.items()
        )

    def urls(self, ids: Mapping[str, tuple[UUID, ...]]) -> Iterator[tuple[str, UUID | None]]:
        """The address with every id that may be meant: (url, the id in it)."""
        chosen = self._ids(ids) if self.takes_id else (None,)
        for one in chosen:
            url = self.path
            for name in self.parameters:
                value = WORDS[name][0] if name in WORDS else str(one)
                url = re.sub(r"\{" + name + r"(:\w+)?\}", value, url, count=1)
            for move in WORDS["move"] if "move" in self.parameters else ("publish",):
                yield url.replace("/publish", f"/{move}") if "move" in self.parameters else url, one

    def _ids(self, ids: Mapping[str, tuple[UUID, ...]]) -> tuple[UUID, ...]:
        nouns = [
            p for p in self.path.removeprefix("/api/v1").split("/") if p and not p.startswith("{")
        ]
        found = tuple(i for noun in nouns for i in ids.get(noun, ()))
        return found or tuple(group[0] for group in ids.values())  # an unknown noun: one of each

    def values(self, secret: Mapping[str, UUID]) -> dict[str, Any]:
        """What a form or body would carry, with the ids of `secret` by the names of the fields."""
        out: dict[str, Any] = {} if self.is_api else {"row_version": "1", "version": "1"}
        for schema in self.bodies:
            out |= self._filled(schema, secret)
        return out

    def _filled(self, schema: type[BaseModel], secret: Mapping[str, UUID]) -> dict[str, Any]:
        """Every field, or the needed ones where all together do not fit."""
        values = fill(schema, secret)
        try:
            schema.model_validate_json(json.dumps(values))
        except ValidationError:
            return fill(schema, secret, whole=False)
        return values


def is_secret_field(name: str, annotation: object) -> bool:
    """An id of something that can belong to somebody; members, people and categories are public."""
    public = ("member", "person", "category", "recipient", "provider", "successor", "predecessor")
    kinds = {
        annotation,
        *get_args(annotation),
        *(b for a in get_args(annotation) for b in get_args(a)),
    }
    return UUID in kinds and not any(p in name for p in public)


def every_address() -> list[Address]:
    """Pages and operations of all modules."""
    from kdnx.app import MODULES  # the roof is imported by the tests that need it

    found = []
    for door in (d for m in MODULES for d in m.doors):
        schemas = tuple(sorted(schemas_of(door.endpoint), key=lambda s: s.__name__))
        split = ((), schemas) if door.method == "POST" else (schemas, ())
        found.append(
            Address(door.method, door.path, door.permission, queries=split[0], bodies=split[1])
        )
    for op in (o for m in MODULES for a in m.apis for o in a.operations):
        queries, bodies = (op.query,) if op.query else (), (op.body,) if op.body else ()
        found.append(
            Address(
                op.method,
                op.path,
                op.permission,
                queries,
                bodies,
                is_api=True,
                needs_match=op.needs_match,
            )
        )
    return found


def schemas_of(
    function: Callable[..., object], seen: set[object] | None = None
) -> set[type[BaseModel]]:
    """The schemas a page may read its query or form by: those its code and that of its module names."""
    seen = set() if seen is None else seen
    if not isinstance(function, FunctionType) or function in seen:
        return set()
    seen.add(function)
    found: set[type[BaseModel]] = set()
    for name in _names(function.__code__):
        thing = function.__globals__.get(name)
        if isinstance(thing, type) and issubclass(thing, BaseModel):
            found.add(thing)
        elif isinstance(thing, FunctionType) and thing.__module__ == function.__module__:
            found |= schemas_of(thing, seen)
    return found


def _names(code: CodeType) -> set[str]:
    inner = (_names(c) for c in code.co_consts if isinstance(c, CodeType))
    return set(code.co_names).union(*inner)
