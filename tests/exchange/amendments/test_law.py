"""A change before the law: the light is asked again and kept, § 132 GWB opens a door or a lawyer answers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from exchange.amendments.actions import step_amendment
from exchange.amendments.due import move_due
from exchange.amendments.model import AmendmentEvent
from exchange.clearing.store import find_law, find_signoff
from kdnx.errors import Invalid, Refused
from kdnx.viewer import Scope, Viewer
from tests.exchange.amendments.test_actions import a_wish, propose, sign
from tests.exchange.cooperations.coop_build import concluded, three_years
from tests.exchange.inhouse.test_actions import three
from tests.exchange.order_build import an_offer, an_order_at

SYSTEM = Viewer(scope=Scope.SYSTEM)
E = AmendmentEvent
JANUARY = date(2027, 1, 1)


def lines(quantity):
    # 12 at 100 euros a month is what the order has
    return [{"label": "Sicherung", "unit": "je Arbeitsplatz", "period": "month", "quantity": Decimal(quantity), "unit_price_micro": 100_000_000}]  # fmt: skip


async def kept(conn, made):
    await conn.act_as(SYSTEM)
    return await find_signoff(conn, made.owner_id, made.order_id, made.version)


async def law_of(conn, made):
    await conn.act_as(SYSTEM)
    return await find_law(conn, made.owner_id, made.id)


async def tendered(conn, cast):
    return await an_order_at(conn, cast, offer=an_offer(legal_route="tendered"))


async def test_a_red_light_asks_the_lawyer_before_the_provider(conn, cast):
    order = await an_order_at(conn, cast)
    await three(conn, cast.nord, 20_00)  # 80 percent exactly
    made = await propose(conn, cast.sued.viewer, order)
    assert made.needs_legal
    await conn.act_as(cast.nord.second)
    with pytest.raises(Refused, match="nicht möglich"):
        await step_amendment(conn, cast.nord.second, made.id, E.APPROVE_PROVIDER, expected=None)
    await sign(conn, cast, made, ("review", "provider", "hub", "recipient"))
    found = await kept(conn, made)
    assert (found.light, found.reason, found.entrusted_cents, found.total_cents) == (
        "red",
        "geprüft",
        240_00,
        300_00,
    )
    # whoever signed is not who wrote it, and the recipient reads no amount
    assert found.signed_by != made.author_id
    await conn.act_as(cast.sued.viewer)
    assert await find_signoff(conn, made.owner_id, made.order_id, made.version) is None


async def test_amber_is_kept_at_the_providers_approval(conn, cast):
    order = await an_order_at(conn, cast)
    await three(conn, cast.nord, 15_00)
    made = await propose(conn, cast.nord.viewer, order)
    assert not made.needs_legal
    await sign(conn, cast, made)
    found = await kept(conn, made)
    assert (found.light, found.signed_by) == ("amber", cast.nord.second.person_id)


async def test_a_light_that_turned_red_meanwhile_stops_the_provider(conn, cast):
    order = await an_order_at(conn, cast)
    await three(conn, cast.nord, 5_00)
    made = await propose(conn, cast.sued.viewer, order)
    assert not made.needs_legal
    await three(conn, cast.nord, 30_00)
    with pytest.raises(Refused) as refused:
        await sign(conn, cast, made, ("provider",))
    assert refused.value.code == "inhouse_red" and "neu vorschlagen" in refused.value.remedy
    assert await kept(conn, made) is None


async def test_less_or_other_words_ask_no_light(conn, cast):
    order = await an_order_at(conn, cast)
    await three(conn, cast.nord, 30_00)
    made = await propose(conn, cast.sued.viewer, order, lines=lines(6))
    assert not made.needs_legal
    await sign(conn, cast, made)
    assert await kept(conn, made) is None


async def test_a_change_keeps_the_cooperation_and_tests_it_again(conn, cast):
    order = await an_order_at(conn, cast)
    first = await concluded(conn, cast.nord, cast.sued)
    route = {"legal_route": "cooperation_108_6", "legal_reason": "Vertrag vom 1. Oktober"}
    made = await propose(conn, cast.nord.viewer, order, lines=None, **route)
    from exchange.amendments.law import name_in_amendment

    await name_in_amendment(conn, cast.nord.viewer, made.id, first.id)
    await sign(conn, cast, made, ("review", "provider", "hub", "recipient"))
    conn.now = datetime(2027, 1, 2, 9, 0, tzinfo=UTC)
    await conn.act_as(SYSTEM)
    assert await move_due(conn) == 1
    for actor in (cast.nord, cast.sued):
        await three_years(conn, actor, first, 2_00)
    more = await propose(conn, cast.sued.viewer, order, valid_from=date(2027, 6, 1))
    assert not more.needs_legal
    await sign(conn, cast, more)
    found = await kept(conn, more)
    assert (found.light, found.cooperation_id) == ("green", first.id)


async def test_small_changes_of_a_tendered_order_count_together(conn, cast):
    order = await tendered(conn, cast)  # 12 x 100 euros a month, open-ended: 57.600 euros
    small = await propose(conn, cast.nord.viewer, order, lines=lines("12.6"))
    law = await law_of(conn, small)
    m = law.measure
    assert (m.original_cents, m.change_cents, m.cumulated_cents, m.door) == (
        57_600_00,
        2_880_00,
        2_880_00,
        "minor",
    )
    assert len(law.rule_ids) == 4 and not small.needs_legal
    await sign(conn, cast, small)
    conn.now = datetime(2027, 1, 2, 9, 0, tzinfo=UTC)
    await conn.act_as(SYSTEM)
    assert await move_due(conn) == 1
    # back and up again: what goes down does not pay for what goes up
    second = await propose(
        conn, cast.nord.viewer, order, lines=lines(12), valid_from=date(2027, 6, 1)
    )
    m = (await law_of(conn, second)).measure
    assert (m.cumulated_cents, m.door) == (5_760_00, "minor")
    await conn.act_as(cast.nord.viewer)
    await step_amendment(
        conn, cast.nord.viewer, second.id, E.WITHDRAW, reason="anders", expected=None
    )
    third = await propose(
        conn, cast.nord.viewer, order, lines=lines("13.3"), valid_from=date(2027, 6, 1)
    )
    m = (await law_of(conn, third)).measure
    assert (m.cumulated_cents, m.door) == (6_240_00, "none")
    assert third.needs_legal
    # an index clause makes the higher price count (Abs. 4): 10 percent of 60.480 euros
    await conn.act_as(cast.nord.viewer)
    await step_amendment(
        conn, cast.nord.viewer, third.id, E.WITHDRAW, reason="anders", expected=None
    )
    last = await propose(
        conn, cast.nord.viewer, order, lines=lines("13.2"), valid_from=date(2027, 6, 1), index_clause=True
    )  # fmt: skip
    m = (await law_of(conn, last)).measure
    assert (m.reference_cents, m.cumulated_cents, m.door) == (60_480_00, 5_760_00, "minor")


async def test_no_door_waits_for_a_lawyer_who_gives_a_reason(conn, cast):
    order = await tendered(conn, cast)
    made = await propose(conn, cast.sued.viewer, order)
    assert made.needs_legal
    await conn.act_as(cast.hub.viewer)
    with pytest.raises(Invalid):
        await step_amendment(conn, cast.hub.viewer, made.id, E.REVIEW, expected=None)
    assert (await sign(conn, cast, made, ("review", "provider"))).state == "approved_provider"
    assert await kept(conn, made) is None


async def test_a_claim_needs_its_reason_and_a_clause_needs_no_lawyer(conn, cast):
    order = await tendered(conn, cast)
    with pytest.raises(Invalid):
        await propose(conn, cast.sued.viewer, order, change_door="review_clause")
    with pytest.raises(ValueError, match="change_door"):
        a_wish(change_door="minor")
    made = await propose(
        conn,
        cast.sued.viewer,
        order,
        change_door="review_clause",
        change_reason="Option nach Ziffer 4",
    )
    assert not made.needs_legal
    assert (await law_of(conn, made)).measure.door == "review_clause"


async def test_its_page_shows_the_calculation_to_both_sides(client, conn, cast):
    order = await tendered(conn, cast)
    form = await client.as_(cast.nord.viewer).get(f"/orders/{order.id}/amend")
    assert "§ 132 GWB" in form.text
    made = await propose(
        conn, cast.nord.viewer, order, lines=lines(15), change_door="additional", change_reason="Nur dieser Anbieter passt"
    )  # fmt: skip
    for viewer in (cast.nord.viewer, cast.sued.viewer, cast.office):
        text = (await client.as_(viewer).get(f"/amendments/{made.id}")).text
        assert "57.600,00" in text and "14.400,00" in text and "28.800,00" in text
        assert (
            "Nur dieser Anbieter passt" in text
            and "binnen 30 Tagen" in text
            and "216.000,00" in text
        )
    assert (await client.as_(cast.fremd.viewer).get(f"/amendments/{made.id}")).status_code == 404


async def test_machines_read_the_same_calculation(client, conn, cast):
    order = await tendered(conn, cast)
    made = await propose(conn, cast.sued.viewer, order, lines=lines(13))
    for viewer in (cast.nord.viewer, cast.sued.viewer):
        body = (await client.as_(viewer).get(f"/api/v1/amendments/{made.id}")).json()["law"]
        law = await law_of(conn, made)
        assert body["door"] == law.measure.door.value
        assert body["cumulated_cents"] == law.measure.cumulated_cents > 0
        assert body["rule_ids"] == [str(r) for r in law.rule_ids]
    assert (await client.as_(cast.fremd.viewer).get(f"/api/v1/amendments/{made.id}")).status_code == 404  # fmt: skip


async def test_other_routes_say_why_it_does_not_apply(client, conn, cast):
    order = await an_order_at(conn, cast)
    form = await client.as_(cast.nord.viewer).get(f"/orders/{order.id}/amend")
    assert "§ 132 GWB" not in form.text
    made = await propose(conn, cast.nord.viewer, order)
    text = (await client.as_(cast.nord.viewer).get(f"/amendments/{made.id}")).text
    assert "Statt § 132 GWB zählt" in text and "Inhouse-Ampel" in text
