"""A settlement run of 28 and of 280 members over many transfers, beside the plain sums it rests on.

usage: python -m benchmarks.settlement [transfers]
"""

import asyncio
import resource
import sys
import time
from dataclasses import replace

import asyncpg

from benchmarks.ground import SYSTEM, Ground, emit, ground, median_ms
from exchange.ledger.model import AccountKind, account_id
from exchange.netting.actions import approve_run, freeze_run, prepare_run, settle_run
from exchange.netting.model import Mode
from exchange.netting.reading import read_run
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.ids import new_id

FILL_MEMBERS = """
INSERT INTO kdnx.member (id, code, name, short_name, legal_form, legal_personality, seat, state, iban, created_at, updated_at)
SELECT id, 'B' || n, 'Mitglied ' || n, 'M' || n, 'zweckverband', true, 'Ort', 'active', 'DE89370400440532013000', now(), now()
FROM unnest($1::uuid[]) WITH ORDINALITY x(id, n)
"""
FILL_ACCOUNTS = """
INSERT INTO exchange.account (id, kind, member_id, opened_at) SELECT a, k, m, now() FROM unnest($1::uuid[], $2::text[], $3::uuid[]) x(a, k, m)
"""
# what confirmed bookings leave on the two accounts; the run does not care that the chain is none
FILL = """
INSERT INTO exchange.transfer (owner_id, seq, id, kind, leg, debit_id, credit_id, cents, sign, book_year, book_month, service_year, service_month,
  recipient_id, source, source_id, evidence, recorded_at, prev, hash)
SELECT ($1::uuid[])[1 + n % $5], 1 + n / $5, gen_random_uuid(), CASE WHEN n % 2 = 0 THEN 'supply' ELSE 'pass' END, 1 + n % 2,
  CASE WHEN n % 2 = 0 THEN $4::uuid ELSE ($3::uuid[])[1 + (n * 7 + n / $5) % $5] END, CASE WHEN n % 2 = 0 THEN ($2::uuid[])[1 + n % $5] ELSE $4::uuid END,
  1 + (n::bigint * 7919) % 1000000, 1, 2026, 1, 2026, 1, ($1::uuid[])[1 + (n + 1) % $5], 'booking', gen_random_uuid(), sha256('x'), now(), sha256('p'), sha256('h')
FROM generate_series(0, $6::int - 1) n
"""
FILL_HEADS = """
INSERT INTO exchange.chain_head (owner_id, seq, hash, recorded_at, closed_through)
SELECT owner_id, max(seq), sha256('h'), now(), 0 FROM exchange.transfer GROUP BY 1
"""
# the same sums, bare
PLAIN = """
SELECT a.member_id, a.kind, sum(x.cents) FROM exchange.transfer t CROSS JOIN LATERAL (VALUES (t.debit_id, t.cents), (t.credit_id, -t.cents)) x(account_id, cents)
JOIN exchange.account a ON a.id = x.account_id WHERE a.kind IN ('payable', 'receivable') GROUP BY 1, 2
"""


async def fill(g: Ground, members: int, count: int) -> None:
    """`members` houses with `count` transfers among them."""
    ids = [new_id() for _ in range(members)]
    kinds = (AccountKind.PAYABLE, AccountKind.RECEIVABLE)
    payable, receivable = ([account_id(k, i) for i in ids] for k in kinds)
    transit = account_id(AccountKind.TRANSIT, g.cast.hub.id)
    owner = await asyncpg.connect(g.owner_dsn)
    await owner.execute(FILL_MEMBERS, ids)
    await owner.execute(
        "UPDATE kdnx.member SET iban = 'DE20500000000000000001' WHERE id = $1", g.cast.hub.id
    )
    await owner.execute(
        FILL_ACCOUNTS, [*payable, *receivable, transit], [k.value for k in kinds for _ in ids] + ["transit"],
        [*ids, *ids, g.cast.hub.id],
    )  # fmt: skip
    await owner.execute(FILL, ids, payable, receivable, transit, members, count, timeout=1200)
    await owner.execute(FILL_HEADS)
    await owner.execute("VACUUM ANALYZE", timeout=600)
    await owner.close()


async def measure(members: int, count: int) -> None:
    """Preview, freeze, release and settle of one run; each step a transaction as in a request."""
    async with ground(pool_size=4) as g:
        await fill(g, members, count)
        owner = await asyncpg.connect(g.owner_dsn)
        plain = await median_ms(5, lambda: owner.fetch(PLAIN))
        await owner.close()
        emit(f"settlement_{members}", "plain sums", n=count, concurrency=1, value=plain, unit="ms")
        office, second = g.cast.office, g.cast.hub.second
        async with transaction(g.pool, office, finish=finish) as conn:
            run = await prepare_run(conn, office, Mode.MULTILATERAL)

        async def preview() -> None:
            async with transaction(g.pool, SYSTEM, read_only=True) as conn:
                await read_run(conn, replace(office), run.id)

        ours = await median_ms(5, preview)
        emit(f"settlement_{members}_preview", "kdnx", n=count, concurrency=1, value=ours, unit="ms")
        emit(f"settlement_{members}_preview", "ratio", n=count, concurrency=1, value=ours / plain, unit="kdnx/plain")  # fmt: skip
        started = time.perf_counter()
        async with transaction(g.pool, office, finish=finish) as conn:
            await freeze_run(conn, office, run.id)
        emit(f"settlement_{members}_freeze", "kdnx", n=count, concurrency=1, value=(time.perf_counter() - started) * 1000, unit="ms")  # fmt: skip
        async with transaction(g.pool, second, finish=finish) as conn:
            await approve_run(conn, second, run.id)
        started = time.perf_counter()
        async with transaction(g.pool, second, finish=finish) as conn:
            await settle_run(conn, second, run.id, bank_day=conn.today)
        emit(f"settlement_{members}_settle", "kdnx", n=count, concurrency=1, value=(time.perf_counter() - started) * 1000, unit="ms")  # fmt: skip
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        emit(f"settlement_{members}_memory", "kdnx", n=count, concurrency=1, value=peak, unit="MB")


async def main(count: int) -> None:
    """The alliance as it is, and ten times as many."""
    for members in (28, 280):
        await measure(members, count)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
