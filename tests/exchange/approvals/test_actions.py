"""From wish to running order: who may what, in which order, and never twice."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.approvals.actions import approve_order, propose_tax, review_order, review_tax
from exchange.approvals.schemas import TaxBody
from exchange.approvals.store import list_approvals
from exchange.orders.actions import create_order, express_interest, read_order, return_order
from exchange.orders.store import get_order_version_for, list_legs, list_steps
from exchange.running.actions import start_due
from exchange.taxes.store import list_decisions
from kdnx.clock import berlin_day
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from kdnx.viewer import Scope, Viewer
from tests.catalog.build import an_offering
from tests.exchange.order_build import NOW, a_wish, an_offer, an_order_at, take

SYSTEM = Viewer(scope=Scope.SYSTEM)
USES = "SELECT recipient_id, valid_from, valid_to FROM catalog.offering_use"
TASKS = "SELECT kind, owner_id FROM kdnx.task WHERE state = 'open' AND object_id = $1"
CODES = "SELECT code_1, code_2 FROM exchange.tax_codes_on(ARRAY[$1::uuid], ARRAY[$2::uuid], ARRAY[$3::date])"


async def test_an_order_goes_its_way_and_the_catalogue_knows(conn, cast):
    order = await an_order_at(conn, cast)
    assert order.state == "active"
    assert order.number == f"L-{conn.today.year}-0001"
    await conn.act_as(SYSTEM)
    signed = await list_approvals(conn, order.owner_id, order.id)
    assert {a.side for a in signed} == {"legal", "provider", "hub", "recipient"}
    assert len({a.person_id for a in signed}) == 4
    assert [tuple(r) for r in await conn.fetch(USES)] == [(cast.sued.id, date(2026, 7, 1), None)]
    steps = await list_steps(conn, order.owner_id, order.id)
    assert [s["event"] for s in reversed(steps)] == [
        "express", "coordinate", "offer", "review", "approve_provider", "approve_hub", "approve_recipient", "start",
    ]  # fmt: skip
    assert await conn.fetch(TASKS, order.id) == []
    version = await get_order_version_for(conn, order.owner_id, order.id, date(2026, 8, 1))
    assert version is not None
    assert version.version == 2
    assert await get_order_version_for(conn, order.owner_id, order.id, date(2026, 6, 30)) is None


async def test_the_direct_route_has_one_contract_and_no_hub_signature(conn, cast):
    order = await an_order_at(conn, cast, route="direct")
    assert order.state == "active"
    assert [
        x["leg"] for x in await list_legs(conn, order.owner_id, order.id, order.current_version)
    ] == [1]
    assert order.surcharge_pct == 0


async def test_each_step_asks_the_next_side(conn, cast):
    wanted = {
        "interest": ("order.coordinate", cast.nord.id), "coordinating": ("order.offer", cast.nord.id), "offered": ("order.review", cast.hub.id),
        "reviewed": ("order.approve_provider", cast.nord.id), "approved_provider": ("order.approve_hub", cast.hub.id),
        "approved_hub": ("order.approve_recipient", cast.sued.id),
    }  # fmt: skip
    order = await an_order_at(conn, cast, "interest")
    for state, task in wanted.items():
        if state != "interest":
            order = await take(conn, cast, order, state)
        await conn.act_as(SYSTEM)
        tax = {("order.review_tax", cast.hub.id)} if state == "offered" else set()
        assert {tuple(r) for r in await conn.fetch(TASKS, order.id)} == {task} | tax, state


async def test_who_wrote_the_offer_signs_nothing(conn, cast):
    order = await an_order_at(conn, cast, "reviewed")
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Refused) as refused:
        await approve_order(conn, cast.nord.viewer, order.id, expected=None)
    assert refused.value.code == "four_eyes"


async def test_who_reviewed_does_not_sign_for_the_hub(conn, cast):
    order = await an_order_at(conn, cast, "approved_provider")
    await conn.act_as(cast.hub.viewer)
    with pytest.raises(Refused) as refused:
        await approve_order(conn, cast.hub.viewer, order.id, expected=None)
    assert refused.value.code == "signed_already"
    assert (await read_order(conn, cast.hub.viewer, order.id)).state == "approved_provider"


async def test_a_wrong_side_is_refused_at_every_step(conn, cast):
    order = await an_order_at(conn, cast, "interest")
    for step in (
        "coordinating",
        "offered",
        "reviewed",
        "approved_provider",
        "approved_hub",
        "active",
    ):
        for wrong in (cast.fremd.viewer, cast.auditor, cast.committee):
            await conn.act_as(wrong)
            with pytest.raises((NotFound, Forbidden, Refused)):
                await approve_order(conn, wrong, order.id, expected=None)
            with pytest.raises((NotFound, Forbidden, Refused)):
                await review_order(conn, wrong, order.id, reason="nein", expected=None)
        order = await take(conn, cast, order, step)
    assert order.state == "active"


async def test_a_machine_signs_nothing(conn, cast):
    order = await an_order_at(conn, cast, "reviewed")
    machine = replace(cast.nord.second, person_id=None, client_id=cast.nord.second.person_id)
    await conn.act_as(machine)
    with pytest.raises(Forbidden):
        await approve_order(conn, machine, order.id, expected=None)


async def test_a_stale_version_changes_nothing(conn, cast):
    order = await an_order_at(conn, cast, "offered")
    await conn.act_as(cast.hub.viewer)
    with pytest.raises(Stale):
        await review_order(
            conn, cast.hub.viewer, order.id, reason="geprüft", expected=order.row_version - 1
        )


async def test_signatures_count_for_their_version_only(conn, cast):
    order = await an_order_at(conn, cast, "approved_hub")
    await conn.act_as(cast.sued.viewer)
    order = await return_order(
        conn, cast.sued.viewer, order.id, reason="Menge stimmt nicht", expected=order.row_version
    )
    assert order.state == "coordinating"
    for step in ("offered", "reviewed", "approved_provider", "approved_hub", "active"):
        order = await take(conn, cast, order, step)
    assert (order.state, order.current_version) == ("active", 3)
    await conn.act_as(SYSTEM)
    signed = await list_approvals(conn, order.owner_id, order.id)
    assert sum(a.version == 3 for a in signed) == 4


async def test_what_starts_later_waits_for_its_day(conn, cast):
    first = berlin_day(NOW) + timedelta(days=20)
    order = await an_order_at(conn, cast, offer=an_offer(starts_on=first))
    assert order.state == "approved"
    await conn.act_as(SYSTEM)
    assert await start_due(conn) == 0
    conn.now += timedelta(days=20)
    assert await start_due(conn) == 1
    assert (await read_order(conn, SYSTEM, order.id)).state == "active"
    assert await start_due(conn) == 0


async def test_2027_needs_a_decided_tax_case(conn, cast):
    offer = an_offer(starts_on=date(2027, 1, 1), tax_code_1="undecided", tax_code_2="undecided")
    order = await an_order_at(conn, cast, "offered", offer=offer)
    await conn.act_as(cast.hub.viewer)
    with pytest.raises(Refused, match="Umsatzsteuer"):
        await review_order(
            conn, cast.hub.viewer, order.id, reason="geprüft", confirm_tax=True, expected=None
        )


async def test_before_2027_it_may_stay_open(conn, cast):
    order = await an_order_at(
        conn, cast, "reviewed", offer=an_offer(tax_code_1="undecided", tax_code_2="undecided")
    )
    assert order.state == "reviewed"


async def test_a_tax_proposal_counts_once_another_person_reviewed_it(conn, cast):
    order = await an_order_at(conn, cast, "active")
    await conn.act_as(cast.nord.viewer)
    wish = TaxBody(
        leg=1, tax_code="U19", valid_from=date(2027, 1, 1), reason="Regelbesteuerung ab 2027"
    )
    order = await propose_tax(conn, cast.nord.viewer, order.id, wish, expected=order.row_version)
    key = (order.owner_id, order.id, date(2027, 3, 1))
    assert tuple((await conn.fetch(CODES, *key))[0]) == ("N2B", "N2B")
    with pytest.raises(Refused):
        await review_tax(conn, cast.nord.viewer, order.id, leg=1, expected=None)
    await conn.act_as(cast.nord.second)
    await review_tax(conn, cast.nord.second, order.id, leg=1, expected=None)
    assert tuple((await conn.fetch(CODES, *key))[0]) == ("U19", "N2B")
    await conn.act_as(SYSTEM)
    assert await conn.fetch(TASKS, order.id) == []
    await conn.act_as(cast.nord.second)
    assert tuple((await conn.fetch(CODES, order.owner_id, order.id, date(2026, 8, 1)))[0]) == (
        "N2B",
        "N2B",
    )


async def test_the_tax_case_is_still_reviewed_while_others_sign(conn, cast):
    order = await an_order_at(conn, cast, "approved_provider")
    await conn.act_as(cast.nord.viewer)
    wish = TaxBody(
        leg=1, tax_code="U19", valid_from=date(2027, 1, 1), reason="Regelbesteuerung ab 2027"
    )
    await propose_tax(conn, cast.nord.viewer, order.id, wish, expected=None)
    await conn.act_as(cast.nord.second)
    after = await review_tax(conn, cast.nord.second, order.id, leg=1, expected=None)
    assert after.state == "approved_provider"


async def test_each_party_reads_the_decision_of_its_own_contract(conn, cast):
    order = await an_order_at(conn, cast, "active")
    for viewer, legs in (
        (cast.nord.viewer, {1}),
        (cast.sued.viewer, {2}),
        (cast.office, {1, 2}),
        (cast.auditor, {1, 2}),
        (cast.fremd.viewer, set()),
    ):
        await conn.act_as(viewer)
        assert {d.leg for d in await list_decisions(conn, order.owner_id, order.id)} == legs
    await conn.act_as(cast.sued.viewer)
    assert len(await conn.fetch(CODES, order.owner_id, order.id, date(2026, 8, 1))) == 1
    await conn.act_as(cast.fremd.viewer)
    assert await conn.fetch(CODES, order.owner_id, order.id, date(2026, 8, 1)) == []


async def test_a_draft_stays_with_its_recipient(conn, cast):
    order = await an_order_at(conn, cast, "draft")
    assert order.number is None
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(NotFound):
        await read_order(conn, cast.nord.viewer, order.id)
    await conn.act_as(cast.sued.viewer)
    order = await express_interest(conn, cast.sued.viewer, order.id, expected=1)
    await conn.act_as(cast.nord.viewer)
    assert (await read_order(conn, cast.nord.viewer, order.id)).number == order.number


async def test_nobody_orders_from_itself(conn, cast):
    offering = await an_offering(conn, cast.nord)
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Refused):
        await create_order(conn, cast.nord.viewer, a_wish(offering.id))
