"""A position is one snapshot: read while others sign, it is what its own place in the chain says ever after."""

import asyncio

from exchange.positions.model import Moment
from exchange.positions.reading import read_position
from exchange.signing.actions import confirm_booking
from tests.cast import make_cast
from tests.exchange.build import SYSTEM, a_booking, an_order, committed

BOOKINGS, READERS, LOOKS = 40, 4, 8


async def test_readers_beside_eight_signers_read_what_the_place_says_later(fresh_database):
    pool = fresh_database.pool
    async with committed(pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        order = await an_order(conn, cast, cast.nord, cast.sued)
        rows = [(await a_booking(conn, cast.nord, order, 100_00 + n)).id for n in range(BOOKINGS)]
    viewer = cast.nord.viewer
    seen = []

    async def sign(some):
        for booking in some:
            async with committed(pool, cast.sued.viewer) as conn:
                await confirm_booking(conn, cast.sued.viewer, booking)

    async def look():
        for _n in range(LOOKS):
            async with committed(pool, viewer) as conn:
                seen.append(await read_position(conn, viewer, cast.nord.id, Moment()))

    await asyncio.gather(*(sign(rows[n::8]) for n in range(8)), *(look() for _n in range(READERS)))
    async with committed(pool, viewer) as conn:
        last = await read_position(conn, viewer, cast.nord.id, Moment())
        assert last.all.net_cents == sum(100_00 + n for n in range(BOOKINGS))
        known = [r for r in seen if r.places]
        assert len({r.places[0].seq for r in known}) > 1  # it did move meanwhile
        for reading in known:
            (place,) = reading.places
            again = await read_position(
                conn, viewer, cast.nord.id, Moment(chain=place.chain_id, seq=place.seq)
            )
            assert (again.all, again.places) == (reading.all, reading.places)
