"""Pause, notice, end."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.bookings.actions import Proposal, propose_booking
from exchange.orders.actions import read_order
from exchange.running.actions import (
    confirm_termination,
    end_due,
    lapse_due,
    pause_order,
    request_termination,
    resume_order,
)
from kdnx.errors import Forbidden, Invalid, Refused
from kdnx.viewer import Scope, Viewer
from tests.exchange.order_build import an_offer, an_order_at

SYSTEM = Viewer(scope=Scope.SYSTEM)
USES = "SELECT valid_from, valid_to FROM catalog.offering_use"


async def test_an_order_rests_and_goes_on(conn, cast):
    order = await an_order_at(conn, cast)
    with pytest.raises(Invalid):
        await pause_order(conn, cast.sued.viewer, order.id, reason="", expected=None)
    order = await pause_order(conn, cast.sued.viewer, order.id, reason="Umzug des Rechenzentrums", expected=order.row_version)
    assert order.state == "paused"
    order = await resume_order(conn, cast.sued.viewer, order.id, expected=order.row_version)
    assert order.state == "active"


async def test_notice_is_given_confirmed_and_runs_out(conn, cast):
    order = await an_order_at(conn, cast)
    sued, nord = cast.sued.viewer, cast.nord.second
    with pytest.raises(Refused, match="Kündigungsfrist"):
        await request_termination(conn, sued, order.id, on=conn.today + timedelta(days=10), reason="kein Bedarf", expected=None)
    with pytest.raises(Invalid):
        await request_termination(conn, sued, order.id, on=None, reason="kein Bedarf", expected=None)
    last = date(conn.today.year + 1, 12, 31)
    order = await request_termination(conn, sued, order.id, on=last, reason="kein Bedarf", expected=order.row_version)
    assert (order.state, order.termination_on) == ("active", last)
    with pytest.raises(Forbidden):
        await confirm_termination(conn, sued, order.id, expected=None)
    with pytest.raises(Refused):
        await request_termination(conn, sued, order.id, on=last, reason="noch einmal", expected=None)
    await conn.act_as(nord)
    order = await confirm_termination(conn, nord, order.id, expected=order.row_version)
    assert order.state == "notice_given"
    assert (await read_order(conn, nord, order.id)).runs_until == last
    await conn.act_as(SYSTEM)
    assert await end_due(conn) == 0
    conn.now += last - conn.today + timedelta(days=1)
    assert await end_due(conn) == 1
    assert await end_due(conn) == 0
    assert (await read_order(conn, SYSTEM, order.id)).state == "ended"
    assert [tuple(r) for r in await conn.fetch(USES)] == [(date(2026, 7, 1), last + timedelta(days=1))]


async def test_an_order_does_not_rest_while_its_notice_waits(conn, cast):
    order = await an_order_at(conn, cast)
    await request_termination(conn, cast.sued.viewer, order.id, on=date(2027, 12, 31), reason="kein Bedarf", expected=None)
    with pytest.raises(Refused, match="ruht der Leistungsschein nicht"):
        await pause_order(conn, cast.sued.viewer, order.id, reason="Umzug", expected=None)


async def test_nothing_is_booked_for_service_after_the_last_day_of_a_terminated_order(conn, cast):
    order = await an_order_at(conn, cast)
    sued, nord = cast.sued.viewer, cast.nord.second
    last = date(2027, 3, 15) + timedelta(days=16)
    await request_termination(conn, sued, order.id, on=last, reason="kein Bedarf", expected=None)
    await conn.act_as(nord)
    await confirm_termination(conn, nord, order.id, expected=None)
    late = Proposal(order.id, date(2027, 3, 1), last + timedelta(days=1), 120_000)
    with pytest.raises(Refused, match="außerhalb der Laufzeit") as refused:
        await propose_booking(conn, nord, late)
    assert refused.value.rule == "Der Leistungsschein läuft vom 01.07.2026 bis 31.03.2027."
    assert (await propose_booking(conn, nord, replace(late, service_to=last))).state == "proposed"


async def test_a_fixed_term_ends_by_itself(conn, cast):
    order = await an_order_at(conn, cast, offer=an_offer(ends_on=date(2026, 12, 31)))
    await conn.act_as(SYSTEM)
    conn.now += date(2027, 1, 1) - conn.today
    assert await end_due(conn) == 1
    assert (await read_order(conn, SYSTEM, order.id)).state == "ended"


async def test_an_offer_lapses_after_its_last_day(conn, cast):
    order = await an_order_at(conn, cast, "approved_hub", offer=an_offer(valid_until=conn.today))
    await conn.act_as(SYSTEM)
    assert await lapse_due(conn) == 0
    conn.now += timedelta(days=1)
    assert await lapse_due(conn) == 1
    after = await read_order(conn, SYSTEM, order.id)
    assert (after.state, after.offer_valid_until) == ("coordinating", None)
