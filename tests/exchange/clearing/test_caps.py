"""A yearly maximum: set with the offer or by a change, asked at every proposal, shown with its use."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.amendments.due import move_due
from exchange.bookings.actions import (
    Proposal,
    adjust_booking,
    propose_booking,
    reverse_booking,
)
from exchange.clearing.caps import set_cap, use_of
from exchange.clearing.store import Cap, find_cap, save_cap
from exchange.schedules.actions import propose_due, read_outlook
from exchange.shares.actions import Figures, create_pool, propose_pool, save_pool
from exchange.shares.drafting import work_out
from exchange.shares.model import KeyKind
from exchange.signing.actions import confirm_booking
from exchange.signing.columns import COLUMNS
from exchange.signing.files import KIND
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.errors import Forbidden, KdnxError, NotFound, Refused
from kdnx.ids import named_id
from kdnx.imports.kinds import Row
from kdnx.tasks.actions import list_my_tasks
from kdnx.viewer import Scope, Viewer
from tests.cast import make_cast
from tests.exchange.amendments.test_actions import propose, sign
from tests.exchange.build import an_order
from tests.exchange.order_build import NOW, STEPS, an_order_at, take

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def running(conn, cast, cents, policy):
    """An active order with a maximum that came with its offer."""
    order = await an_order_at(conn, cast, "offered")
    await conn.act_as(cast.nord.viewer)
    order = await set_cap(conn, cast.nord.viewer, order.id, cap_cents=cents, policy=policy)
    for step in STEPS[STEPS.index("offered") + 1 : STEPS.index("active") + 1]:
        order = await take(conn, cast, order, step)
    await conn.act_as(cast.nord.viewer)
    return order


def month(order, n, cents):
    return Proposal(order.id, date(2026, n, 1), date(2026, n, 28), cents)


async def test_a_proposal_beyond_it_is_refused_with_the_remedy(conn, cast):
    order = await running(conn, cast, 2_000_00, "block")
    nord = cast.nord.viewer
    await propose_booking(conn, nord, month(order, 7, 1_200_00))
    with pytest.raises(Refused) as refused:
        await propose_booking(conn, nord, month(order, 8, 800_01))
    assert refused.value.code == "yearly_cap"
    assert "800,00" in refused.value.detail and "2.000,00" in refused.value.rule
    assert refused.value.remedy_url == f"/orders/{order.id}/amend"
    await propose_booking(conn, nord, month(order, 9, 800_00))
    use = await use_of(conn, order.owner_id, order.id, order.current_version, 2026)
    assert (use.used_cents, use.left_cents) == (2_000_00, 0)
    assert (
        await use_of(conn, order.owner_id, order.id, order.current_version, 2027)
    ).left_cents == 2_000_00


async def test_where_it_only_warns_both_sides_read_it_on_the_booking(conn, cast):
    order = await running(conn, cast, 1_000_00, "warn")
    row = await propose_booking(conn, cast.nord.viewer, month(order, 7, 1_200_00))
    note = await conn.fetchval("SELECT note FROM exchange.booking WHERE id = $1", row.id)
    assert "Jahreshöchstbetrag 2026 überschritten" in note and "1.200,00" in note


async def look(conn):
    """The calendar's job until it is quiet."""
    await conn.act_as(SYSTEM)
    while await propose_due(conn):
        pass


async def test_the_calendar_waits_at_it_asks_the_provider_and_goes_on_after_a_change(conn, cast):
    order = await running(
        conn, cast, 3_000_00, "block"
    )  # 1,200.00 a month, July to October are over
    await look(conn)
    await conn.act_as(cast.nord.viewer)
    entries = (await read_outlook(conn, order.id, conn.today)).entries[:4]
    assert [e.standing for e in entries] == ["booked", "booked", "over_cap", "over_cap"]
    assert "600,00" in entries[2].note
    (task,) = await list_my_tasks(conn, cast.nord.viewer, kind="schedule.cap")
    assert "2026-09" in task.title
    conn.now += timedelta(days=1)
    await look(conn)  # looked at again: nothing new, one task
    await conn.act_as(cast.nord.viewer)
    assert len(await list_my_tasks(conn, cast.nord.viewer, kind="schedule.cap")) == 1
    cap = await find_cap(conn, order.owner_id, order.id, order.current_version)
    await save_cap(conn, replace(cap, cap_cents=4_800_00), None)
    conn.now += timedelta(days=1)
    await look(conn)
    await conn.act_as(cast.nord.viewer)
    entries = (await read_outlook(conn, order.id, conn.today)).entries[:4]
    assert [e.standing for e in entries] == ["booked"] * 4
    assert await list_my_tasks(conn, cast.nord.viewer, kind="schedule.cap") == []


async def test_where_it_only_warns_the_calendar_proposes_and_says_so(conn, cast):
    order = await running(conn, cast, 3_000_00, "warn")
    await look(conn)
    rows = await conn.fetch(
        "SELECT note FROM exchange.booking WHERE order_id = $1 ORDER BY ordinal", order.id
    )
    said = ["Jahreshöchstbetrag 2026 überschritten" in r["note"] for r in rows]
    assert said == [False, False, True, True]


async def test_a_correction_upwards_and_a_file_ask_it_too(conn, cast):
    order = await running(conn, cast, 2_000_00, "block")
    nord = cast.nord.viewer
    row = await propose_booking(conn, nord, month(order, 7, 1_500_00))
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, row.id)
    with pytest.raises(Refused) as refused:
        await adjust_booking(conn, cast.sued.viewer, row.id, delta_cents=500_01, reason="mehr")
    assert refused.value.code == "yearly_cap"
    await conn.act_as(nord)
    rows = [
        Row(n + 2, {c.name: None for c in COLUMNS} | {
            "order": order.number, "service_from": date(2026, 8, 1), "service_to": date(2026, 8, 31), "net": net,
            "reference": f"LS-{n}",
        })
        for n, net in enumerate((300_00, 200_01, 200_00))
    ]  # fmt: skip
    done = await KIND.write(conn, nord, rows)
    assert (done.new, [e.row for e in done.errors]) == (2, [3])
    assert "frei sind noch 200,00" in done.errors[0].message
    again = await KIND.write(conn, nord, [rows[0], rows[2]])
    assert (again.new, again.unchanged) == (0, 2)


async def test_the_settlement_of_a_years_cost_names_it_before_anybody_signs(conn, cast):
    conn.now = datetime(2027, 1, 15, 9, 0, tzinfo=UTC)
    order_id = await an_order(conn, cast, cast.nord, cast.sued, number="L-2026-0009")
    await conn.act_as(cast.nord.viewer)
    await save_cap(conn, Cap(cast.nord.id, order_id, 1, 1_000_00, "block"), None)
    figures = Figures(KeyKind.EQUAL, 1_000_01, by_days=False, evidence="Kostenstelle 1")
    pool = await create_pool(conn, cast.nord.viewer, named_id("offering", "hosting"), 2026, figures)
    (said,) = (await work_out(conn, pool)).obstacles
    assert "L-2026-0009" in said and "Jahreshöchstbetrag 2026" in said
    with pytest.raises(Refused, match="Jahreshöchstbetrag"):
        await propose_pool(conn, cast.nord.viewer, pool.id, expected=pool.row_version)
    fits = replace(figures, actual_cents=1_000_00)
    pool = await save_pool(conn, cast.nord.viewer, pool.id, fits, {}, expected=pool.row_version)
    (row,) = await propose_pool(conn, cast.nord.viewer, pool.id, expected=pool.row_version)
    assert row.net_cents == 1_000_00


async def test_only_the_provider_sets_it_and_only_before_the_review(conn, cast):
    order = await an_order_at(conn, cast, "offered")
    for viewer, error in ((cast.sued.viewer, Forbidden), (cast.fremd.viewer, NotFound)):
        await conn.act_as(viewer)
        with pytest.raises(error):
            await set_cap(conn, viewer, order.id, cap_cents=1, policy="block")
    nord = cast.nord.viewer
    await conn.act_as(nord)
    for cents in (5_00, 7_00, 7_00):
        await set_cap(conn, nord, order.id, cap_cents=cents, policy="block")
    assert (await find_cap(conn, order.owner_id, order.id, order.current_version)).cap_cents == 7_00
    order = await take(conn, cast, order, "reviewed")
    await conn.act_as(nord)
    with pytest.raises(Refused) as refused:
        await set_cap(conn, nord, order.id, cap_cents=1, policy="block")
    assert refused.value.code == "wrong_state"


async def test_a_change_carries_raises_and_takes_it_away(conn, cast):
    order = await running(conn, cast, 2_000_00, "block")
    made = await propose(conn, cast.sued.viewer, order)
    assert (await find_cap(conn, order.owner_id, order.id, made.version)).cap_cents == 2_000_00
    await sign(conn, cast, made)
    other = await an_order_at(conn, cast)
    raised = await propose(
        conn, cast.sued.viewer, other, lines=None, yearly_cap_cents=9_000_00, cap_policy="warn"
    )
    found = await find_cap(conn, other.owner_id, other.id, raised.version)
    assert (found.cap_cents, found.policy) == (9_000_00, "warn")
    third = await an_order_at(conn, cast)
    with pytest.raises(Refused, match="ändert sich nichts"):
        await propose(conn, cast.sued.viewer, third, lines=None, yearly_cap_cents=0)


@pytest.mark.parametrize(
    ("begins", "in_2026"), [(date(2026, 12, 1), 9_000_00), (date(2027, 1, 1), 2_000_00)]
)
async def test_the_last_maximum_agreed_for_a_year_holds_for_all_of_it(conn, cast, begins, in_2026):
    order = await running(conn, cast, 2_000_00, "block")
    made = await propose(
        conn, cast.sued.viewer, order, lines=None, yearly_cap_cents=9_000_00, valid_from=begins
    )
    await sign(conn, cast, made)
    conn.now = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
    await conn.act_as(SYSTEM)
    await move_due(conn)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    with pytest.raises(Refused) as refused:
        await propose_booking(conn, nord, month(order, 7, in_2026 + 1))
    assert refused.value.code == "yearly_cap"
    await propose_booking(conn, nord, month(order, 7, in_2026))


async def test_two_proposals_at_once_do_not_both_fit(fresh_database):
    pool = fresh_database.pool
    async with transaction(pool, SYSTEM, finish=finish, now=NOW) as conn:
        cast = await make_cast(conn)
        order = await running(conn, cast, 1_000_00, "block")

    async def act(n):
        try:
            async with transaction(pool, cast.nord.viewer, finish=finish, now=NOW) as conn:
                await propose_booking(conn, cast.nord.viewer, month(order, n, 600_00))
        except KdnxError as error:
            return error.code
        return "done"

    told = await asyncio.gather(*(act(n) for n in (7, 8, 9, 10)))
    assert sorted(told) == ["done", *["yearly_cap"] * 3]


async def test_it_is_set_and_shown_on_the_pages(client, conn, cast):
    order = await an_order_at(conn, cast, "offered")
    url = f"/orders/{order.id}"
    page = await client.as_(cast.nord.viewer).get(url)
    assert f'action="{url}/cap"' in page.text
    done = await client.as_(cast.nord.viewer).post(
        f"{url}/cap", {"cap_cents": "2.000,50", "policy": "warn"}
    )
    assert done.status_code == 303, done.text
    page = await client.as_(cast.sued.viewer).get(url)
    assert "2.000,50" in page.text and f'action="{url}/cap"' not in page.text
    assert (
        await client.as_(cast.sued.viewer).post(f"{url}/cap", {"cap_cents": "1", "policy": "warn"})
    ).status_code == 403
    bad = await client.as_(cast.nord.viewer).post(
        f"{url}/cap", {"cap_cents": "viel", "policy": "warn"}
    )
    assert bad.status_code == 422
    active = await an_order_at(conn, cast)
    form = await client.as_(cast.nord.viewer).get(f"/orders/{active.id}/amend")
    assert 'name="yearly_cap_cents"' in form.text
    fields = {
        "valid_from": "2027-03-01", "reason": "Obergrenze", "row_version": active.row_version,
        "yearly_cap_cents": "15.000,00", "cap_policy": "block",
    }  # fmt: skip
    made = await client.as_(cast.nord.viewer).post(f"/orders/{active.id}/amendments", fields)
    assert made.status_code == 303, made.text
    page = await client.as_(cast.sued.viewer).get(made.headers["location"])
    assert "Jahreshöchstbetrag netto" in page.text and "15.000,00" in page.text


async def test_what_takes_back_frees_nothing_before_both_have_signed(conn, cast):
    order = await running(conn, cast, 2_000_00, "block")
    nord, sued = cast.nord.viewer, cast.sued.viewer
    row = await propose_booking(conn, nord, month(order, 7, 2_000_00))
    await conn.act_as(sued)
    await confirm_booking(conn, sued, row.id)
    await conn.act_as(nord)
    back = await reverse_booking(conn, nord, row.id, reason="falscher Monat")
    with pytest.raises(Refused) as refused:
        await propose_booking(conn, nord, month(order, 8, 2_000_00))
    assert refused.value.code == "yearly_cap" and "bestätigt" in refused.value.remedy
    assert (
        await use_of(conn, order.owner_id, order.id, order.current_version, 2026)
    ).left_cents == 0
    await conn.act_as(sued)
    await confirm_booking(conn, sued, back.id)
    await conn.act_as(nord)
    assert (await propose_booking(conn, nord, month(order, 8, 2_000_00))).net_cents == 2_000_00
