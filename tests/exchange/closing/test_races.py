"""Closing over real connections: many confirm while the year shuts, a new chain in the same moment, two closers, a forged row."""

import asyncio
import random
from datetime import date

import asyncpg
import pytest

from exchange.closing import actions, store
from exchange.closing.part import CHECKS
from exchange.digests.actions import KIND, prove_figures
from exchange.ledger import part as ledger
from exchange.ledger.actions import verify_ledger
from exchange.reports.part import CHECKS as REPORT_CHECKS
from exchange.signing.actions import confirm_booking
from kdnx.errors import Conflict, KdnxError, Refused
from tests.cast import make_cast
from tests.exchange.build import SYSTEM, a_booking, an_order, committed
from tests.exchange.closing.build import FIRST, LAST, Y, a_confirmed, started

CLIENTS, EACH = 10, 12
BEHIND = """
SELECT count(*) FROM exchange.transfer t JOIN exchange.year_close_head h ON h.owner_id = t.owner_id AND t.seq > h.seq WHERE t.book_year <= h.year
"""


@pytest.fixture
async def ground(fresh_database):
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        orders = [
            (cast.nord, await an_order(conn, cast, cast.nord, cast.sued)),
            (cast.fremd, await an_order(conn, cast, cast.fremd, cast.sued, route="direct")),
        ]
        await a_confirmed(conn, cast.nord, cast.sued, orders[0][1])
    return fresh_database, cast, orders


async def bookings(pool, orders, count):
    found = []
    for provider, order in orders:
        async with committed(pool, provider.viewer) as conn:
            found += [
                (await a_booking(conn, provider, order, 100_00 + n, FIRST, LAST)).id
                for n in range(count)
            ]
    return found


async def begun(pool, cast):
    async with committed(pool, cast.hub.viewer) as conn:
        await started(conn, cast)
        await actions.prove_chains(conn, cast.hub.viewer, Y)


async def close(pool, viewer):
    async with committed(pool, viewer) as conn:
        return await actions.close_period(conn, viewer, Y, lists_open=True)


async def holds(pool, *, left_out=()):
    async with committed(pool, SYSTEM) as conn:
        assert (await verify_ledger(conn)).ok
        for check in (*CHECKS, *REPORT_CHECKS, *ledger.CHECKS):
            if check.name not in left_out:
                assert not await conn.fetch(check.sql), check.name
        assert await conn.fetchval(BEHIND) == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_nothing_gets_behind_the_close(ground, seed):
    base, cast, orders = ground
    ids = await bookings(base.pool, orders, CLIENTS * EACH // 2)
    random.Random(seed).shuffle(ids)
    await begun(base.pool, cast)
    done, refused = [], []

    async def client(mine):
        for booking in mine:
            try:
                async with committed(base.pool, cast.sued.viewer) as conn:
                    row = await confirm_booking(conn, cast.sued.viewer, booking)
                done.append(row)
            except (Conflict, Refused) as error:
                refused.append(error)

    async def closer():
        await asyncio.sleep(0.05 * seed)
        await close(base.pool, cast.hub.second)

    await asyncio.gather(closer(), *(client(ids[n::CLIENTS]) for n in range(CLIENTS)))
    # who came too late read the old gate and was refused, or read the new one and went to the open year
    assert len(done) + len(refused) == len(ids)
    assert {e.code for e in refused} <= {"period_closed"}
    assert all(e.remedy for e in refused)
    assert {r.book_year for r in done} <= {Y, Y + 1}
    await holds(base.pool)
    async with committed(base.pool, SYSTEM) as conn:
        posted = await conn.fetchval("SELECT count(*) FROM exchange.confirmation")
        assert posted == len(done) + 1
        in_year = sum(r.confirmed_cents for r in done if r.book_year == Y) + 1_000_00
        assert await store.rollup_sums(conn) == {Y: in_year}
    # a refused booking is still there to be confirmed, into the open year
    if refused:
        async with committed(base.pool, cast.sued.viewer) as conn:
            waiting = await conn.fetchval("SELECT id FROM exchange.booking WHERE state = 'proposed' LIMIT 1")  # fmt: skip
            assert (await confirm_booking(conn, cast.sued.viewer, waiting)).book_year == Y + 1


async def test_a_chain_born_in_the_same_moment_is_refused(ground):
    base, cast, orders = ground
    (booking,) = await bookings(base.pool, orders[1:], 1)
    await begun(base.pool, cast)
    # the signer has read that the period is open and waits; the chain of the provider does not exist yet
    async with base.pool.acquire() as raw, base.pool.acquire() as other:
        from kdnx.clock import read_clock
        from kdnx.db.conn import Conn

        tx = raw.transaction()
        await tx.start()
        closing = Conn(raw, read_clock(), "closer")
        await closing.act_as(cast.hub.second)
        await actions.close_period(closing, cast.hub.second, Y, lists_open=True)

        async def confirm():
            async with other.transaction():
                conn = Conn(other, read_clock(), "signer")
                await conn.act_as(cast.sued.viewer)
                return await confirm_booking(conn, cast.sued.viewer, booking)

        task = asyncio.create_task(confirm())
        await asyncio.sleep(0.3)
        assert not task.done()
        await tx.commit()
        with pytest.raises(Conflict) as refused:
            await task
    assert refused.value.code == "period_closed"
    await holds(base.pool)


async def test_two_closers_make_one_close(ground):
    base, cast, _orders = ground
    await begun(base.pool, cast)

    async def one():
        try:
            await close(base.pool, cast.hub.second)
        except KdnxError as error:
            return error.code
        return "closed"

    assert sorted(await asyncio.gather(one(), one(), one())) == ["closed", "wrong_state", "wrong_state"]  # fmt: skip
    await holds(base.pool)


async def test_a_forged_row_stops_the_close(ground):
    base, cast, _orders = ground
    await begun(base.pool, cast)
    owner = await asyncpg.connect(base.owner_dsn)
    try:
        await owner.execute(
            "UPDATE exchange.transfer SET cents = cents + 1 WHERE owner_id = $1 AND seq = 1",
            cast.nord.id,
        )
    finally:
        await owner.close()
    async with committed(base.pool, cast.hub.viewer) as conn:
        await conn.execute("UPDATE exchange.chain_proof SET bad_seq = 0")
        assert await actions.prove_chains(conn, cast.hub.viewer, Y) == (1, 1)
    with pytest.raises(Refused) as refused:
        await close(base.pool, cast.hub.second)
    assert refused.value.code == "checklist_open"
    assert "unterbrochen" in refused.value.detail


async def test_the_first_cent_opens_a_task_and_its_return_closes_it(ground):
    base, cast, _orders = ground
    await begun(base.pool, cast)
    await close(base.pool, cast.hub.second)
    open_ = "SELECT count(*) FROM kdnx.task WHERE kind = $1 AND state = 'open'"
    async with committed(base.pool, SYSTEM) as conn:
        assert await prove_figures(conn) == 0
    owner = await asyncpg.connect(base.owner_dsn)
    try:
        for delta, changed, left in ((1, 1, 1), (0, 0, 1), (-1, 1, 0)):
            await owner.execute("UPDATE exchange.volume_rollup SET cents = cents + $1", delta)
            async with committed(base.pool, SYSTEM) as conn:
                assert await prove_figures(conn) == changed
                assert await conn.fetchval(open_, KIND) == left
    finally:
        await owner.close()


async def test_a_cell_moved_to_another_is_found_although_the_sum_is_right(ground):
    base, cast, _orders = ground
    async with committed(base.pool, SYSTEM) as conn:
        order = await an_order(conn, cast, cast.nord, cast.sued)
        await a_confirmed(conn, cast.nord, cast.sued, order, 50_00, date(Y, 4, 1), date(Y, 4, 30))
    await begun(base.pool, cast)
    await close(base.pool, cast.hub.second)
    owner = await asyncpg.connect(base.owner_dsn)
    try:
        await owner.execute("UPDATE exchange.volume_rollup SET cents = cents + CASE service_month WHEN 3 THEN 1 ELSE -1 END")  # fmt: skip
    finally:
        await owner.close()
    async with committed(base.pool, SYSTEM) as conn:
        assert await store.wrong_cells(conn) == {Y: 2}
        assert await prove_figures(conn) == 1
