"""Import of offerings as a file brings them, beside a bare insert of as many rows by one unnest.

usage: python -m benchmarks.offering_import [rows]
"""

import asyncio
import resource
import sys
import time

import asyncpg

from benchmarks.ground import Ground, emit, ground
from catalog.filing.files import OFFERINGS
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.ids import new_id
from kdnx.imports.actions import run_import
from kdnx.imports.kinds import with_columns
from kdnx.imports.reading import read_table
from kdnx.imports.writing import template_rows, write_file

# the plain columns of an offering and one unique key, without versions, prices, audiences, search and record
BARE_TABLE = """
CREATE TABLE public.bare_offering (id uuid PRIMARY KEY, owner_id uuid, reference text, title text, summary text, description text,
  state text, UNIQUE (owner_id, reference));
GRANT ALL ON public.bare_offering TO kdnx_app;
"""
BARE = """
INSERT INTO public.bare_offering SELECT x.i, $1, x.r, x.t, $5, $6, 'draft' FROM unnest($2::uuid[], $3::text[], $4::text[]) x(i, r, t)
"""


async def file_of(g: Ground, count: int, round_: int) -> bytes:
    """A CSV file with as many offerings of the member NORD."""
    async with transaction(g.pool, g.cast.nord.viewer) as conn:
        kind = await with_columns(conn, OFFERINGS)
    example = {**template_rows(OFFERINGS)[0], "member_code": "NORD"}
    rows = [
        {**example, "reference": f"R{round_}-{n}", "title": f"Leistung {round_} Nummer {n}"}
        for n in range(count)
    ]
    return write_file(kind, rows, "csv")


async def ours(g: Ground, content: bytes, count: int) -> float:
    """Rows a second: reading the file, drafts with price, audience, contact, answers, search and record."""
    started = time.perf_counter()
    table = read_table(content, "x.csv")
    async with transaction(g.pool, g.cast.nord.viewer, finish=finish) as conn:
        report = await run_import(conn, g.cast.nord.viewer, OFFERINGS, table)
    if report.errors or report.new + report.unchanged != count:
        raise SystemExit(str(report.errors[:3]))
    return count / (time.perf_counter() - started)


async def theirs(g: Ground, count: int, round_: int) -> float:
    """Rows a second of the bare insert."""
    started = time.perf_counter()
    async with g.pool.acquire() as raw:
        await raw.execute(
            BARE, g.cast.nord.id, [new_id() for _ in range(count)], [f"R{round_}-{n}" for n in range(count)],
            [f"Leistung {n}" for n in range(count)], "Kurz", "Eine Beschreibung der Leistung",
        )  # fmt: skip
    return count / (time.perf_counter() - started)


async def main(count: int) -> None:
    """Two rounds of both, interleaved, the best counts; then the same file again."""
    async with ground(pool_size=4) as g:
        owner = await asyncpg.connect(g.owner_dsn)
        await owner.execute(BARE_TABLE)
        await owner.close()
        best = [0.0, 0.0]
        for n in range(2):
            content = await file_of(g, count, n)
            best[0] = max(best[0], await ours(g, content, count))
            best[1] = max(best[1], await theirs(g, count, n))
        again = await ours(g, content, count)
        for peer, value in (("kdnx", best[0]), ("asyncpg", best[1]), ("kdnx, unchanged", again)):
            emit("offering_import", peer, n=count, concurrency=1, value=value, unit="rows/s")
        ratio = best[0] / best[1]
        emit("offering_import", "ratio", n=count, concurrency=1, value=ratio, unit="kdnx/asyncpg")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        emit("offering_import", "peak_memory", n=count, concurrency=1, value=peak, unit="MB")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
