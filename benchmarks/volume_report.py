"""The yearly volume at many transfers, beside an index-only read of what it shows, and the chain's verification.

usage: python -m benchmarks.volume_report [transfers]
"""

import asyncio
import hashlib
import sys
import time

import asyncpg

from benchmarks.ground import SYSTEM, Ground, emit, ground, median_ms
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
  1 + (n::bigint * 7919) % 1000000, 1, 2017 + n % 10, 1 + (n / 10) % 12, 2017 + n % 10, 1 + (n / 10) % 12, p[1 + (n / 28 * 13 + n) % 28], c[1 + n % 10], NULL, 'booking',
  gen_random_uuid(), sha256('x'), now(), sha256('p'), sha256('h')
FROM generate_series(0, $1::int - 1) n, (SELECT array_agg(id ORDER BY code) AS p FROM kdnx.member WHERE code LIKE 'B%') m,
  (SELECT array_agg(id) AS a FROM (SELECT id FROM exchange.account LIMIT 2) x) acc, (SELECT array_agg(id) AS c FROM catalog.category) cat
"""
# what the page shows of one year, read from the index alone
BARE = """
SELECT owner_id, recipient_id, sum(sign * cents)::bigint FROM exchange.transfer
WHERE kind = 'supply' AND service_year = 2024 GROUP BY 1, 2
"""


async def fill(g: Ground, count: int) -> None:
    """Rows written by the owner: the report does not care that their chain is none."""
    owner = await asyncpg.connect(g.owner_dsn)
    await owner.execute(FILL_MEMBERS)
    await owner.execute(FILL_ACCOUNTS)
    await owner.execute(FILL, count, timeout=1200)
    await owner.execute("VACUUM ANALYZE exchange.transfer", timeout=600)
    await owner.close()


async def main(count: int) -> None:
    """Report by pair and by provider, closed-over year, beside the bare read."""
    async with ground(pool_size=4) as g:
        await fill(g, count)
        owner = await asyncpg.connect(g.owner_dsn)
        bare = await median_ms(7, lambda: owner.fetch(BARE))
        emit("volume_year_pair", "asyncpg", n=count, concurrency=1, value=bare, unit="ms")
        for by in (By.PAIR, By.PROVIDER):

            async def report(by: By = by) -> None:
                async with transaction(g.pool, SYSTEM, read_only=True) as conn:
                    await conn.act_as(g.cast.office)
                    await read_volume(conn, g.cast.office, 2024, by=by)

            ours = await median_ms(7, report)
            emit(f"volume_year_{by.value}", "kdnx", n=count, concurrency=1, value=ours, unit="ms")
            emit(
                f"volume_year_{by.value}",
                "ratio",
                n=count,
                concurrency=1,
                value=ours / bare,
                unit="kdnx/asyncpg",
            )
        await owner.close()
        await verification(g, count)


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
