"""A change goes round all sides, the old terms hold until its day, and bookings follow the day of service."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from exchange.amendments import store
from exchange.amendments.actions import propose_amendment, step_amendment
from exchange.amendments.due import SUCCESSIONS, move_due
from exchange.amendments.law import name_in_amendment
from exchange.amendments.model import AmendmentEvent
from exchange.amendments.renewals import preview_renewals, renew_orders
from exchange.amendments.schemas import AmendBody
from exchange.bookings.actions import get_terms
from exchange.continuation.store import UNSIGNED_ORDERS
from exchange.orders.actions import read_order
from exchange.orders.store import get_order_version_for
from exchange.running.actions import confirm_termination, end_due, request_termination
from kdnx.errors import Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.tasks.actions import list_my_tasks
from kdnx.viewer import Scope, Viewer
from tests.exchange.cooperations.coop_build import concluded
from tests.exchange.order_build import NOW, an_offer, an_order_at
from tests.exchange.schedules.test_actions import booked, run

SYSTEM = Viewer(scope=Scope.SYSTEM)
E = AmendmentEvent
JANUARY = date(2027, 1, 1)


def a_wish(**over):
    lines = [{"label": "Sicherung", "unit": "je Arbeitsplatz", "period": "month", "quantity": Decimal(24), "unit_price_micro": 100_000_000}]  # fmt: skip
    values = {"valid_from": JANUARY, "reason": "Zweiter Standort", "lines": lines, **over}
    return AmendBody.model_validate(values, strict=False)


async def propose(conn, viewer, order, **over):
    await conn.act_as(viewer)
    return await propose_amendment(conn, viewer, order.id, a_wish(**over))


async def sign(conn, cast, made, events=("provider", "hub", "recipient")):
    who = {"provider": cast.nord.second, "hub": cast.hub.second, "recipient": cast.sued.second, "review": cast.hub.viewer}  # fmt: skip
    for name in events:
        event = E.REVIEW if name == "review" else E(f"approve_{name}")
        await conn.act_as(who[name])
        made = await step_amendment(
            conn, who[name], made.id, event, reason="geprüft", expected=made.row_version
        )
    return made


async def at(conn, now):
    conn.now = now
    await conn.act_as(SYSTEM)


async def test_a_change_goes_round_and_holds_from_its_day(conn, cast):
    order = await an_order_at(conn, cast)
    made = await propose(conn, cast.sued.viewer, order)
    assert made.state == "proposed" and not made.needs_legal
    await conn.act_as(cast.nord.second)
    assert len(await list_my_tasks(conn, cast.nord.second, kind="amendment.approve_provider")) == 1
    made = await sign(conn, cast, made)
    assert made.state == "agreed"
    await at(conn, NOW)
    assert await move_due(conn) == 0
    assert (await read_order(conn, SYSTEM, order.id)).current_version == order.current_version
    await run(conn, datetime(2027, 2, 2, 9, 0, tzinfo=UTC))
    assert await move_due(conn) == 1 and await move_due(conn) == 0
    after = await read_order(conn, SYSTEM, order.id)
    assert after.current_version == made.version and after.yearly_net_cents == 28_800_00
    rows = await booked(conn, order.id)
    assert [(b.service_from, b.net_cents, b.order_version) for b in rows[-2:]] == [
        (date(2026, 12, 1), 1_200_00, order.current_version),
        (JANUARY, 2_400_00, made.version),
    ]
    assert (await get_terms(conn, order.id, date(2026, 12, 31))).version == order.current_version
    assert not await conn.fetch(UNSIGNED_ORDERS)


async def test_a_new_legal_route_is_reviewed_first(conn, cast):
    order = await an_order_at(conn, cast)
    made = await propose(
        conn, cast.nord.viewer, order, legal_route="cooperation_108_6", legal_reason="Vertrag vom 1. Oktober"
    )  # fmt: skip
    assert made.needs_legal
    await conn.act_as(cast.nord.second)
    with pytest.raises(Refused, match="nicht möglich"):
        await step_amendment(conn, cast.nord.second, made.id, E.APPROVE_PROVIDER, expected=None)
    with pytest.raises(Refused, match="nennt noch keine Zusammenarbeit"):
        await sign(conn, cast, made, ("review",))
    c = await concluded(conn, cast.nord, cast.sued)
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden):
        await name_in_amendment(conn, cast.sued.viewer, made.id, c.id)
    await conn.act_as(cast.nord.viewer)
    assert len(await list_my_tasks(conn, cast.nord.viewer, kind="order.cooperation")) == 1
    await name_in_amendment(conn, cast.nord.viewer, made.id, c.id)
    assert not await list_my_tasks(conn, cast.nord.viewer, kind="order.cooperation")
    made = await sign(conn, cast, made, ("review", "provider", "hub", "recipient"))
    assert made.state == "agreed"


async def test_nobody_signs_what_they_wrote_nor_for_another_side(conn, cast):
    order = await an_order_at(conn, cast)
    made = await propose(conn, cast.nord.viewer, order)
    with pytest.raises(Refused, match="nicht selbst frei"):
        await step_amendment(conn, cast.nord.viewer, made.id, E.APPROVE_PROVIDER, expected=None)
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden, match="anderen Seite"):
        await step_amendment(conn, cast.sued.viewer, made.id, E.APPROVE_PROVIDER, expected=None)
    with pytest.raises(Stale):
        await step_amendment(conn, cast.sued.viewer, made.id, E.DECLINE, reason="zu viel", expected=7)  # fmt: skip
    with pytest.raises(Invalid):
        await step_amendment(conn, cast.sued.viewer, made.id, E.DECLINE, expected=None)
    gone = await step_amendment(conn, cast.sued.viewer, made.id, E.DECLINE, reason="zu viel", expected=1)  # fmt: skip
    assert (gone.state, gone.answer) == ("declined", "zu viel")
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await step_amendment(conn, cast.fremd.viewer, made.id, E.WITHDRAW, reason="weg", expected=None)  # fmt: skip


async def test_only_one_is_under_way_and_it_must_change_something(conn, cast):
    order = await an_order_at(conn, cast)
    with pytest.raises(Refused, match="ändert sich nichts"):
        await propose(conn, cast.sued.viewer, order, lines=None)
    first = await propose(conn, cast.sued.viewer, order)
    with pytest.raises(Refused, match="schon eine Änderung"):
        await propose(conn, cast.nord.viewer, order)
    await conn.act_as(cast.sued.viewer)
    await step_amendment(conn, cast.sued.viewer, first.id, E.WITHDRAW, reason="anders", expected=1)
    second = await propose(conn, cast.nord.viewer, order)
    assert second.version == first.version + 1


async def test_what_is_not_agreed_in_time_lapses(conn, cast):
    order = await an_order_at(conn, cast)
    made = await propose(conn, cast.sued.viewer, order)
    made = await sign(conn, cast, made, ("provider",))
    # new year in Germany, still the old one in UTC
    await at(conn, datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert await move_due(conn) == 1
    gone = await store.get_amendment(conn, made.id)
    assert gone.state == "lapsed" and "01.01.2027" in gone.answer
    assert (await read_order(conn, SYSTEM, order.id)).current_version == order.current_version


async def test_a_booking_made_meanwhile_stops_the_signature(conn, cast):
    order = await an_order_at(conn, cast)
    made = await propose(conn, cast.sued.viewer, order, valid_from=date(2026, 11, 24))
    await conn.act_as(cast.nord.viewer)
    from exchange.bookings.actions import Proposal, propose_booking

    ahead = Proposal(order.id, date(2026, 11, 1), date(2026, 11, 30), 1_200_00)
    await propose_booking(conn, cast.nord.viewer, ahead)
    with pytest.raises(Refused, match="Inzwischen ist bis zum"):
        await sign(conn, cast, made, ("provider",))


async def test_many_terms_are_renewed_at_once(conn, cast):
    ends = date(2026, 12, 31)
    order = await an_order_at(conn, cast, offer=an_offer(ends_on=ends))
    open_ended = await an_order_at(conn, cast)
    sued = cast.sued.viewer
    await conn.act_as(sued)
    shown = await preview_renewals(conn, sued, [order, open_ended], 12)
    assert [(r.until, bool(r.problem)) for r in shown] == [(date(2027, 12, 31), False), (None, True)]  # fmt: skip
    done = {r.order_id: r for r in await renew_orders(conn, sued, [order.id, open_ended.id], 12)}
    assert done[order.id].amendment_id and "unbefristet" in done[open_ended.id].problem
    again = await renew_orders(conn, sued, [order.id], 12)
    assert "schon eine Änderung" in again[0].problem
    made = await sign(conn, cast, await store.get_amendment(conn, done[order.id].amendment_id))
    assert made.valid_from == date(2026, 12, 1)
    await run(conn, datetime(2027, 1, 4, 9, 0, tzinfo=UTC))
    assert await move_due(conn) == 1 and await end_due(conn) == 0
    after = await read_order(conn, SYSTEM, order.id)
    assert (after.state, after.runs_until) == ("active", date(2027, 12, 31))
    assert [b.service_to for b in await booked(conn, order.id)][-1] == ends


async def test_a_terminated_order_is_not_changed(conn, cast):
    order = await an_order_at(conn, cast)
    await conn.execute(
        "UPDATE exchange.service_order SET termination_on = $2, termination_by = recipient_id WHERE id = $1",
        order.id, conn.today + timedelta(days=200),
    )  # fmt: skip
    with pytest.raises(Refused, match="nicht gekündigte"):
        await propose(conn, cast.sued.viewer, order)


async def test_a_merger_ends_what_is_under_way(conn, cast):
    order = await an_order_at(conn, cast)
    made = await propose(conn, cast.sued.viewer, order)
    await conn.act_as(SYSTEM)
    (part,) = SUCCESSIONS
    lines = await part.preview(conn, SYSTEM, cast.sued.id, cast.fremd.id, JANUARY)
    assert "1 noch nicht geltende" in lines[0]
    await part.carry_out(conn, SYSTEM, cast.sued.id, cast.fremd.id, JANUARY)
    assert (await store.get_amendment(conn, made.id)).state == "lapsed"


async def test_an_agreed_change_that_lapsed_is_never_billed(conn, cast):
    order = await an_order_at(conn, cast)
    made = await sign(conn, cast, await propose(conn, cast.sued.viewer, order))
    assert made.state == "agreed"
    await conn.act_as(cast.sued.viewer)
    await request_termination(
        conn, cast.sued.viewer, order.id, on=date(2027, 3, 31), reason="kein Bedarf", expected=None
    )
    await conn.act_as(cast.nord.second)
    await confirm_termination(conn, cast.nord.second, order.id, expected=None)
    await at(conn, datetime(2027, 1, 2, 9, 0, tzinfo=UTC))
    await move_due(conn)
    assert (await store.list_of_order(conn, order.owner_id, order.id))[0].state == "lapsed"
    await run(conn, datetime(2027, 2, 2, 9, 0, tzinfo=UTC))
    last = (await booked(conn, order.id))[-1]
    assert (last.service_from, last.net_cents, last.order_version) == (
        JANUARY,
        1_200_00,
        order.current_version,
    )
    assert (await get_terms(conn, order.id, JANUARY)).version == order.current_version
    found = await get_order_version_for(conn, order.owner_id, order.id, JANUARY)
    assert found.version == order.current_version
