"""Search with facets and audience rules at many offerings, beside one plain statement; and the import itself.

usage: python -m benchmarks.offering_search [offerings]
"""

import asyncio
import sys
import time
from typing import Any

import asyncpg

from benchmarks.ground import Ground, emit, ground, median_ms
from catalog.filing.files import OFFERINGS as KIND
from catalog.finding.model import Criteria
from catalog.finding.store import count_facets, list_found
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.imports.cells import read_cell
from kdnx.imports.kinds import Row

WORDS = ("Datensicherung", "Einwohnerverfahren", "Druckstraße", "Serverbetrieb", "Personalabrechnung", "Geodaten",
         "Schulnetz", "Bürgerportal", "Telefonie", "Archiv")  # fmt: skip
# one statement with the same rules: what the viewer may see, hits and the three facets
PLAIN = """
WITH wanted AS MATERIALIZED (SELECT catalog.search_query($1, false) AS query, catalog.audience_keys_of($2::uuid[]) AS keys),
hit AS MATERIALIZED (SELECT o.id, o.title, o.title_key, o.category_id, o.owner_id, o.price_base, ts_rank_cd(o.search, (SELECT query FROM wanted), 32) AS rank
  FROM catalog.visible_offering o
  WHERE o.search @@ (SELECT query FROM wanted) AND o.state = 'published' AND o.audience_keys && (SELECT keys FROM wanted))
SELECT (SELECT count(*) FROM hit), (SELECT jsonb_agg(x) FROM (SELECT category_id, count(*) FROM hit GROUP BY 1) x),
  (SELECT jsonb_agg(x) FROM (SELECT owner_id, count(*) FROM hit GROUP BY 1) x), (SELECT jsonb_agg(x) FROM (SELECT price_base, count(*) FROM hit GROUP BY 1) x),
  (SELECT jsonb_agg(x) FROM (SELECT id, title FROM hit ORDER BY rank DESC, title_key LIMIT 25) x)
"""


def rows_of(g: Ground, count: int) -> list[Row]:
    """Offerings after the example row of the template, each with words of its own."""
    example = {c.name: read_cell(c, c.example) if c.example else None for c in KIND.columns}
    made = []
    for i in range(count):
        values: dict[str, Any] = {
            **example,
            "member_code": (g.cast.nord.code, g.cast.sued.code)[i % 2],
        }
        values["title"] = f"{WORDS[i % 10]} {WORDS[(i // 10) % 10]} {i}"
        values["summary"] = f"{WORDS[(i * 7) % 10]} für Kommunen, Variante {i}"
        values["reference"], values["state"] = f"bench-{i}", "published"
        made.append(Row(i + 2, values))
    return made


async def main(count: int) -> None:
    """Import, then search as a member."""
    async with ground(pool_size=8) as g:
        rows = rows_of(g, count)
        started = time.perf_counter()
        async with transaction(g.pool, g.cast.office, finish=finish) as conn:
            outcome = await KIND.write(conn, g.cast.office, rows)
        if outcome.errors:
            raise SystemExit(str(outcome.errors[:3]))
        emit(
            "offering_import",
            "kdnx",
            n=count,
            concurrency=1,
            value=count / (time.perf_counter() - started),
            unit="rows/s",
        )
        owner = await asyncpg.connect(g.owner_dsn)
        await owner.execute("VACUUM ANALYZE")  # as autovacuum leaves it
        await owner.close()
        viewer = g.cast.fremd.viewer
        criteria = Criteria(q="Datensicherung")

        async def ours() -> None:
            async with transaction(g.pool, viewer, read_only=True) as conn:
                await list_found(conn, viewer, criteria, after=None, limit=25)
                await count_facets(conn, viewer, criteria)

        async def theirs() -> None:
            async with transaction(g.pool, viewer, read_only=True) as conn:
                await conn.raw.fetch(PLAIN, criteria.q, list(viewer.members))

        kdnx_ms, plain_ms = await median_ms(9, ours), await median_ms(9, theirs)
        emit("offering_search", "kdnx", n=count, concurrency=1, value=kdnx_ms, unit="ms")
        emit("offering_search", "sql", n=count, concurrency=1, value=plain_ms, unit="ms")
        emit(
            "offering_search",
            "ratio",
            n=count,
            concurrency=1,
            value=kdnx_ms / plain_ms,
            unit="kdnx/sql",
        )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
