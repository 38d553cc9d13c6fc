"""Several people accept at once over real connections: one order."""

import asyncio

from catalog.interests.actions import make_move, read_interest
from catalog.interests.model import InterestEvent
from exchange.acceptance.actions import accept_offer
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.errors import KdnxError
from kdnx.viewer import Scope, Viewer
from tests.cast import make_cast
from tests.catalog.interests.interest_build import NOW, an_interest

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def prepared(pool):
    async with transaction(pool, SYSTEM, finish=finish, now=NOW) as conn:
        cast = await make_cast(conn)
        return cast, await an_interest(conn, cast, "offered")


async def test_two_offices_at_once_make_one_order(fresh_database):
    pool = fresh_database.pool
    cast, made = await prepared(pool)

    async def accept(viewer):
        try:
            async with transaction(pool, viewer, finish=finish, now=NOW) as conn:
                await accept_offer(conn, viewer, made.id, expected=made.row_version)
        except KdnxError as error:
            return error.code
        return "accepted"

    told = await asyncio.gather(*(accept(v) for v in (cast.sued.viewer, cast.sued.second) * 4))
    assert sorted(told) == ["accepted"] + ["interest_accepted"] * 7
    async with transaction(pool, SYSTEM, now=NOW) as conn:
        assert await conn.fetchval("SELECT count(*) FROM exchange.service_order") == 1
        assert await conn.fetchval("SELECT count(*) FROM exchange.acceptance") == 1
        assert await conn.fetchval("SELECT last FROM kdnx.number_series WHERE series = 'L'") == 1
        assert (await read_interest(conn, SYSTEM, made.id)).state == "accepted"


async def test_accepting_and_withdrawing_at_once_leave_one_truth(fresh_database):
    pool = fresh_database.pool
    cast, made = await prepared(pool)

    async def act(viewer, *, accepts):
        try:
            async with transaction(pool, viewer, finish=finish, now=NOW) as conn:
                if accepts:
                    await accept_offer(conn, viewer, made.id, expected=made.row_version)
                else:
                    await make_move(
                        conn,
                        viewer,
                        made.id,
                        InterestEvent.WITHDRAW,
                        reason="vorbei",
                        expected=made.row_version,
                    )
        except KdnxError as error:
            return error.code
        return "accepted" if accepts else "withdrawn"

    told = await asyncio.gather(
        act(cast.sued.viewer, accepts=True), act(cast.sued.second, accepts=False)
    )
    async with transaction(pool, SYSTEM, now=NOW) as conn:
        state = (await read_interest(conn, SYSTEM, made.id)).state
        count = await conn.fetchval("SELECT count(*) FROM exchange.service_order")
    assert state in told
    assert count == (1 if state == "accepted" else 0)
    assert len([t for t in told if t in {"accepted", "withdrawn"}]) == 1
