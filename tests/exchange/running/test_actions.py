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
    refuse_termination,
    request_termination,
    resume_order,
    withdraw_termination,
)
from exchange.running.store import list_terminations
from kdnx.clock import berlin_day
from kdnx.errors import Forbidden, Invalid, Refused
from kdnx.tasks.actions import list_my_tasks
from kdnx.viewer import Scope, Viewer
from tests.exchange.order_build import NOW, an_offer, an_order_at

SYSTEM = Viewer(scope=Scope.SYSTEM)
USES = "SELECT valid_from, valid_to FROM catalog.offering_use"


async def test_an_order_rests_and_goes_on(conn, cast):
    order = await an_order_at(conn, cast)
    with pytest.raises(Invalid):
        await pause_order(conn, cast.sued.viewer, order.id, reason="", expected=None)
    order = await pause_order(
        conn,
        cast.sued.viewer,
        order.id,
        reason="Umzug des Rechenzentrums",
        expected=order.row_version,
    )
    assert order.state == "paused"
    order = await resume_order(conn, cast.sued.viewer, order.id, expected=order.row_version)
    assert order.state == "active"


async def test_notice_is_given_confirmed_and_runs_out(conn, cast):
    order = await an_order_at(conn, cast)
    sued, nord = cast.sued.viewer, cast.nord.second
    with pytest.raises(Refused, match="Kündigungsfrist"):
        await request_termination(
            conn,
            sued,
            order.id,
            on=conn.today + timedelta(days=10),
            reason="kein Bedarf",
            expected=None,
        )
    with pytest.raises(Invalid):
        await request_termination(
            conn, sued, order.id, on=None, reason="kein Bedarf", expected=None
        )
    last = date(conn.today.year + 1, 12, 31)
    order = await request_termination(
        conn, sued, order.id, on=last, reason="kein Bedarf", expected=order.row_version
    )
    assert (order.state, order.termination_on) == ("active", last)
    with pytest.raises(Forbidden):
        await confirm_termination(conn, sued, order.id, expected=None)
    with pytest.raises(Refused):
        await request_termination(
            conn, sued, order.id, on=last, reason="noch einmal", expected=None
        )
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
    assert [tuple(r) for r in await conn.fetch(USES)] == [
        (date(2026, 7, 1), last + timedelta(days=1))
    ]


async def test_an_order_does_not_rest_while_its_notice_waits(conn, cast):
    order = await an_order_at(conn, cast)
    await request_termination(
        conn, cast.sued.viewer, order.id, on=date(2027, 12, 31), reason="kein Bedarf", expected=None
    )
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
    order = await an_order_at(
        conn, cast, "approved_hub", offer=an_offer(valid_until=berlin_day(NOW))
    )
    await conn.act_as(SYSTEM)
    assert await lapse_due(conn) == 0
    conn.now += timedelta(days=1)
    assert await lapse_due(conn) == 1
    after = await read_order(conn, SYSTEM, order.id)
    assert (after.state, after.offer_valid_until) == ("coordinating", None)


async def asked(conn, cast):
    """An order whose recipient gave notice to the end of 2027."""
    order = await an_order_at(conn, cast)
    return await request_termination(
        conn,
        cast.sued.viewer,
        order.id,
        on=date(2027, 12, 31),
        reason="kein Bedarf",
        expected=order.row_version,
    )


async def test_a_notice_is_rejected_with_a_reason_and_the_order_goes_on(conn, cast):
    order = await asked(conn, cast)
    nord = cast.nord.second
    await conn.act_as(nord)
    (task,) = [
        t
        for t in await list_my_tasks(conn, nord, kind="order")
        if t.kind == "order.confirm_termination"
    ]
    assert task.due_at is not None
    assert task.due_at.date() == date(2026, 12, 7)  # fourteen days on are a Sunday
    with pytest.raises(Invalid):
        await refuse_termination(conn, nord, order.id, reason="", expected=None)
    with pytest.raises(Forbidden):
        await withdraw_termination(conn, nord, order.id, expected=None)
    order = await refuse_termination(
        conn, nord, order.id, reason="Vollmacht fehlt (§ 174 BGB)", expected=order.row_version
    )
    assert (order.state, order.termination_by, order.termination_on, order.terminated_on) == (
        "active",
        None,
        None,
        None,
    )
    (told,) = await list_terminations(conn, order.owner_id, order.id)
    assert (told.state, told.answer, told.answered_by, told.last_day) == (
        "refused",
        "Vollmacht fehlt (§ 174 BGB)",
        cast.nord.id,
        date(2027, 12, 31),
    )
    assert (told.service_until, told.may_repeat) == (None, True)
    assert await list_my_tasks(conn, nord, kind="order.confirm") == []
    await conn.act_as(cast.sued.viewer)
    again = await request_termination(
        conn,
        cast.sued.viewer,
        order.id,
        on=date(2027, 12, 31),
        reason="mit Vollmacht",
        expected=None,
    )
    assert again.termination_by == cast.sued.id


async def test_a_notice_is_taken_back_by_the_side_that_gave_it(conn, cast):
    order = await asked(conn, cast)
    with pytest.raises(Forbidden):
        await refuse_termination(
            conn, cast.sued.viewer, order.id, reason="doch nicht", expected=None
        )
    order = await withdraw_termination(conn, cast.sued.viewer, order.id, expected=order.row_version)
    assert (order.state, order.termination_by) == ("active", None)
    await conn.act_as(cast.nord.second)
    with pytest.raises(Forbidden):
        await confirm_termination(conn, cast.nord.second, order.id, expected=None)
    (told,) = await list_terminations(conn, order.owner_id, order.id)
    assert (told.state, told.may_repeat) == ("withdrawn", True)


async def test_the_outcome_of_a_notice_is_read_on_the_page_and_by_machines(client, conn, cast):
    order = await asked(conn, cast)
    sued, nord = client.as_(cast.sued.viewer), client.as_(cast.nord.second)
    page = (await nord.get(f"/orders/{order.id}")).text
    assert "Kündigung zurückweisen" in page
    assert "weiter bis 31.12.2027" in page
    assert "bis 07.12.2026" in page
    assert "Kündigung zurückziehen" in (await sued.get(f"/orders/{order.id}")).text
    sent = {"row_version": str(order.row_version), "reason": "Frist nicht gewahrt"}
    assert (
        await nord.post(f"/orders/{order.id}/moves/refuse_termination", sent)
    ).status_code == 303
    page = (await sued.get(f"/orders/{order.id}")).text
    assert "zurückgewiesen" in page
    assert "Frist nicht gewahrt" in page
    assert "unverändert weiter" in page
    (item,) = (await sued.get(f"/api/v1/orders/{order.id}/terminations")).json()["items"]
    assert (item["state"], item["service_until"], item["may_repeat"]) == ("refused", None, True)
    assert (
        await client.as_(cast.fremd.viewer).get(f"/api/v1/orders/{order.id}/terminations")
    ).status_code == 404
