"""Declaring, confirming, reminding; and who sees the cost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.applications import actions, store
from catalog.applications.model import Mode, Use
from catalog.capabilities.actions import merge_product
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, NotFound, Stale
from kdnx.ids import new_id
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.catalog.landscape.build import REGISTER, a_product, declared

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def test_a_change_is_a_new_row_from_today_on(conn: Conn, cast: Cast):
    nord = cast.nord.viewer
    product = await a_product(conn, nord)
    use = await declared(conn, nord, product.id)
    conn.now += timedelta(days=3)
    assert await actions.declare_uses(conn, nord, cast.nord.id, [use]) == []
    await actions.declare_uses(conn, nord, cast.nord.id, [replace(use, users=120)])
    history = await store.list_history(conn, cast.nord.id, REGISTER)
    assert [h.users for h in history] == [120, 100]
    assert [u.users for u in await store.list_own(conn, [cast.nord.id])] == [120]


async def test_what_ended_is_not_used_any_more_and_stays_in_the_history(conn: Conn, cast: Cast):
    nord = cast.nord.viewer
    product = await a_product(conn, nord)
    await declared(conn, nord, product.id)
    conn.now += timedelta(days=1)
    await actions.declare_uses(conn, nord, cast.nord.id, [Use(cast.nord.id, REGISTER, product.id)])
    assert await store.list_own(conn, [cast.nord.id]) == []
    assert await store.list_all(conn, REGISTER) == []
    assert len(await store.list_history(conn, cast.nord.id, REGISTER)) == 2


async def test_only_the_own_house_office_and_audit_see_the_cost(conn: Conn, cast: Cast):
    product = await a_product(conn, cast.nord.viewer)
    await declared(conn, cast.nord.viewer, product.id)
    for viewer, seen in (
        (cast.nord.viewer, 1), (cast.office, 1), (cast.auditor, 1),
        (cast.sued.viewer, 0), (cast.committee, 0),
    ):  # fmt: skip
        await conn.act_as(viewer)
        assert len(await store.list_own(conn, [cast.nord.id])) == seen
        shown = await store.list_all(conn, REGISTER)
        assert [(u.mode, u.users, u.yearly_cents) for u in shown] == [("own", 100, None)]


async def test_nobody_declares_for_another_house(conn: Conn, cast: Cast):
    product = await a_product(conn, cast.nord.viewer)
    await conn.act_as(cast.sued.viewer)
    use = Use(cast.nord.id, REGISTER, product.id, Mode.OWN.value)
    with pytest.raises(Forbidden):
        await actions.declare_uses(conn, cast.sued.viewer, cast.nord.id, [use])
    strange = Use(cast.nord.id, REGISTER, product.id, Mode.OWN.value)
    with pytest.raises(NotFound):
        await actions.declare_uses(conn, cast.sued.viewer, cast.sued.id, [strange])


async def test_unknown_things_and_contradictions_are_refused(conn: Conn, cast: Cast):
    nord = cast.nord
    product = await a_product(conn, nord.viewer)
    for use in (
        Use(nord.id, new_id(), product.id, Mode.OWN.value),
        Use(nord.id, REGISTER, new_id(), Mode.OWN.value),
        Use(nord.id, REGISTER, product.id, Mode.FROM_MEMBER.value, new_id()),
    ):
        with pytest.raises(NotFound):
            await actions.declare_uses(conn, nord.viewer, nord.id, [use])
    alone = Use(nord.id, REGISTER, product.id, Mode.FROM_MEMBER.value)
    with pytest.raises(Invalid):
        await actions.declare_uses(conn, nord.viewer, nord.id, [alone])


async def test_a_stale_grid_is_refused(conn: Conn, cast: Cast):
    nord = cast.nord.viewer
    product = await a_product(conn, nord)
    use = await declared(conn, nord, product.id)
    seen = {use.key: (await store.list_own(conn, [cast.nord.id]))[0].seen}
    await actions.declare_uses(conn, nord, cast.nord.id, [replace(use, users=7)], seen=seen)
    with pytest.raises(Stale):
        await actions.declare_uses(conn, nord, cast.nord.id, [replace(use, users=8)], seen=seen)


async def test_confirming_counts_and_a_year_later_a_task_asks_again(conn: Conn, cast: Cast):
    await conn.act_as(cast.nord.viewer)
    await actions.confirm_declarations(conn, cast.nord.viewer, cast.nord.id)
    await conn.act_as(SYSTEM)
    assert await actions.remind_yearly(conn) == 0
    conn.now += timedelta(days=340)
    assert await actions.remind_yearly(conn) == 1
    assert await actions.remind_yearly(conn) == 0
    tasks = await conn.fetch("SELECT owner_id FROM kdnx.task WHERE kind = 'application.confirm'")
    assert [t["owner_id"] for t in tasks] == [cast.nord.id]


async def test_only_the_office_reminds_and_only_those_who_are_missing(conn: Conn, cast: Cast):
    await conn.act_as(cast.nord.viewer)
    await actions.confirm_declarations(conn, cast.nord.viewer, cast.nord.id)
    with pytest.raises(Forbidden):
        await actions.remind_missing(conn, cast.nord.viewer)
    await conn.act_as(cast.office)
    assert await actions.remind_missing(conn, cast.office) == 2
    assert await actions.remind_missing(conn, cast.office) == 0


async def test_a_merged_product_counts_as_the_one_that_stays(conn: Conn, cast: Cast):
    one = await a_product(conn, cast.nord.viewer)
    await declared(conn, cast.nord.viewer, one.id)
    two = await a_product(conn, cast.sued.viewer, "Meldekompass 5")
    await declared(conn, cast.sued.viewer, two.id)
    with pytest.raises(Forbidden):
        await merge_product(conn, cast.sued.viewer, two.id, one.id, "dasselbe")
    await conn.act_as(cast.office)
    await merge_product(conn, cast.office, two.id, one.id, "dasselbe Produkt, andere Fassung")
    assert {u.product_id for u in await store.list_all(conn, REGISTER)} == {one.id}
    own = await store.list_own(conn, [cast.sued.id])
    assert own[0].product_id == two.id
