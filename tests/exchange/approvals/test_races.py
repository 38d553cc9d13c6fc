"""Two people at the same step over real connections: one signature, one number a wish."""

import asyncio
from datetime import date

from exchange.approvals.actions import approve_order
from exchange.approvals.store import list_approvals
from exchange.orders.actions import create_order, read_order
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.errors import KdnxError
from kdnx.viewer import Scope, Viewer
from tests.cast import make_cast
from tests.catalog.build import an_offering
from tests.exchange.order_build import NOW, a_wish, an_order_at

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def test_two_signatures_at_once_are_one(fresh_database):
    pool = fresh_database.pool
    async with transaction(pool, SYSTEM, finish=finish, now=NOW) as conn:
        cast = await make_cast(conn)
        order = await an_order_at(conn, cast, "approved_hub")

    async def sign(viewer):
        try:
            async with transaction(pool, viewer, finish=finish, now=NOW) as conn:
                await approve_order(conn, viewer, order.id, expected=order.row_version)
        except KdnxError as error:
            return error.code
        return "signed"

    told = await asyncio.gather(*(sign(v) for v in (cast.sued.viewer, cast.sued.second) * 4))
    assert sorted(told).count("signed") == 1
    assert set(told) <= {"signed", "stale", "wrong_state"}
    async with transaction(pool, SYSTEM, now=NOW) as conn:
        assert (await read_order(conn, SYSTEM, order.id)).state == "active"
        signed = await list_approvals(conn, order.owner_id, order.id)
        assert [a.side for a in signed].count("recipient") == 1


async def test_wishes_at_once_draw_numbers_without_gap(fresh_database):
    pool = fresh_database.pool
    async with transaction(pool, SYSTEM, finish=finish, now=NOW) as conn:
        cast = await make_cast(conn)
        offering = await an_offering(conn, cast.nord)

    async def wish(n):
        async with transaction(pool, cast.sued.viewer, finish=finish, now=NOW) as conn:
            starts = date(2027, 1, 1 + n)
            return (
                await create_order(conn, cast.sued.viewer, a_wish(offering.id, starts_on=starts))
            ).number

    numbers = await asyncio.gather(*(wish(n) for n in range(12)))
    assert sorted(numbers) == [f"L-2026-{n:04d}" for n in range(1, 13)]
