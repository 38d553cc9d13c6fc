"""The calendar proposes each elapsed period once, waits where it must, and is quiet where a person was faster."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from exchange.bookings import store as bookings
from exchange.bookings.actions import Proposal, propose_booking, withdraw_booking
from exchange.bookings.store import BookingFilter
from exchange.continuation.actions import carry_out
from exchange.orders.actions import read_order
from exchange.orders.store import find_continuation
from exchange.running.actions import pause_order, resume_order
from exchange.schedules.actions import (
    propose_again,
    propose_due,
    read_outlook,
    report_quantities,
    switch_schedule,
)
from exchange.schedules.files import KIND
from exchange.schedules.model import PieceKind, Standing
from exchange.signing.actions import confirm_booking
from kdnx.errors import Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.imports.kinds import Row
from kdnx.tasks.actions import list_my_tasks
from kdnx.viewer import Scope, Viewer
from tests.exchange.build import an_order
from tests.exchange.closing.build import started, whole
from tests.exchange.order_build import NOW, an_offer, an_order_at

SYSTEM = Viewer(scope=Scope.SYSTEM)
MONTHS = ["2026-07", "2026-08", "2026-09", "2026-10"]


async def run(conn, now=NOW):
    """The due job until it has nothing to do; how often it found something."""
    conn.now = now
    await conn.act_as(SYSTEM)
    times = 0
    while await propose_due(conn):
        times += 1
        assert times < 10
    return times


async def booked(conn, order_id):
    await conn.act_as(SYSTEM)
    rows = await bookings.list_bookings(conn, None, BookingFilter(order_id=order_id), 100)
    return sorted(rows, key=lambda b: b.ordinal)


def usage_offer(**over):
    lines = [
        {"label": "Grundpreis", "unit": "pauschal", "period": "month", "quantity": Decimal(1), "unit_price_micro": 500_000_000},
        {"label": "Fälle", "unit": "je Fall", "period": "usage", "quantity": Decimal(3500), "unit_price_micro": 1_205_000},
    ]  # fmt: skip
    return an_offer(lines=lines, **over)


async def test_elapsed_months_are_proposed_once(conn, cast):
    order = await an_order_at(conn, cast)
    await run(conn)
    rows = await booked(conn, order.id)
    assert [b.reference for b in rows] == [f"{order.number}/{m}" for m in MONTHS]
    assert {b.net_cents for b in rows} == {1_200_00}
    assert {(b.state, b.proposed_by, b.order_version) for b in rows} == {
        ("proposed", order.owner_id, order.current_version)
    }
    assert await run(conn) == 0
    await conn.execute("UPDATE exchange.schedule SET next_on = $1", date(2026, 1, 1))
    await run(conn)
    assert await booked(conn, order.id) == rows
    tasks = await list_my_tasks(conn, cast.sued.viewer, kind="booking.confirm")
    assert len(tasks) == len(rows)
    await conn.act_as(cast.sued.second)
    done = await confirm_booking(conn, cast.sued.second, rows[0].id)
    assert done.state == "confirmed"


@pytest.mark.parametrize(
    ("now", "months"),
    [
        (datetime(2026, 10, 31, 22, 30, tzinfo=UTC), 3),  # 23:30 in Germany, still October
        (datetime(2026, 10, 31, 23, 30, tzinfo=UTC), 4),  # half past midnight: the month is over
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 3),  # the hour that comes twice
    ],
)
async def test_the_month_ends_at_german_midnight(conn, cast, now, months):
    order = await an_order_at(conn, cast)
    await run(conn, now)
    assert len(await booked(conn, order.id)) == months


async def test_undecided_tax_stops_periods_of_2027(conn, cast):
    offer = an_offer(billing="quarter", tax_code_1="undecided", tax_code_2="undecided")
    order = await an_order_at(conn, cast, offer=offer)
    await run(conn, datetime(2027, 4, 2, 9, 0, tzinfo=UTC))
    rows = await booked(conn, order.id)
    assert [(b.service_from, b.service_to) for b in rows] == [
        (date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 12, 31)),
    ]
    found = await read_outlook(conn, order.id, conn.today)
    assert [e.standing for e in found.entries][2:] == [Standing.NEEDS_TAX] * 2
    await conn.act_as(cast.hub.viewer)
    assert len(await list_my_tasks(conn, cast.hub.viewer, kind="schedule.tax")) == 1


async def test_nothing_before_the_order_is_active_nor_for_what_was_taken_over(conn, cast):
    order = await an_order_at(conn, cast, "approved_hub")
    legacy = await an_order(conn, cast, cast.nord, cast.sued)
    await run(conn)
    assert not await booked(conn, order.id) and not await booked(conn, legacy)


async def test_a_resting_order_proposes_nothing_and_rest_days_cost_nothing(conn, cast):
    order = await an_order_at(conn, cast)
    sued = cast.sued.viewer
    await conn.act_as(sued)
    conn.now = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)
    order = await pause_order(conn, sued, order.id, reason="Umzug", expected=None)
    await run(conn, datetime(2027, 1, 5, 9, 0, tzinfo=UTC))
    assert not await booked(conn, order.id)
    await conn.act_as(sued)
    await resume_order(conn, sued, order.id, expected=None)
    await run(conn, datetime(2027, 2, 2, 9, 0, tzinfo=UTC))
    rows = await booked(conn, order.id)
    assert [(b.service_from.day, b.service_to.day, b.net_cents) for b in rows[-2:]] == [
        (1, 10, 387_10),
        (5, 31, 1_045_16),
    ]


async def test_what_was_booked_by_hand_is_not_proposed_again(conn, cast):
    order = await an_order_at(conn, cast)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    by_hand = Proposal(order.id, date(2026, 8, 1), date(2026, 8, 31), 1_100_00, reference="RE-8")
    await propose_booking(conn, nord, by_hand)
    await run(conn)
    rows = await booked(conn, order.id)
    assert len(rows) == 4 and sum(b.reference == f"{order.number}/2026-08" for b in rows) == 0
    await conn.act_as(nord)
    again = await propose_again(conn, nord, order.id, date(2026, 8, 1), PieceKind.FIXED)
    assert again[0].reference == f"{order.number}/2026-08"


async def test_a_withdrawn_period_comes_back_only_by_hand(conn, cast):
    order = await an_order_at(conn, cast)
    await run(conn)
    first = (await booked(conn, order.id))[0]
    nord = cast.nord.viewer
    await conn.act_as(nord)
    with pytest.raises(Refused, match="erneut"):
        await propose_again(conn, nord, order.id, first.service_from, PieceKind.FIXED)
    await withdraw_booking(conn, nord, first.id, reason="Leistung fiel aus")
    await conn.execute("UPDATE exchange.schedule SET next_on = $1", date(2026, 1, 1))
    await run(conn)
    assert len(await booked(conn, order.id)) == 4
    await conn.act_as(nord)
    (new,) = await propose_again(conn, nord, order.id, first.service_from, PieceKind.FIXED)
    assert new.reference == first.reference and new.id != first.id


async def test_a_reference_taken_for_something_else_stops_one_order_only(conn, cast):
    order, other = await an_order_at(conn, cast), await an_order_at(conn, cast)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    wrong = Proposal(
        other.id, date(2026, 11, 1), date(2026, 11, 30), 5_00, reference=f"{order.number}/2026-07"
    )
    await propose_booking(conn, nord, wrong)
    # same provider, same year, same reference: the index refuses, no ordinal is lost
    await run(conn)
    assert not await booked(conn, order.id)
    assert [b.ordinal for b in await booked(conn, other.id)] == [1, 2, 3, 4, 5]
    assert (
        await conn.fetchval(
            "SELECT last_booking FROM exchange.order_counter WHERE order_id = $1", order.id
        )
        == 0
    )


async def test_use_waits_for_the_quantity(conn, cast):
    order = await an_order_at(conn, cast, offer=usage_offer())
    await run(conn)
    assert len(await booked(conn, order.id)) == 4
    nord, first = cast.nord.viewer, date(2026, 7, 1)
    await conn.act_as(nord)
    assert len(await list_my_tasks(conn, nord, kind="schedule.quantity")) == 4
    with pytest.raises(Invalid):
        await report_quantities(conn, nord, order.id, first, {1: Decimal(3)})
    with pytest.raises(Refused, match="läuft noch"):
        await report_quantities(conn, nord, order.id, date(2026, 11, 1), {2: Decimal(3)})
    (row,) = await report_quantities(conn, nord, order.id, first, {2: Decimal(311)}, "Juli")
    assert (row.net_cents, row.reference) == (374_76, f"{order.number}/2026-07/Nutzung")
    assert row.quantity == 311 and row.note == "Fälle: 311 × 1,205\u00a0€ → 374,76\u00a0€"
    assert len(await list_my_tasks(conn, nord, kind="schedule.quantity")) == 3
    with pytest.raises(Refused, match="schon gemeldet"):
        await report_quantities(conn, nord, order.id, first, {2: Decimal(311)})
    assert await report_quantities(conn, nord, order.id, date(2026, 8, 1), {2: Decimal(0)}) == []
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden):
        await report_quantities(conn, cast.sued.viewer, order.id, date(2026, 9, 1), {2: Decimal(1)})


async def test_quantities_by_file_twice_change_nothing(conn, cast):
    order = await an_order_at(conn, cast, offer=usage_offer())
    nord = cast.nord.viewer
    await conn.act_as(nord)
    values = {"order": order.number, "first": date(2026, 7, 1), "line": 2, "quantity": Decimal(10)}
    rows = [Row(2, values), Row(3, {**values, "order": "L-1999-0001"})]
    first = await KIND.write(conn, nord, rows)
    assert (first.new, len(first.errors)) == (1, 1)
    again = await KIND.write(conn, nord, rows[:1])
    assert (again.new, again.unchanged, again.errors) == (0, 1, [])
    august = {**values, "first": date(2026, 8, 1), "quantity": Decimal(-3)}
    wrong = await KIND.write(conn, nord, [Row(2, august)])
    assert (wrong.new, wrong.errors[0].row) == (0, 2) and "null" in wrong.errors[0].message
    other = await KIND.write(conn, nord, [Row(2, {**values, "quantity": Decimal(11)})])
    assert other.new == 0 and "andere Menge" in other.errors[0].message
    back = await KIND.read(conn, nord)
    assert [(r["order"], r["line"], r["quantity"]) for r in back] == [
        (order.number, 2, Decimal(10))
    ]


@pytest.mark.parametrize("side", ["provider", "recipient"])
@pytest.mark.parametrize("is_known", [True, False])
async def test_a_merger_splits_the_period_and_loses_no_cent(conn, cast, side, is_known):
    order = await an_order_at(conn, cast)
    if is_known:
        await run(conn, datetime(2026, 10, 10, 9, 0, tzinfo=UTC))
    old = cast.nord if side == "provider" else cast.sued
    office = replace(cast.office, members=(cast.hub.id, old.id, cast.fremd.id))
    await conn.act_as(office)
    await carry_out(conn, office, old.id, cast.fremd.id, date(2026, 10, 15))
    await run(conn)
    new_id = await find_continuation(conn, order.owner_id, order.id)
    before, after = await booked(conn, order.id), await booked(conn, new_id)
    assert [(b.service_from, b.service_to) for b in (before[-1], *after)] == [
        (date(2026, 10, 1), date(2026, 10, 14)),
        (date(2026, 10, 15), date(2026, 10, 31)),
    ]
    assert before[-1].net_cents + after[0].net_cents == 1_200_00 and len(before) == 4


async def test_a_closing_month_waits(conn, cast):
    order = await an_order_at(conn, cast)
    await started(conn, cast, 2026, 8)
    await run(conn)
    assert [b.service_from.month for b in await booked(conn, order.id)] == [7, 9, 10]


async def test_for_a_closed_year_it_is_an_adjustment_once(conn, cast):
    order = await an_order_at(conn, cast)
    conn.now = datetime(2027, 1, 10, 9, 0, tzinfo=UTC)
    await whole(conn, cast, 2026)
    await run(conn, conn.now)
    rows = await booked(conn, order.id)
    assert [(b.service_from.month, b.kind) for b in rows] == [
        (m, "adjustment") for m in range(7, 13)
    ]
    await conn.execute("UPDATE exchange.schedule SET next_on = $1", date(2026, 1, 1))
    await run(conn, conn.now)
    assert await booked(conn, order.id) == rows


async def test_the_switch(conn, cast):
    order = await an_order_at(conn, cast)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    await switch_schedule(conn, nord, order.id, is_on=False, begins=None, expected=0)
    await run(conn)
    assert not await booked(conn, order.id)
    await conn.act_as(nord)
    with pytest.raises(Stale):
        await switch_schedule(conn, nord, order.id, is_on=True, begins=None, expected=0)
    rows = await switch_schedule(
        conn, nord, order.id, is_on=True, begins=date(2026, 9, 16), expected=1
    )
    assert [(b.service_from, b.net_cents) for b in rows] == [
        (date(2026, 9, 16), 600_00),
        (date(2026, 10, 1), 1_200_00),
    ]
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden):
        await switch_schedule(conn, cast.sued.viewer, order.id, is_on=False, begins=None, expected=None)  # fmt: skip
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await switch_schedule(conn, cast.fremd.viewer, order.id, is_on=False, begins=None, expected=None)  # fmt: skip


async def test_the_last_month_of_an_ended_order_is_still_proposed(conn, cast):
    order = await an_order_at(conn, cast, offer=an_offer(ends_on=date(2026, 10, 15)))
    await conn.act_as(SYSTEM)
    order = await read_order(conn, SYSTEM, order.id)
    assert replace(order, state="active") == order
    await run(conn)
    rows = await booked(conn, order.id)
    assert rows[-1].service_to == date(2026, 10, 15) and rows[-1].net_cents == 580_65
