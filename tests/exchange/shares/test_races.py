"""A settlement of cost proposed in the moment the year is closed: whole before it, refused in it, late after it."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from exchange.closing import actions as closing
from exchange.shares import store
from exchange.shares.actions import Figures, create_pool, propose_pool
from exchange.shares.model import KeyKind
from exchange.signing.actions import confirm_booking
from kdnx.errors import Refused
from kdnx.ids import named_id
from tests.cast import make_cast
from tests.exchange.build import SYSTEM, an_order, committed
from tests.exchange.closing.build import Y, a_confirmed, started

OFFERING = named_id("offering", "hosting")
COST = Figures(KeyKind.EQUAL, 5_000_00, by_days=False)
AFTER = datetime(Y + 1, 2, 15, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("delay", [0.0, 0.03, 0.08])
async def test_a_proposal_meets_the_close(fresh_database, delay):
    pool = fresh_database.pool
    async with committed(pool, SYSTEM) as conn:
        conn.now = AFTER
        cast = await make_cast(conn)
        order = await an_order(conn, cast, cast.nord, cast.sued)
        await a_confirmed(
            conn, cast.nord, cast.sued, order, 1_000_00, date(Y, 3, 1), date(Y, 3, 31)
        )
    async with committed(pool, cast.nord.viewer) as conn:
        conn.now = AFTER
        draft = await create_pool(conn, cast.nord.viewer, OFFERING, Y, COST)

    async def propose():
        await asyncio.sleep(delay)
        try:
            async with committed(pool, cast.nord.viewer) as conn:
                conn.now = AFTER
                return await propose_pool(conn, cast.nord.viewer, draft.id, expected=None)
        except Refused as error:
            return error

    async def close():
        async with committed(pool, cast.hub.viewer) as conn:
            await started(conn, cast)
        await asyncio.sleep(0.05)
        async with committed(pool, cast.hub.viewer) as conn:
            await closing.prove_chains(conn, cast.hub.viewer, Y)
        async with committed(pool, cast.hub.second) as conn:
            await closing.close_period(conn, cast.hub.second, Y, lists_open=True)

    said, _closed = await asyncio.gather(propose(), close())
    if isinstance(said, Refused):
        assert said.code == "period_closing"
        async with committed(pool, SYSTEM) as conn:
            assert await conn.fetchval("SELECT state FROM exchange.cost_pool") == "draft"
            assert await conn.fetchval("SELECT count(*) FROM exchange.booking WHERE kind = 'cost_share'") == 0  # fmt: skip
        # the year is closed now: the same draft goes through and counts late
        async with committed(pool, cast.nord.viewer) as conn:
            conn.now = AFTER
            said = await propose_pool(conn, cast.nord.viewer, draft.id, expected=None)
    (row,) = said
    async with committed(pool, cast.sued.viewer) as conn:
        assert (await confirm_booking(conn, cast.sued.viewer, row.id)).book_year == Y + 1
    async with committed(pool, SYSTEM) as conn:
        assert not await conn.fetch(store.WRONG_SUMS) and not await conn.fetch(store.WRONG_BOOKINGS)
