"""A yearly maximum: set with the offer or by a change, asked at every proposal, shown with its use."""

import asyncio
from datetime import date

import pytest

from exchange.bookings.actions import Proposal, propose_booking
from exchange.clearing.caps import set_cap, use_of
from exchange.clearing.store import find_cap
from kdnx.audit.actions import finish
from kdnx.db.pool import transaction
from kdnx.errors import Forbidden, KdnxError, NotFound, Refused
from kdnx.viewer import Scope, Viewer
from tests.cast import make_cast
from tests.exchange.amendments.test_actions import propose, sign
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
