"""A succession makes no new contract: nothing is billed twice, what rested rests, notice, maximum and changes go on."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from exchange.amendments.due import move_due
from exchange.amendments.store import find_version
from exchange.bookings.actions import Proposal, propose_booking
from exchange.clearing.caps import use_of
from exchange.clearing.change import Claim
from exchange.clearing.changing import measure_change
from exchange.orders.actions import read_order
from exchange.orders.store import find_continuation
from exchange.running.actions import (
    confirm_termination,
    pause_order,
    request_termination,
    resume_order,
    start_due,
)
from exchange.running.store import find_open_termination, list_terminations
from exchange.schedules.actions import read_outlook
from exchange.signing.actions import confirm_booking
from kdnx.errors import Refused
from kdnx.tasks.actions import list_my_tasks
from kdnx.viewer import Scope, Viewer
from tests.exchange.amendments.test_actions import propose, sign
from tests.exchange.clearing.test_caps import running
from tests.exchange.continuation.test_actions import DAY, checks_hold, succeed
from tests.exchange.order_build import NOW, an_offer, an_order_at
from tests.exchange.schedules.test_actions import booked, run

SYSTEM = Viewer(scope=Scope.SYSTEM)
LATER = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
FEE = {"label": "Einrichtung", "unit": "pauschal", "period": "once", "quantity": Decimal(1), "unit_price_micro": 5_000_000_000}  # fmt: skip
MONTHLY = {"label": "Sicherung", "unit": "je Arbeitsplatz", "period": "month", "quantity": Decimal(12), "unit_price_micro": 100_000_000}  # fmt: skip
DECIDED = """
INSERT INTO exchange.tax_decision (owner_id, order_id, leg, valid_from, version, tax_code, origin, decided_at)
SELECT $1, $2, l, $3, 99, 'N2B', 'legacy', $4 FROM generate_series(1, 2) l
"""


async def carried(conn, cast, order, side="provider"):
    """The order that goes on under Fremdrechen from 1 October, its tax cases decided."""
    predecessor = cast.nord if side == "provider" else cast.sued
    await succeed(conn, cast, predecessor, cast.fremd)
    new_id = await find_continuation(conn, order.owner_id, order.id)
    assert new_id is not None
    new = await read_order(conn, SYSTEM, new_id)
    await conn.execute(DECIDED, new.owner_id, new.id, new.starts_on, conn.now)
    await checks_hold(conn)
    return new


@pytest.mark.parametrize("state", ["approved", "active"])
@pytest.mark.parametrize("side", ["provider", "recipient"])
async def test_an_order_that_begins_on_the_day_is_billed_once_and_its_fee_too(
    conn, cast, side, state
):
    offer = an_offer(starts_on=DAY, lines=[MONTHLY, FEE])
    order = await an_order_at(conn, cast, offer=offer)
    if state == "approved":
        await conn.act_as(SYSTEM)
        await conn.execute(
            "UPDATE exchange.service_order SET state = 'approved' WHERE id = $1", order.id
        )
    new = await carried(conn, cast, order, side)
    assert (await read_order(conn, SYSTEM, order.id)).state == "transferred"
    await start_due(conn)
    await run(conn)
    assert await booked(conn, order.id) == []
    rows = await booked(conn, new.id)
    assert sorted((b.service_from, b.net_cents) for b in rows) == [(DAY, 1_200_00), (DAY, 5_000_00)]


@pytest.mark.parametrize("side", ["provider", "recipient"])
async def test_what_was_booked_before_a_late_act_is_not_booked_again(conn, cast, side):
    """Effective on 1 October, carried out on 22 November: October stands under the predecessor."""
    order = await an_order_at(conn, cast, offer=an_offer(lines=[MONTHLY, FEE]))
    await run(conn)
    before = await booked(conn, order.id)
    assert before[-1].service_from == DAY
    new = await carried(conn, cast, order, side)
    await run(conn, datetime(2026, 12, 2, 9, 0, tzinfo=UTC))
    assert [b.id for b in await booked(conn, order.id)] == [b.id for b in before]
    assert [b.service_from for b in await booked(conn, new.id)] == [date(2026, 11, 1)]
    first = (await read_outlook(conn, new.id, conn.today)).entries[0]
    assert (first.standing, first.booking.id) == ("booked", before[-1].id)


async def test_terms_that_changed_between_the_day_and_the_act_hold_from_their_day(conn, cast):
    order = await an_order_at(conn, cast)
    made = await propose(conn, cast.sued.viewer, order, early_reason="eilig")
    await sign(conn, cast, made)
    await conn.act_as(SYSTEM)
    conn.now = datetime(2027, 1, 20, 9, 0, tzinfo=UTC)
    assert await move_due(conn) == 1
    new = await carried(conn, cast, order)
    assert (new.current_version, new.yearly_net_cents) == (2, 28_800_00)
    await run(conn, datetime(2027, 2, 2, 9, 0, tzinfo=UTC))
    assert [(b.service_from.month, b.net_cents) for b in await booked(conn, new.id)] == [
        (10, 1_200_00), (11, 1_200_00), (12, 1_200_00), (1, 2_400_00),
    ]  # fmt: skip


async def test_what_rested_rests_on_and_costs_nothing(conn, cast):
    order = await an_order_at(conn, cast)
    sued = cast.sued.viewer
    await conn.act_as(sued)
    conn.now = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)
    await pause_order(conn, sued, order.id, reason="Umzug", expected=None)
    conn.now = NOW
    new = await carried(conn, cast, order)
    assert new.state == "paused"
    await conn.act_as(sued)
    conn.now = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
    await resume_order(conn, sued, new.id, expected=None)
    await run(conn, LATER)
    rows = await booked(conn, new.id)
    assert [b.service_from for b in rows] == [date(2027, 1, 4), date(2027, 2, 1)]
    assert [b.service_to for b in await booked(conn, order.id)][-1] == date(2026, 9, 10)


@pytest.mark.parametrize("side", ["provider", "recipient"])
async def test_a_notice_nobody_answered_is_answered_under_the_successor(conn, cast, side):
    order = await an_order_at(conn, cast)
    last = date(2027, 3, 31)
    await conn.act_as(cast.sued.viewer)
    await request_termination(
        conn, cast.sued.viewer, order.id, on=last, reason="kein Bedarf", expected=None
    )
    new = await carried(conn, cast, order, side)
    new = await read_order(conn, SYSTEM, new.id)
    by = cast.fremd.id if side == "recipient" else cast.sued.id
    assert (new.state, new.termination_on, new.termination_by) == ("active", last, by)
    assert await find_open_termination(conn, order.owner_id, order.id) is None
    assert (await list_terminations(conn, order.owner_id, order.id))[0].state == "transferred"
    answering = cast.nord if side == "recipient" else cast.fremd
    await conn.act_as(answering.second)
    assert len(await list_my_tasks(conn, answering.second, kind="order.confirm_termination")) == 1
    done = await confirm_termination(conn, answering.second, new.id, expected=None)
    assert (done.state, done.runs_until) == ("notice_given", last)


async def test_a_notice_between_two_that_become_one_is_settled(conn, cast):
    order = await an_order_at(conn, cast)
    await conn.act_as(cast.sued.viewer)
    await request_termination(
        conn, cast.sued.viewer, order.id, on=date(2027, 3, 31), reason="kein Bedarf", expected=None
    )
    await succeed(conn, cast, cast.nord, cast.sued)
    assert (await list_terminations(conn, order.owner_id, order.id))[0].state == "transferred"


async def test_the_yearly_maximum_goes_on_with_what_was_used_of_it(conn, cast):
    order = await running(conn, cast, 5_000_00, "block")
    nord = cast.nord.viewer
    row = await propose_booking(
        conn, nord, Proposal(order.id, date(2026, 7, 1), date(2026, 9, 30), 4_000_00)
    )
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, row.id)
    new = await carried(conn, cast, order)
    use = await use_of(conn, new.owner_id, new.id, new.current_version, 2026)
    assert (use.cap_cents, use.used_cents, use.policy) == (5_000_00, 4_000_00, "block")
    fremd = replace(cast.fremd.viewer, members=(cast.fremd.id, cast.nord.id))
    await conn.act_as(fremd)
    with pytest.raises(Refused) as refused:
        await propose_booking(conn, fremd, Proposal(new.id, DAY, date(2026, 10, 31), 1_000_01))
    assert refused.value.code == "yearly_cap"
    await propose_booking(conn, fremd, Proposal(new.id, DAY, date(2026, 10, 31), 1_000_00))


async def test_changes_under_the_predecessor_count_for_132_gwb(conn, cast):
    order = await an_order_at(conn, cast)
    await sign(conn, cast, await propose(conn, cast.sued.viewer, order))
    await conn.act_as(SYSTEM)
    conn.now = datetime(2027, 1, 20, 9, 0, tzinfo=UTC)
    await move_due(conn)
    order = await read_order(conn, SYSTEM, order.id)
    before = await law_of(conn, cast, order)
    new = await carried(conn, cast, order)
    after = await law_of(conn, cast, new)
    assert before.original_cents == after.original_cents
    assert before.cumulated_cents == after.cumulated_cents > 0


async def law_of(conn, cast, order):
    """The measure of a change that changes nothing more."""
    await conn.act_as(cast.office)
    terms = await find_version(conn, order.owner_id, order.id, order.current_version)
    return (await measure_change(conn, cast.office, order, terms, terms, Claim())).measure
