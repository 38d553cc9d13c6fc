"""The calendar on several connections at once, with people in between: every period is booked once."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal

from exchange.bookings import store as bookings
from exchange.bookings.store import BookingFilter
from exchange.schedules.actions import propose_due, report_quantities, switch_schedule
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.errors import KdnxError
from kdnx.viewer import Scope, Viewer
from tests.cast import make_cast
from tests.exchange.order_build import NOW, an_order_at
from tests.exchange.schedules.test_actions import usage_offer

SYSTEM = Viewer(scope=Scope.SYSTEM)
LATER = datetime(2027, 1, 2, 9, 0, tzinfo=UTC)


async def test_jobs_and_people_at_once_book_each_period_once(fresh_database):
    pool = fresh_database.pool
    async with transaction(pool, SYSTEM, finish=finish, now=NOW) as conn:
        cast = await make_cast(conn)
        order = await an_order_at(conn, cast, offer=usage_offer())
        await conn.act_as(SYSTEM)
        await propose_due(conn)
    nord = cast.nord.viewer

    async def job():
        async with transaction(pool, SYSTEM, finish=finish, now=LATER) as conn:
            await propose_due(conn)

    async def report(viewer):
        async with transaction(pool, viewer, finish=finish, now=LATER) as conn:
            await report_quantities(conn, viewer, order.id, date(2026, 7, 1), {2: Decimal(10)})

    async def switch():
        async with transaction(pool, nord, finish=finish, now=LATER) as conn:
            await switch_schedule(conn, nord, order.id, is_on=True, begins=None, expected=None)

    async def told(act):
        try:
            await act
        except KdnxError as error:
            return error.code
        return "done"

    acts = [job(), report(nord), switch(), job(), report(cast.nord.second), job(), switch()]
    said = await asyncio.gather(*(told(a) for a in acts))
    assert set(said) <= {"done", "quantity_reported", "booking_reference_once"}
    async with transaction(pool, SYSTEM, finish=finish, now=LATER) as conn:
        while await propose_due(conn):
            pass
        rows = await bookings.list_bookings(conn, None, BookingFilter(order_id=order.id), 100)
    references = sorted(str(b.reference) for b in rows)
    months = [f"{order.number}/2026-{m:02d}" for m in range(7, 13)]
    assert references == sorted([*months, f"{order.number}/2026-07/Nutzung"])
    assert sorted(b.ordinal for b in rows) == list(range(1, len(rows) + 1))
