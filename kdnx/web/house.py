"""What the wrapper needs of the house: pool, settings, templates, and the hooks that `app` hands in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
from jinja2 import Environment
from starlette.requests import Request

from kdnx.clock import read_clock
from kdnx.config import Settings
from kdnx.db.conn import Conn, Note
from kdnx.viewer import Permission, Viewer


@dataclass(frozen=True)
class Kept:
    """An answer stored under an idempotency key: status, where to, media type and bytes."""

    status: int
    location: str | None
    media_type: str | None
    body: bytes


@dataclass(frozen=True)
class Once:
    """The name of one write: same (owner, principal, route, key) = same write; `payload` is its hash."""

    route: str
    key: str
    payload: bytes


@dataclass
class Hooks:
    """Functions of the features above `web`, handed in by `kdnx.app` so that no arrow rises.

    identify: who is asking, from cookie or bearer token · finish: write audit and changes, last act ·
    begin_once/keep_once: idempotency · waiting: (tasks, unread notices) for the header · touch: after a read ·
    limit: rate limit of an API call, in its own transaction · leave_behind: what a read noted, and an
    auditor's look at amounts, before the answer leaves.
    """

    identify: Callable[[Conn, Request], Awaitable[Viewer]]
    finish: Callable[[Conn], Awaitable[None]]
    begin_once: Callable[[Conn, Viewer, Once], Awaitable[Kept | None]]
    keep_once: Callable[[Conn, Viewer, Once, Kept], Awaitable[None]]
    waiting: Callable[[Conn, Viewer], Awaitable[tuple[int, int]]]
    touch: Callable[["House", Request, Viewer], Awaitable[None]]
    limit: Callable[["House", Request], Awaitable[None]]
    leave_behind: Callable[["House", Request, Viewer, Permission, Sequence[Note]], Awaitable[None]]


@dataclass
class House:
    """The running application: one for each process."""

    settings: Settings
    env: Environment
    hooks: Hooks
    nav: Sequence[tuple[str, str, Permission, str]] = ()
    modules: Sequence[Any] = ()
    clock: Callable[[], datetime] = read_clock
    title: str = "kdnx"
    is_demo: bool = False
    pool_: asyncpg.Pool | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pool(self) -> asyncpg.Pool:
        """The connection pool; the application opens it before the first request."""
        if self.pool_ is None:
            raise RuntimeError("the pool is not open")
        return self.pool_
