"""Import of bookings as a file brings them, beside a bare insert of as many rows by one unnest.

usage: python -m benchmarks.booking_import [rows]
"""

import asyncio
import resource
import sys
import time
from datetime import date

import asyncpg

from benchmarks.ground import SYSTEM, Ground, emit, ground
from exchange.signing.columns import COLUMNS
from exchange.signing.files import KIND
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.ids import new_id
from kdnx.imports.kinds import Row
from tests.exchange.build import an_order

NUMBER = "L-2026-0001"
# the columns of a booking and one unique key, without rights, foreign keys, checks, tasks and record
BARE_TABLE = """
CREATE TABLE public.bare_import (owner_id uuid, id uuid, order_id uuid, ordinal bigint, recipient_id uuid, kind text, sign smallint,
  service_from date, service_to date, net_cents bigint, reference text, note text, proposed_at timestamptz, state text, PRIMARY KEY (owner_id, id));
CREATE UNIQUE INDEX ON public.bare_import (owner_id, reference);
GRANT ALL ON public.bare_import TO kdnx_app;
"""
BARE = """
INSERT INTO public.bare_import SELECT $1, x.i, $1, x.n, $1, 'regular', 1, $5, $6, x.c, x.r, '', now(), 'proposed'
FROM unnest($2::uuid[], $3::bigint[], $4::text[]) WITH ORDINALITY x(i, c, r, n)
"""
FIRST, LAST = date(2026, 7, 1), date(2026, 7, 31)


def rows_of(count: int, round_: int) -> list[Row]:
    """Rows as the reader of a file hands them over."""
    empty = {c.name: None for c in COLUMNS}
    filled = {"order": NUMBER, "service_from": FIRST, "service_to": LAST}
    return [
        Row(n + 2, {**empty, **filled, "net": 100_00 + n, "reference": f"R{round_}-{n}"}) for n in range(count)
    ]  # fmt: skip


async def ours(g: Ground, count: int, round_: int) -> float:
    """Rows a second: proposals with their tasks, the feed and the record."""
    rows = rows_of(count, round_)
    started = time.perf_counter()
    async with transaction(g.pool, g.cast.nord.viewer, finish=finish) as conn:
        outcome = await KIND.write(conn, g.cast.nord.viewer, rows)
    if outcome.errors:
        raise SystemExit(str(outcome.errors[:3]))
    return count / (time.perf_counter() - started)


async def theirs(g: Ground, count: int, round_: int) -> float:
    """Rows a second of the bare insert."""
    started = time.perf_counter()
    async with g.pool.acquire() as raw:
        await raw.execute(
            BARE, g.cast.nord.id, [new_id() for _ in range(count)], [100_00 + n for n in range(count)],
            [f"R{round_}-{n}" for n in range(count)], FIRST, LAST,
        )  # fmt: skip
    return count / (time.perf_counter() - started)


async def main(count: int) -> None:
    """Three rounds of both, interleaved; the best round counts."""
    async with ground(pool_size=4) as g:
        owner = await asyncpg.connect(g.owner_dsn)
        await owner.execute(BARE_TABLE)
        await owner.close()
        async with transaction(g.pool, SYSTEM) as conn:
            await an_order(conn, g.cast, g.cast.nord, g.cast.sued, number=NUMBER)
        best = [0.0, 0.0]
        for n in range(3):
            best[0] = max(best[0], await ours(g, count, n))
            best[1] = max(best[1], await theirs(g, count, n))
        emit("booking_import", "kdnx", n=count, concurrency=1, value=best[0], unit="rows/s")
        emit("booking_import", "asyncpg", n=count, concurrency=1, value=best[1], unit="rows/s")
        emit(
            "booking_import",
            "ratio",
            n=count,
            concurrency=1,
            value=best[0] / best[1],
            unit="kdnx/asyncpg",
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        emit("booking_import", "peak_memory", n=count, concurrency=1, value=peak, unit="MB")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
