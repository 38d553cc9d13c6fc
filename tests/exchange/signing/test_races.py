"""Races over real connections: two confirms, overlapping batches, confirm against withdraw, a killed connection."""

import asyncio
import random

import asyncpg
import pytest

from exchange.bookings.actions import reverse_booking, withdraw_booking
from exchange.ledger.actions import verify_ledger
from exchange.signing.actions import Signing, confirm_booking, confirm_bookings
from kdnx.errors import Conflict, KdnxError, Refused
from tests.cast import make_cast
from tests.exchange.build import SYSTEM, a_booking, an_order, committed

CONSISTENT = """
SELECT (SELECT count(*) FROM exchange.booking WHERE state = 'confirmed') = (SELECT count(*) FROM exchange.confirmation)
  AND (SELECT coalesce(sum(b.sign * c.confirmed_cents), 0) FROM exchange.confirmation c JOIN exchange.booking b ON (b.owner_id, b.id) = (c.owner_id, c.booking_id))
    = (SELECT coalesce(sum(cents), 0) FROM exchange.volume)
"""


@pytest.fixture
async def ground(fresh_database):
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        one = await an_order(conn, cast, cast.nord, cast.sued)
        other = await an_order(conn, cast, cast.fremd, cast.sued)
    return fresh_database.pool, cast, one, other


async def bookings(pool, actor, order, count):
    async with committed(pool, actor.viewer) as conn:
        return [(await a_booking(conn, actor, order, 100_00 + n)).id for n in range(count)]


async def proves(pool):
    async with committed(pool, SYSTEM) as conn:
        assert (await verify_ledger(conn)).ok
        assert await conn.fetchval(CONSISTENT)


async def test_two_confirms_at_once(ground):
    pool, cast, order, _other = ground
    ids = await bookings(pool, cast.nord, order, 12)

    async def confirm(booking, viewer):
        try:
            async with committed(pool, viewer) as conn:
                await confirm_booking(conn, viewer, booking)
        except (Refused, Conflict):
            return 0
        return 1

    done = await asyncio.gather(
        *(confirm(i, v) for i in ids for v in (cast.sued.viewer, cast.sued.second))
    )
    assert sum(done) == 12
    await proves(pool)


async def test_overlapping_batches_never_lock_each_other_out(ground):
    pool, cast, order, other = ground
    ids = await bookings(pool, cast.nord, order, 30) + await bookings(pool, cast.fremd, other, 30)
    chance = random.Random(7)

    async def batch():
        some = chance.sample(ids, 20)
        async with committed(pool, cast.sued.viewer) as conn:
            done = await confirm_bookings(
                conn, cast.sued.viewer, [Signing(i) for i in some], skip_refused=True
            )
        return len(done.confirmed)

    counts = await asyncio.gather(*(batch() for _ in range(24)))
    async with committed(pool, SYSTEM) as conn:
        assert sum(counts) == await conn.fetchval("SELECT count(*) FROM exchange.confirmation")
    await proves(pool)


async def test_confirm_against_withdraw(ground):
    pool, cast, order, _other = ground
    ids = await bookings(pool, cast.nord, order, 10)

    async def act(action, viewer, booking, **kw):
        try:
            async with committed(pool, viewer) as conn:
                await action(conn, viewer, booking, **kw)
        except KdnxError:
            return 0
        return 1

    pairs = await asyncio.gather(
        *(act(confirm_booking, cast.sued.viewer, i) for i in ids),
        *(act(withdraw_booking, cast.nord.viewer, i, reason="doch nicht") for i in ids),
    )
    assert sum(pairs) == 10
    await proves(pool)


async def test_one_reversal_wins(ground):
    pool, cast, order, _other = ground
    (booking,) = await bookings(pool, cast.nord, order, 1)
    async with committed(pool, cast.sued.viewer) as conn:
        await confirm_booking(conn, cast.sued.viewer, booking)

    async def reverse(viewer):
        try:
            async with committed(pool, viewer) as conn:
                await reverse_booking(conn, viewer, booking, reason="doppelt gebucht")
        except Refused:
            return 0
        return 1

    viewers = (cast.nord.viewer, cast.sued.viewer, cast.nord.second, cast.sued.second)
    assert sum(await asyncio.gather(*(reverse(v) for v in viewers))) == 1


async def test_a_killed_connection_leaves_nothing_half_done(ground, fresh_database):
    pool, cast, order, _other = ground
    ids = await bookings(pool, cast.nord, order, 3)
    owner = await asyncpg.connect(fresh_database.owner_dsn)

    async def confirm_all(*, die: bool):
        async with committed(pool, cast.sued.viewer) as conn:
            pid = await conn.fetchval("SELECT pg_backend_pid()")
            done = await confirm_bookings(conn, cast.sued.viewer, [Signing(i) for i in ids])
            if die:
                await owner.execute("SELECT pg_terminate_backend($1)", pid)
                await asyncio.sleep(0.2)
        return len(done.confirmed)

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await confirm_all(die=True)
    assert await owner.fetchval("SELECT count(*) FROM exchange.transfer") == 0
    await owner.close()
    assert await confirm_all(die=False) == 3
    await proves(pool)
