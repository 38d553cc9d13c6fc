"""The yearly volume at many transfers, beside an index-only read of what it shows, and the chain's verification.

usage: python -m benchmarks.volume_report [transfers]
"""

import asyncio
import hashlib
import sys
import time

import asyncpg

from benchmarks.ground import SYSTEM, Ground, emit, emit_memory, ground, median_ms
from exchange.ledger.actions import verify_ledger
from exchange.reports.model import By
from exchange.reports.reading import read_volume
from kdnx.db.pool import transaction

FILL_MEMBERS = """
INSERT INTO kdnx.member (id, code, name, short_name, legal_form, legal_personality, seat, state, created_at, updated_at)
SELECT gen_random_uuid(), 'B' || n, 'Mitglied ' || n, 'M' || n, 'zweckverband', true, 'Ort', 'active', now(), now() FROM generate_series(1, 28) n
"""
FILL_ACCOUNTS = "INSERT INTO exchange.account (id, kind, member_id, opened_at) SELECT gen_random_uuid(), k, m.id, now() FROM kdnx.member m, unnest(ARRAY['payable', 'receivable']) k"
FILL = """
INSERT INTO exchange.transfer (owner_id, seq, id, kind, leg, debit_id, credit_id, cents, sign, book_year, book_month, service_year, service_month,
  recipient_id, category_id, offering_id, source, source_id, evidence, recorded_at, prev, hash)
SELECT p[1 + n % 28], 1 + n / 28, gen_random_uuid(), CASE WHEN n % 3 = 0 THEN 'supply' WHEN n % 3 = 1 THEN 'pass' ELSE 'surcharge' END, 1, a[1], a[2],
  1 + (n::bigint * 7919) % 1000000, 1, 2017 + n % 10 + CASE WHEN n % 1000 = 17 THEN 1 ELSE 0 END, 1 + (n / 10) % 12, 2017 + n % 10, 1 + (n / 10) % 12, p[1 + (n / 28 * 13 + n) % 28], c[1 + n / 280 % 10], c[1 + n / 280 % 10], 'booking',
  gen_random_uuid(), sha256('x'), now(), sha256('p'), sha256('h')
FROM generate_series(0, $1::int - 1) n, (SELECT array_agg(id ORDER BY code) AS p FROM kdnx.member WHERE code LIKE 'B%') m,
  (SELECT array_agg(id) AS a FROM (SELECT id FROM exchange.account LIMIT 2) x) acc, (SELECT array_agg(id) AS c FROM catalog.category) cat
"""
# the record of a closed year as exchange.close_books() writes it, without its checklist
CLOSE = """
WITH c AS (INSERT INTO exchange.volume_rollup (definition, service_year, owner_id, recipient_id, category_id, offering_id, service_month, cents)
  SELECT 'v1', $1, t.owner_id, t.recipient_id, t.category_id, t.offering_id, t.service_month, sum(t.sign * t.cents)
  FROM exchange.transfer t WHERE t.kind = 'supply' AND t.service_year = $1 AND t.book_year = $1 GROUP BY 3, 4, 5, 6, 7 RETURNING 1)
SELECT count(*) FROM c
"""
FREEZE = "SELECT exchange.freeze_volume($1, now())"
CLOSED, OPEN = 2024, 2025
# what the page shows of a year, read from an index alone: of the open year the ledger's, of the closed one its sums and the late rows
BARE = {
    (OPEN, By.PAIR): """
SELECT owner_id, recipient_id, sum(sign * cents)::bigint FROM exchange.transfer WHERE kind = 'supply' AND service_year = 2025 GROUP BY 1, 2
""",
    (OPEN, By.PROVIDER): """
SELECT owner_id, sum(sign * cents)::bigint FROM exchange.transfer WHERE kind = 'supply' AND service_year = 2025 GROUP BY 1
""",
    (CLOSED, By.PAIR): """
SELECT owner_id, recipient_id, sum(cents)::bigint FROM (SELECT owner_id, recipient_id, cents FROM exchange.volume_year WHERE service_year = 2024
  UNION ALL SELECT owner_id, recipient_id, sign * cents FROM exchange.transfer WHERE kind = 'supply' AND service_year = 2024 AND book_year > service_year) x GROUP BY 1, 2
""",
    (CLOSED, By.PROVIDER): """
SELECT owner_id, sum(cents)::bigint FROM (SELECT owner_id, cents FROM exchange.volume_year WHERE service_year = 2024
  UNION ALL SELECT owner_id, sign * cents FROM exchange.transfer WHERE kind = 'supply' AND service_year = 2024 AND book_year > service_year) x GROUP BY 1
""",
}
LATE = """
SELECT count(*) FROM exchange.transfer WHERE kind = 'supply' AND service_year = 2024 AND book_year > service_year
"""


async def fill(g: Ground, count: int) -> None:
    """Rows written by the owner: the report does not care that their chain is none."""
    owner = await asyncpg.connect(g.owner_dsn)
    await owner.execute(FILL_MEMBERS)
    await owner.execute(FILL_ACCOUNTS)
    await owner.execute(FILL, count, timeout=2400)
    await owner.execute("VACUUM ANALYZE exchange.transfer", timeout=600)
    started = time.perf_counter()
    cells = await owner.fetchval(CLOSE, CLOSED, timeout=600)
    await owner.execute(FREEZE, CLOSED)
    took = (time.perf_counter() - started) * 1000
    emit("volume_freeze", "kdnx", n=count, concurrency=1, value=took, unit="ms")
    emit("volume_freeze_cells", "kdnx", n=count, concurrency=1, value=cells, unit="rows")
    emit(
        "volume_late", "kdnx", n=count, concurrency=1, value=await owner.fetchval(LATE), unit="rows"
    )
    await owner.execute("VACUUM ANALYZE exchange.volume_year, exchange.volume_rollup")
    await owner.close()


async def lane(g: Ground, owner: asyncpg.Connection, year: int, by: By, count: int) -> None:
    """One year by one dimension, beside the bare read of the same figures in the same run."""
    case = f"volume_{'closed' if year == CLOSED else 'open'}_{by.value}"

    async def report() -> None:
        async with transaction(g.pool, SYSTEM, read_only=True) as conn:
            await conn.act_as(g.cast.office)
            await read_volume(conn, g.cast.office, year, by=by)

    bare = ours = float("inf")
    for _round in range(3):
        bare = min(bare, await median_ms(9, lambda: owner.fetch(BARE[year, by])))
        ours = min(ours, await median_ms(9, report))
    emit(case, "asyncpg", n=count, concurrency=1, value=bare, unit="ms")
    emit(case, "kdnx", n=count, concurrency=1, value=ours, unit="ms")
    emit(case, "ratio", n=count, concurrency=1, value=ours / bare, unit="kdnx/asyncpg")


async def main(count: int) -> None:
    """Report by pair and by provider, of a closed and of an open year; then the chain's verification."""
    async with ground(pool_size=4) as g:
        await fill(g, count)
        owner = await asyncpg.connect(g.owner_dsn)
        for year in (CLOSED, OPEN):
            for by in (By.PAIR, By.PROVIDER):
                await lane(g, owner, year, by, count)
        emit_memory("volume_report", n=count)
        await owner.close()
        await verification(g, count)
        emit_memory("chain_verify", n=count)


async def verification(g: Ground, count: int) -> None:
    """Recompute every link (all broken here, which costs the same) beside bare SHA-256 over as many bytes."""
    started = time.perf_counter()
    async with transaction(g.pool, SYSTEM, read_only=True) as conn:
        await conn.raw.execute("SET LOCAL statement_timeout = 0")
        await verify_ledger(conn)
    ours = count / (time.perf_counter() - started)
    line = b"x" * 420
    started = time.perf_counter()
    for _ in range(count):
        hashlib.sha256(line).digest()
    theirs = count / (time.perf_counter() - started)
    emit("chain_verify", "kdnx", n=count, concurrency=1, value=ours, unit="transfers/s")
    emit("chain_verify", "hashlib", n=count, concurrency=1, value=theirs, unit="transfers/s")
    emit("chain_verify", "ratio", n=count, concurrency=1, value=ours / theirs, unit="kdnx/hashlib")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
