"""What a module gives the house: routes, navigation, and what the frames of other rooms show of it (D1)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import click

from kdnx.db.conn import Conn
from kdnx.viewer import Permission, Viewer
from kdnx.web.api import Api
from kdnx.web.routing import Door


@dataclass(frozen=True)
class NavEntry:
    """An entry of the navigation; `order` sorts, `permission` hides it from others.

    With `under` (the address of a main entry) it stands in the second row, shown while one of its group is open.
    """

    label: str
    href: str
    order: int
    permission: Permission = Permission.SIGNED_IN
    under: str = ""


@dataclass(frozen=True)
class Hit:
    """One result of the search over everything."""

    title: str
    url: str
    kind_label: str
    context: str = ""


@dataclass(frozen=True)
class SearchProvider:
    """Answers `find(conn, viewer, text, limit)` for `/search`."""

    label: str
    find: Callable[[Conn, Viewer, str, int], Awaitable[Sequence[Hit]]]


@dataclass(frozen=True)
class TileData:
    """A figure on the start or report page: `value` is formatted German, `finding` one sentence."""

    title: str
    value: str
    finding: str
    url: str = ""


@dataclass(frozen=True)
class Tile:
    """`load(conn, viewer)` gives the tiles of one module for `/` (place 'start') or `/reports`."""

    place: str
    order: int
    load: Callable[[Conn, Viewer], Awaitable[Sequence[TileData]]]


@dataclass(frozen=True)
class Slot:
    """A piece that one module shows on another's page.

    `name` is the place (e.g. 'offering.actions', 'member.sections'); `render(conn, viewer, key)`
    gives a template name and its values, or None for nothing.
    """

    name: str
    order: int
    render: Callable[[Conn, Viewer, Any], Awaitable[tuple[str, Mapping[str, Any]] | None]]


@dataclass(frozen=True)
class Check:
    """An invariant for `kdnx check`: a row returned by `sql` is a breach; `meaning` is German."""

    name: str
    meaning: str
    sql: str


@dataclass(frozen=True)
class DueJob:
    """Work that dates in the objects make due: `run(conn, now)` does a bounded batch, returns how many.

    It must be idempotent; `run-due` and the worker call it until it returns 0.
    """

    name: str
    run: Callable[[Conn], Awaitable[int]]
    every_minutes: int = 5


@dataclass(frozen=True)
class SuccessionPart:
    """What a module does when one member succeeds another (model.md 5).

    `preview` gives German lines of what would happen, `carry_out` does it in the open transaction.
    """

    order: int
    preview: Callable[[Conn, Viewer, UUID, UUID, date], Awaitable[Sequence[str]]]
    carry_out: Callable[[Conn, Viewer, UUID, UUID, date], Awaitable[None]]


@dataclass(frozen=True)
class DemoStep:
    """A piece of the demonstration: `run(scene)` acts through the module's own actions as its people.

    `scene` is a `kdnx.demo.scene.Scene`; all of it is one transaction. Steps run by `order`.
    """

    name: str
    order: int
    title: str
    run: Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Module:
    """One domain (or the platform itself), as `kdnx.app` joins it to the house.

    `commands` stand at `kdnx NAME`, `exports` at `kdnx export NAME`. `action_labels` says in German what
    each audit action of the module is; a house test finds those that are missing.
    """

    name: str
    title: str
    doors: Sequence[Door] = ()
    apis: Sequence[Api] = ()
    nav: Sequence[NavEntry] = ()
    templates: Mapping[str, str] = field(default_factory=dict)
    slots: Sequence[Slot] = ()
    search: Sequence[SearchProvider] = ()
    tiles: Sequence[Tile] = ()
    checks: Sequence[Check] = ()
    due_jobs: Sequence[DueJob] = ()
    successions: Sequence[SuccessionPart] = ()
    file_kinds: Sequence[Any] = ()
    commands: Sequence[click.Command] = ()
    exports: Sequence[click.Command] = ()
    demo_steps: Sequence[DemoStep] = ()
    action_labels: Mapping[str, str] = field(default_factory=dict)
