"""The functions of the second signature ask for the same rights as the policies of the tables they write."""

from dataclasses import replace

import asyncpg
import pytest

from exchange.signing.actions import confirm_booking
from kdnx.viewer import Scope
from tests.cast import make_cast
from tests.exchange.build import SYSTEM, a_booking, an_order, committed

READ = "SELECT (l.b).id FROM exchange.read_to_sign($1, $2, $3, $4) l"
LOCK = "SELECT (l.b).id FROM exchange.lock_to_sign($1) l"
SIGN = """
SELECT exchange.sign_bookings($1, $2, '{100}', '{0}', '{S19}', '{S19}', $3, '{null}', '{signed}', '{2026}', '{7}', '{t}', '{}', ARRAY[$4::timestamptz],
  ARRAY[sha256('x')], $4)
"""
STATE = "SELECT state FROM exchange.booking WHERE id = $1"


@pytest.fixture
async def ground(fresh_database):
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        order = await an_order(conn, cast, cast.nord, cast.sued)
    async with committed(fresh_database.pool, cast.nord.viewer) as conn:
        booking = await a_booking(conn, cast.nord, order, 100_00)
    return fresh_database.pool, cast, booking


async def read(conn, booking):
    found = await conn.fetch(
        READ, [booking.owner_id], [booking.id], [booking.order_id], [booking.service_to]
    )
    return [r["id"] for r in found]


async def test_both_parties_and_who_sees_all_read_what_a_signature_needs(ground):
    pool, cast, booking = ground
    for viewer in (cast.nord.viewer, cast.sued.viewer, SYSTEM):
        async with committed(pool, viewer) as conn:
            assert await read(conn, booking) == [booking.id]


async def test_nobody_else_reads_or_locks_it(ground):
    pool, cast, booking = ground
    committee = replace(cast.sued.viewer, scope=Scope.COMMITTEE, members=())
    for viewer in (cast.fremd.viewer, committee):
        async with committed(pool, viewer) as conn:
            assert await read(conn, booking) == []
            assert await conn.fetch(LOCK, [booking.id]) == []


async def test_a_third_house_signs_nothing(ground):
    pool, cast, booking = ground
    async with committed(pool, cast.fremd.viewer) as conn:
        own = await conn.fetchval(SIGN, [booking.owner_id], [booking.id], [cast.fremd.id], conn.now)
        assert own == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with committed(pool, cast.fremd.viewer) as conn:
            await conn.fetchval(SIGN, [booking.owner_id], [booking.id], [cast.sued.id], conn.now)
    async with committed(pool, SYSTEM) as conn:
        assert await conn.fetchval(STATE, booking.id) == "proposed"
        assert await conn.fetchval("SELECT count(*) FROM exchange.confirmation") == 0


@pytest.mark.parametrize("scope", [Scope.AUDIT, Scope.COMMITTEE])
async def test_who_only_looks_signs_nothing(ground, scope):
    pool, cast, booking = ground
    viewer = replace(cast.sued.viewer, scope=scope)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with committed(pool, viewer) as conn:
            await conn.fetchval(SIGN, [booking.owner_id], [booking.id], [cast.sued.id], conn.now)


async def test_a_signed_booking_is_not_signed_or_posted_again(ground):
    pool, cast, booking = ground
    async with committed(pool, cast.sued.viewer) as conn:
        await confirm_booking(conn, cast.sued.viewer, booking.id)
    async with committed(pool, cast.sued.viewer) as conn:
        again = await conn.fetchval(
            SIGN, [booking.owner_id], [booking.id], [cast.sued.id], conn.now
        )
        assert again == 0
    async with committed(pool, SYSTEM) as conn:
        assert await conn.fetchval("SELECT count(*) FROM exchange.confirmation") == 1
