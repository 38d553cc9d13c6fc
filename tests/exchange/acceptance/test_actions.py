"""Accepting makes one order with the offered terms and the pinned version, or says why not."""

from datetime import date

import pytest

from catalog.interests.actions import read_interest
from catalog.offerings import actions as offerings
from exchange.acceptance import store
from exchange.acceptance.actions import accept_offer
from exchange.acceptance.part import CHECKS
from exchange.approvals.actions import approve_order, review_order
from exchange.clearing.actions import name_cooperation
from exchange.orders import store as orders
from exchange.orders.actions import read_order
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from kdnx.tasks.actions import list_my_tasks
from kdnx.viewer import Scope, Viewer
from tests.catalog.build import WORKPLACE, a_body
from tests.catalog.interests.interest_build import an_interest, an_offer
from tests.exchange.cooperations.coop_build import concluded

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def republish(conn, cast, offering_id, **over):
    """A new published version of the offering."""
    nord, second = cast.nord.viewer, cast.nord.second
    await conn.act_as(nord)
    seen = await conn.fetchval(
        "SELECT row_version FROM catalog.offering WHERE id = $1", offering_id
    )
    head = await offerings.save_draft(conn, nord, offering_id, seen, a_body(**over))
    head = await offerings.submit_offering(conn, nord, head.id, head.row_version)
    await conn.act_as(second)
    await offerings.publish_offering(conn, second, head.id, head.row_version, head.draft_version)


async def test_the_offered_terms_become_an_order(conn, cast):
    made = await an_interest(conn, cast, "offered")
    sued = cast.sued.viewer
    await conn.act_as(sued)
    order = await accept_offer(conn, sued, made.id, expected=made.row_version)
    assert (order.number, order.state, order.owner_id, order.recipient_id) == (
        "L-2026-0001",
        "offered",
        cast.nord.id,
        cast.sued.id,
    )
    assert (order.offering_version, order.starts_on, order.notice_months) == (
        1,
        date(2027, 1, 1),
        3,
    )
    assert (order.legal_route, order.yearly_net_cents) == ("cooperation_108_6", 12 * 54_00)
    assert order.offer_valid_until == date(2026, 12, 23)  # thirty days for the approvals
    assert (await read_interest(conn, sued, made.id)).state == "accepted"
    found = await store.find_by_interest(conn, made.id)
    assert found is not None
    assert found.order_id == order.id
    assert [s["event"] for s in await orders.list_steps(conn, order.owner_id, order.id)] == [
        "accept"
    ]
    await conn.act_as(cast.office)
    kinds = {t.kind for t in await list_my_tasks(conn, cast.office, kind="order")}
    assert kinds == {"order.review", "order.review_tax"}
    await conn.act_as(SYSTEM)
    for check in CHECKS:
        assert await conn.fetch(check.sql) == []


async def test_the_author_of_the_offer_does_not_sign_and_the_others_bring_it_to_run(conn, cast):
    made = await an_interest(conn, cast, "offered")
    await conn.act_as(cast.sued.viewer)
    order = await accept_offer(conn, cast.sued.viewer, made.id, expected=None)
    # its route is § 108 (6) GWB, so it names the cooperation it rests on
    c = await concluded(conn, cast.nord, cast.sued)
    await conn.act_as(cast.nord.viewer)
    await name_cooperation(conn, cast.nord.viewer, order.id, c.id)
    await conn.act_as(cast.office)
    order = await review_order(
        conn, cast.office, order.id, reason="trägt", confirm_tax=True, expected=None
    )
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Refused) as refused:
        await approve_order(conn, cast.nord.viewer, order.id, expected=None)
    assert refused.value.code == "four_eyes"
    for viewer in (cast.nord.second, cast.hub.second, cast.sued.second):
        await conn.act_as(viewer)
        order = await approve_order(conn, viewer, order.id, expected=None)
    assert order.state == "approved"


async def test_only_the_house_that_asked_accepts(conn, cast):
    made = await an_interest(conn, cast, "offered")
    with pytest.raises(Forbidden):
        await accept_offer(conn, cast.nord.viewer, made.id, expected=None)
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await accept_offer(conn, cast.fremd.viewer, made.id, expected=None)
    await conn.act_as(cast.office)
    with pytest.raises(Forbidden):
        await accept_offer(conn, cast.office, made.id, expected=None)


async def test_another_published_version_is_a_typed_refusal_that_names_the_changes(conn, cast):
    made = await an_interest(conn, cast, "offered")
    await republish(
        conn,
        cast,
        made.offering_id,
        prices=[{**WORKPLACE, "unit_price_micro": 5_000_000}],
        notice_months=12,
    )
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Refused) as refused:
        await accept_offer(conn, cast.sued.viewer, made.id, expected=None)
    error = refused.value
    assert error.code == "offering_changed"
    assert error.remedy_url == f"/offerings/{made.offering_id}/versions/2"
    said = " ".join(e.message for e in error.errors)
    assert "Kündigungsfrist in Monaten: 6 → 12" in said
    assert "4,50" in said
    assert "5,00" in said
    assert "prices.0" in {e.field for e in error.errors}
    assert {e.code for e in error.errors} == {"changed"}
    assert (await read_interest(conn, cast.sued.viewer, made.id)).state == "offered"


async def test_a_lapsed_offer_and_a_withdrawn_version_are_told_apart(conn, cast):
    made = await an_interest(conn, cast, "offered", offer=an_offer(valid_until=date(2026, 11, 23)))
    await conn.act_as(cast.sued.viewer)
    conn.now = conn.now.replace(day=24)
    with pytest.raises(Refused) as refused:
        await accept_offer(conn, cast.sued.viewer, made.id, expected=None)
    assert refused.value.code == "offer_lapsed"


async def test_a_page_that_shows_an_older_offer_is_stale(conn, cast):
    made = await an_interest(conn, cast, "offered")
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Stale):
        await accept_offer(conn, cast.sued.viewer, made.id, expected=made.row_version - 1)


async def test_a_second_acceptance_reads_that_it_is_done(conn, cast):
    made = await an_interest(conn, cast, "offered", route="direct")
    await conn.act_as(cast.sued.viewer)
    order = await accept_offer(conn, cast.sued.viewer, made.id, expected=made.row_version)
    assert (order.route, order.surcharge_pct) == ("direct", 0)
    with pytest.raises(Refused) as refused:
        await accept_offer(conn, cast.sued.second, made.id, expected=made.row_version)
    assert refused.value.code == "interest_accepted"


async def test_what_the_catalogue_leaves_open_is_undecided(conn, cast):
    offer = an_offer(starts_on=date(2026, 12, 1), tax_code_1="OPEN", tax_code_2="U19")
    made = await an_interest(conn, cast, "offered", offer=offer)
    await conn.act_as(cast.sued.viewer)
    order = await accept_offer(conn, cast.sued.viewer, made.id, expected=None)
    await conn.act_as(SYSTEM)
    codes = await conn.fetch(
        "SELECT leg, tax_code, author_id FROM exchange.tax_decision WHERE order_id = $1 ORDER BY leg",
        order.id,
    )
    author = cast.nord.viewer.person_id
    assert [tuple(r) for r in codes] == [(1, "undecided", author), (2, "U19", author)]
    assert (await read_order(conn, SYSTEM, order.id)).author_id == author
