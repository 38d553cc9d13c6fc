"""What every lane stands on: a durable database of its own, and one JSON line a result."""

import asyncio
import json
import logging
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from kdnx.db.embedded import Embedded
from kdnx.db.migrate import migrate
from kdnx.db.pool import open_pool, transaction
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast, make_cast

SYSTEM = Viewer(scope=Scope.SYSTEM)


@dataclass(frozen=True)
class Ground:
    """A migrated database with fsync on, the cast, and both logins."""

    pool: asyncpg.Pool
    app_dsn: str
    owner_dsn: str
    cast: Cast


@asynccontextmanager
async def ground(*, pool_size: int = 34) -> AsyncIterator[Ground]:
    """Start it, drop it afterwards."""
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="kdnx-bench-") as folder:
        Path(folder).chmod(0o711)
        with Embedded(Path(folder)) as server:
            await migrate(server.owner_dsn())
            pool = await open_pool(server.app_dsn(), size=pool_size)
            async with transaction(pool, SYSTEM) as conn:
                cast = await make_cast(conn)
            try:
                yield Ground(pool, server.app_dsn(), server.owner_dsn(), cast)
            finally:
                await pool.close()


def emit(case: str, peer: str, *, n: int, concurrency: int, value: float, unit: str) -> None:
    """One line: {"case", "peer", "n", "concurrency", "value", "unit"}."""
    line = {
        "case": case,
        "peer": peer,
        "n": n,
        "concurrency": concurrency,
        "value": round(value, 4),
        "unit": unit,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def peak_mib() -> float:
    """Most memory this process held so far, in MiB; the database is a process of its own and not counted."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def emit_memory(case: str, *, n: int, concurrency: int = 1) -> None:
    """The peak after a lane; it never falls, so a lane shows what it and those before it needed."""
    emit(case, "kdnx", n=n, concurrency=concurrency, value=peak_mib(), unit="MiB peak")


async def rate(clients: int, jobs: int, work: Callable[[int], Awaitable[None]]) -> float:
    """Jobs a second when `clients` share `jobs` calls of `work(i)`."""
    places = iter(range(jobs))

    async def client() -> None:
        for i in places:
            await work(i)

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return jobs / (time.perf_counter() - started)


async def median_ms(times: int, work: Callable[[], Awaitable[object]]) -> float:
    """Median milliseconds of `times` calls after one warm call."""
    await work()
    took = []
    for _ in range(times):
        started = time.perf_counter()
        await work()
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took)
