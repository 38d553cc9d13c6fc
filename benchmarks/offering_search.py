"""Search with facets and audience rules at many offerings, beside one plain statement and SQLite FTS5.

usage: python -m benchmarks.offering_search [offerings] [--clients 8] [--runs 120]

Offerings beyond the first 200, which the import brings in as an office does, are copies made by the database with
words, members, prices and audiences of their own; their vectors are built by the same function.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.ground import Ground, emit, ground
from catalog.finding.model import Criteria, Sort
from catalog.finding.store import find
from catalog.indexing.model import curated_parts, ends_of
from kdnx.db.pool import transaction
from kdnx.viewer import Viewer
from tests.catalog.build import an_offering

WORDS = ("Datensicherung", "Einwohnerverfahren", "Druckstraße", "Serverbetrieb", "Personalabrechnung", "Geodaten", "Schulnetz", "Bürgerportal",
         "Telefonie", "Archiv", "Wohngeld", "Friedhofswesen", "Kassenwesen", "Bauaufsicht", "Zeitwirtschaft", "Wahlen", "Terminvergabe",
         "Beteiligung", "Vollstreckung", "Netzanbindung", "Zertifikate", "Schulung", "Scannen", "Jugendhilfe", "Gewerberegister",
         "Ratsinformation", "Standesamt", "Ausländerwesen", "Urkunden", "Speicherplatz", "Kalender", "Ausweisdruck", "Bußgeldverfahren",
         "Stadtmodell", "Leitungsauskunft", "Datenschutz", "Prozessberatung", "Sprachmodell", "Rollout", "Feuerwehr")  # fmt: skip
BASES = ("inhabitant", "workplace", "user", "case", "page", "flat")
QUESTIONS = (
    "Datensicherung",
    "Wohngeld Betrieb",
    "Standesamt",
    "Zeitwirtschaft",
    "Netzanbindung Schulung",
    "Bußgeldverfahren",
)
# the same work in plain statements' terms: hits and seven facets over one materialised search, rules of the audience on
PLAIN = """
WITH wanted AS MATERIALIZED (SELECT $1::text::tsquery AS query, catalog.audience_keys_of($2::uuid[]) AS keys),
hit AS MATERIALIZED (SELECT o.id, o.title, o.title_key, o.category_id, o.owner_id, o.price_base, o.protection_level, o.legal_routes,
    o.certified_until >= $3::date AS certified, width_bucket(o.lead_time_days, ARRAY[11, 31, 91]) AS lead, ts_rank_cd(o.search, (SELECT query FROM wanted), 1) AS rank
  FROM catalog.findable_offering o
  WHERE o.search @@ (SELECT query FROM wanted) AND o.state = 'published' AND o.audience_keys && (SELECT keys FROM wanted))
SELECT (SELECT count(*) FROM hit), (SELECT jsonb_agg(x) FROM (SELECT category_id, count(*) FROM hit GROUP BY 1) x),
  (SELECT jsonb_agg(x) FROM (SELECT owner_id, count(*) FROM hit GROUP BY 1) x), (SELECT jsonb_agg(x) FROM (SELECT price_base, count(*) FROM hit GROUP BY 1) x),
  (SELECT jsonb_agg(x) FROM (SELECT protection_level, count(*) FROM hit GROUP BY 1) x), (SELECT jsonb_agg(x) FROM (SELECT certified, count(*) FROM hit GROUP BY 1) x),
  (SELECT jsonb_agg(x) FROM (SELECT lead, count(*) FROM hit GROUP BY 1) x),
  (SELECT jsonb_agg(x) FROM (SELECT split_part(r, '>', 2), count(DISTINCT id) FROM hit, unnest(legal_routes) r WHERE split_part(r, '>', 1) = ANY ((SELECT keys FROM wanted)::text[]) GROUP BY 1) x),
  (SELECT jsonb_agg(x) FROM (SELECT id, title FROM hit ORDER BY rank DESC, title_key LIMIT 25) x)
"""
COPY_HEADS = """
WITH original AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY number) - 1 AS k FROM catalog.offering WHERE reference LIKE 'b-%'),
kind AS MATERIALIZED (SELECT id, name, row_number() OVER (ORDER BY id) - 1 AS k FROM catalog.category)
INSERT INTO catalog.offering (id, owner_id, number, reference, state, published_version, category_id, title, title_key, summary, price_base, price_per,
  price_micro, audience_keys, published_at, search, row_version, created_at, updated_at, protection_level, lead_time_days, legal_routes, certified_until,
  index_version, indexed_names)
SELECT gen_random_uuid(), o.owner_id, 'X-' || i, 'X-' || i, 'published', 1, c.id, w.t, kdnx.sort_key(w.t), w.s, ($4::text[])[1 + i % 6], 'month',
  (1 + i % 977) * 10000, CASE WHEN i % 10 = 0 THEN ARRAY['m:' || o.owner_id] ELSE ARRAY['all'] END, o.published_at,
  catalog.index_vector(w.t, w.s, w.b, concat_ws(' ', 'X-' || i, 'Nordrechen', c.name), w.ends, ''), 1, o.created_at, o.updated_at,
  (ARRAY['normal', 'high', 'very_high'])[1 + i % 3], (ARRAY[5, 20, 60, 200])[1 + i % 4],
  CASE WHEN i % 7 = 0 THEN ARRAY['all>public_law_agreement'] ELSE ARRAY['all>gwb_108_6'] END, CASE WHEN i % 5 = 0 THEN '2030-12-31'::date END, o.index_version, ''
FROM unnest($1::int[], $2::text[], $3::text[], $5::text[], $6::text[]) AS w(i, t, s, b, ends)
  JOIN original o ON o.k = w.i % 200 JOIN kind c ON c.k = w.i % 10
"""
# the large indexes are built once at the end, as a restore does
INDEXES = """
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made FROM pg_index i
WHERE i.indrelid = 'catalog.offering'::regclass AND NOT i.indisunique
"""


def texts_of(i: int) -> tuple[str, str, str]:
    """Title, summary and description of the i-th offering: 40 words, some often, most seldom."""
    pick = random.Random(i)  # noqa: S311  # the same texts every time
    words = [WORDS[min(int(pick.expovariate(0.09)), len(WORDS) - 1)] for _ in range(6)]
    title = f"{words[0]} {words[1]} {i}"
    return (
        title,
        f"{words[2]} für Kommunen, Variante {i % 97}",
        f"Betrieb und Pflege: {words[3]}, {words[4]} und {words[5]}.",
    )


async def fill(g: Ground, count: int) -> None:
    """200 offerings through the actions of the house, the others as copies in blocks of 10,000."""
    async with transaction(g.pool, g.cast.nord.viewer) as conn:
        for i in range(min(200, count)):
            title, summary, body = texts_of(i)
            actor = (g.cast.nord, g.cast.sued)[i % 2]
            await an_offering(
                conn, actor, title, summary=summary, description=body, reference=f"b-{i}"
            )
    owner = await asyncpg.connect(g.owner_dsn)
    try:
        known = curated_parts()
        indexes = await owner.fetch(INDEXES)
        for index in indexes:
            await owner.execute(f"DROP INDEX {index['name']}")
        for start in range(200, count, 10_000):
            numbers = list(range(start, min(start + 10_000, count)))
            texts = [texts_of(i) for i in numbers]
            ends = [ends_of(t, known) for t in texts]
            await owner.execute(
                COPY_HEADS, numbers, [t[0] for t in texts], [t[1] for t in texts], list(BASES), [t[2] for t in texts], ends, timeout=600,
            )  # fmt: skip
        for index in indexes:
            await owner.execute(index["made"], timeout=900)
        await owner.execute("VACUUM ANALYZE", timeout=900)  # as autovacuum leaves it
    finally:
        await owner.close()


async def times(clients: int, runs: int, work: Callable[[str], Awaitable[object]]) -> list[float]:
    """Milliseconds of each of `runs` questions asked by `clients` at once, after one warm round."""
    for q in QUESTIONS:
        await work(q)
    took: list[float] = []
    places = iter(range(runs))

    async def client() -> None:
        for i in places:
            started = time.perf_counter()
            await work(QUESTIONS[i % len(QUESTIONS)])
            took.append((time.perf_counter() - started) * 1000)

    await asyncio.gather(*(client() for _ in range(clients)))
    return took


def tell(peer: str, count: int, clients: int, took: Sequence[float]) -> float:
    """Emit p50 and p99; gives p50."""
    ordered = sorted(took)
    p50, p99 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    emit("offering_search_p50", peer, n=count, concurrency=clients, value=p50, unit="ms")
    emit("offering_search_p99", peer, n=count, concurrency=clients, value=p99, unit="ms")
    return p50


async def with_sqlite(count: int, clients: int, runs: int) -> list[float]:
    """The same texts in SQLite FTS5 with a thread a client: hits by bm25 and the counts of five facets, one rule of audience."""
    with tempfile.TemporaryDirectory(prefix="kdnx-fts-") as folder:
        path = Path(folder) / "fts.db"
        db = sqlite3.connect(path)
        db.execute(
            "CREATE VIRTUAL TABLE t USING fts5(title, summary, body, tokenize='unicode61 remove_diacritics 2')"
        )
        db.execute(
            "CREATE TABLE o (id INTEGER PRIMARY KEY, category INT, owner INT, base INT, protection INT, lead INT, is_open INT)"
        )
        for start in range(0, count, 50_000):
            part = range(start, min(start + 50_000, count))
            db.executemany(
                "INSERT INTO t (rowid, title, summary, body) VALUES (?, ?, ?, ?)",
                ((i, *texts_of(i)) for i in part),
            )
            db.executemany(
                "INSERT INTO o VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((i, i % 10, i % 2, i % 6, i % 3, i % 4, i % 10 != 0) for i in part),
            )
        db.commit()
        db.close()
        local = threading.local()

        def ask(q: str) -> list[Any]:
            if not hasattr(local, "db"):
                local.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            local.db.execute(
                "CREATE TEMP TABLE IF NOT EXISTS hit (id, category, owner, base, protection, lead, rank)"
            )
            local.db.execute("DELETE FROM hit")
            match = " AND ".join(f'"{w}"*' for w in q.split())
            local.db.execute(
                "INSERT INTO hit SELECT o.id, category, owner, base, protection, lead, rank FROM t JOIN o ON o.id = t.rowid WHERE t MATCH ? AND is_open",
                (match,),
            )
            counted = [
                local.db.execute("SELECT category, count(*) FROM hit GROUP BY 1").fetchall(),
                local.db.execute("SELECT owner, count(*) FROM hit GROUP BY 1").fetchall(),
                local.db.execute("SELECT base, count(*) FROM hit GROUP BY 1").fetchall(),
                local.db.execute("SELECT protection, count(*) FROM hit GROUP BY 1").fetchall(),
                local.db.execute("SELECT lead, count(*) FROM hit GROUP BY 1").fetchall(),
            ]
            return [
                *counted,
                local.db.execute("SELECT id FROM hit ORDER BY rank LIMIT 25").fetchall(),
            ]

        with ThreadPoolExecutor(clients) as threads:

            async def work(q: str) -> None:
                await asyncio.get_running_loop().run_in_executor(threads, ask, q)

            return await times(clients, runs, work)


async def main(count: int, clients: int, runs: int) -> None:
    """Fill, then the three in turn; kdnx also for the list without words."""
    async with ground(pool_size=clients) as g:
        started = time.perf_counter()
        await fill(g, count)
        emit(
            "offering_search_fill",
            "kdnx",
            n=count,
            concurrency=1,
            value=time.perf_counter() - started,
            unit="s",
        )
        viewer: Viewer = g.cast.fremd.viewer

        async def ours(q: str) -> None:
            async with transaction(g.pool, viewer, read_only=True) as conn:
                await find(conn, viewer, Criteria(q=q, sort=Sort.RELEVANCE))

        async def exact(q: str) -> None:
            async with transaction(g.pool, viewer, read_only=True) as conn:
                await find(conn, viewer, Criteria(q=q, sort=Sort.RELEVANCE, exact=True))

        async def browse(_q: str) -> None:
            async with transaction(g.pool, viewer, read_only=True) as conn:
                await find(conn, viewer, Criteria())

        queries = {}
        async with transaction(g.pool, viewer, read_only=True) as conn:
            for q in QUESTIONS:
                answer = await find(conn, viewer, Criteria(q=q, sort=Sort.RELEVANCE))
                queries[q] = answer.asked.query
                emit(
                    "offering_search_hits",
                    q,
                    n=count,
                    concurrency=1,
                    value=answer.counts.total,
                    unit="hits",
                )

        async def plain(q: str) -> None:
            async with transaction(g.pool, viewer, read_only=True) as conn:
                await conn.raw.fetch(PLAIN, queries[q], list(viewer.members), conn.today)

        kdnx, sql = await times(clients, runs, ours), await times(clients, runs, plain)
        kdnx += await times(clients, runs, ours)
        sql += await times(clients, runs, plain)
        ours_ms, sql_ms = (
            tell("kdnx", count, clients, kdnx),
            tell("sql, the same query", count, clients, sql),
        )
        tell("kdnx without synonyms", count, clients, await times(clients, runs, exact))
        tell(
            "kdnx, list without words",
            count,
            clients,
            await times(clients, max(runs // 4, 8), browse),
        )
        emit(
            "offering_search",
            "ratio",
            n=count,
            concurrency=clients,
            value=ours_ms / sql_ms,
            unit="kdnx/sql",
        )
    tell("sqlite fts5", count, clients, await with_sqlite(count, clients, runs))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("offerings", type=int, nargs="?", default=10_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--runs", type=int, default=120)
    given = parser.parse_args()
    asyncio.run(main(given.offerings, given.clients, given.runs))
