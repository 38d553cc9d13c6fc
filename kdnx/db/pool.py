"""The connection pool with our codecs, and the transaction every request runs in (D3)."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

import asyncpg

from kdnx.clock import read_clock
from kdnx.db.conn import Conn, new_request_id
from kdnx.viewer import NOBODY, Viewer

T = TypeVar("T")
RETRY = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
LOST = (asyncpg.ConnectionDoesNotExistError, asyncpg.InterfaceError, ConnectionError)
Finish = Callable[[Conn], Awaitable[None]]


async def prepare_connection(connection: asyncpg.Connection) -> None:
    """Codecs of every connection: jsonb as Python values."""
    await connection.set_type_codec(
        "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
    )


async def leave_as_is(_connection: asyncpg.Connection) -> None:
    """Nothing to reset between two uses: all we set (viewer, read only, timeouts, locks) ends with its transaction."""


async def open_pool(dsn: str, *, size: int = 10, prepared: bool = True) -> asyncpg.Pool:
    """A pool in UTC with an empty search path: every table is written with its schema."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        command_timeout=60,
        statement_cache_size=200 if prepared else 0,
        server_settings={
            "timezone": "UTC",
            "search_path": "pg_catalog",
            "application_name": "kdnx",
        },
        init=prepare_connection,
        reset=leave_as_is,
    )


@asynccontextmanager
async def transaction(
    pool: asyncpg.Pool,
    viewer: Viewer = NOBODY,
    *,
    finish: Finish | None = None,
    read_only: bool = False,
    request_id: str = "",
    now: datetime | None = None,
) -> AsyncIterator[Conn]:
    """One transaction for `viewer`; `finish` writes what was noted as the last act before commit."""
    async with pool.acquire() as raw, raw.transaction(readonly=read_only):
        conn = Conn(raw, now or read_clock(), request_id or new_request_id())
        await conn.act_as(viewer, read_only=read_only)
        yield conn
        if finish:
            await finish(conn)


async def retry_once(attempt: Callable[[], Awaitable[T]], *, lost: bool = False) -> T:
    """Run `attempt`, and once more after a serialisation failure or deadlock.

    With `lost` also after a connection that broke (reads, and writes with an idempotency key).
    """
    kinds = RETRY + LOST if lost else RETRY
    try:
        return await attempt()
    except kinds:
        await asyncio.sleep(random.uniform(0.01, 0.05))  # noqa: S311  # jitter, not a secret
        return await attempt()
