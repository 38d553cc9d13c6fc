"""What bookings show elsewhere: search, start tile, the section of the order's page, tasks."""

import pytest

from exchange.bookings.pages import order_section
from exchange.bookings.part import find_bookings, start_tiles
from exchange.signing.actions import confirm_booking, confirm_part
from tests.exchange.build import SYSTEM, a_booking, an_order

OPEN_TASKS = "SELECT owner_id FROM kdnx.task WHERE object_id = $1 AND state = 'open'"


@pytest.fixture
async def row(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued, number="L-2026-0001")
    return await a_booking(conn, cast.nord, order, 500_00, reference="LS-77")


async def test_search_and_tile(conn, cast, row):
    await conn.act_as(cast.sued.viewer)
    hits = await find_bookings(conn, cast.sued.viewer, "L-2026-0001/1", 8)
    assert [h.url for h in hits] == [f"/bookings/{row.id}"]
    assert len(await find_bookings(conn, cast.sued.viewer, "LS-77", 8)) == 1
    assert [t.value for t in await start_tiles(conn, cast.sued.viewer)] == ["1"]
    assert await start_tiles(conn, cast.nord.viewer) == []
    await conn.act_as(cast.fremd.viewer)
    assert await find_bookings(conn, cast.fremd.viewer, "LS-77", 8) == []
    assert await find_bookings(conn, cast.committee, "LS-77", 8) == []


async def test_section_of_the_order(conn, cast, row):
    await conn.act_as(cast.nord.viewer)
    template, values = await order_section(conn, cast.nord.viewer, row.order_id)
    assert template == "bookings/order_section.html"
    assert [r.id for r in values["rows"]] == [row.id]
    assert values["is_open"]
    await conn.act_as(cast.sued.viewer)
    _template, other = await order_section(conn, cast.sued.viewer, row.order_id)
    assert other["rows"] and not other["is_open"]
    assert await order_section(conn, cast.committee, row.order_id) is None


async def test_the_sum_of_confirmed_bookings_is_what_was_confirmed(conn, cast, row):
    await conn.act_as(cast.sued.viewer)
    await confirm_part(
        conn, cast.sued.viewer, row.id, cents=300_00, reason="nur ein Teil geliefert"
    )
    _template, values = await order_section(conn, cast.sued.viewer, row.order_id)
    assert values["states"] == {"confirmed": (1, 300_00), "disputed": (1, 200_00)}


async def test_the_task_waits_for_the_other_side_and_ends_with_the_signature(conn, cast, row):
    await conn.act_as(SYSTEM)
    assert [r["owner_id"] for r in await conn.fetch(OPEN_TASKS, row.id)] == [cast.sued.id]
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, row.id)
    await conn.act_as(SYSTEM)
    assert await conn.fetch(OPEN_TASKS, row.id) == []
