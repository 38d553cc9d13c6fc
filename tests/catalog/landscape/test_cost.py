"""Sums of cost give no single house away."""

import pytest

from catalog.landscape.store import list_costs
from kdnx.db.conn import Conn
from kdnx.viewer import NOBODY, Scope, Viewer
from tests.cast import Actor, Cast, make_actor
from tests.catalog.landscape.build import PAYROLL, REGISTER, a_product, declared


async def houses(conn: Conn, cast: Cast, count: int) -> list[Actor]:
    """The cast's three, and invented ones after them."""
    await conn.act_as(Viewer(scope=Scope.SYSTEM))
    more = [await make_actor(conn, f"X{n}", f"Haus {n}", "Ort") for n in range(count - 3)]
    return [cast.nord, cast.sued, cast.fremd, *more][:count]


async def told(conn: Conn, cast: Cast, count: int, *, task=REGISTER) -> None:
    """Houses with 100 users each; the n-th pays n × 1,000.00."""
    product = await a_product(conn, cast.nord.viewer)
    for n, actor in enumerate(await houses(conn, cast, count), 1):
        await declared(conn, actor.viewer, product.id, task=task, yearly_cents=n * 100_000)


async def test_two_houses_are_never_summed(conn: Conn, cast: Cast):
    await told(conn, cast, 2)
    for viewer in (cast.nord.viewer, cast.committee, cast.office):
        await conn.act_as(viewer)
        assert await list_costs(conn) == []


async def test_three_houses_are_summed_and_all_of_them_are_the_comparison(conn: Conn, cast: Cast):
    await told(conn, cast, 3)
    await conn.act_as(cast.committee)
    cost = (await list_costs(conn))[0]
    assert (cost.members, cost.cents, cost.users) == (3, 600_000, 300)
    assert (cost.best_members, cost.best_cents) == (3, 600_000)


@pytest.mark.parametrize("count", [4, 5])
async def test_no_comparison_that_leaves_one_or_two_houses_over(conn: Conn, cast: Cast, count):
    await told(conn, cast, count)
    await conn.act_as(cast.committee)
    cost = (await list_costs(conn))[0]
    assert cost.best_members == count
    assert cost.best_cents == cost.cents


async def test_from_six_houses_on_the_cheapest_three_compare(conn: Conn, cast: Cast):
    await told(conn, cast, 6)
    await conn.act_as(cast.committee)
    cost = (await list_costs(conn))[0]
    assert (cost.members, cost.cents) == (6, 2_100_000)
    assert (cost.best_members, cost.best_cents, cost.best_users) == (3, 600_000, 300)


async def test_only_who_sees_every_cost_chooses_the_number_of_users(conn: Conn, cast: Cast):
    await told(conn, cast, 6)
    await conn.act_as(cast.committee)
    assert (await list_costs(conn, 1_000_000))[0].best_members == 3
    await conn.act_as(cast.office)
    assert (await list_costs(conn, 1_000_000))[0].best_members is None


async def test_what_comes_from_a_member_or_lacks_users_does_not_count(conn: Conn, cast: Cast):
    await told(conn, cast, 3, task=PAYROLL)
    product = await a_product(conn, cast.nord.viewer)
    await declared(conn, cast.nord.viewer, product.id)
    await declared(conn, cast.sued.viewer, product.id, users=None)
    await declared(
        conn, cast.fremd.viewer, product.id, mode="from_member", from_member_id=cast.nord.id
    )
    await conn.act_as(cast.committee)
    assert [c.capability_id for c in await list_costs(conn)] == [PAYROLL]


async def test_nobody_is_told_anything(conn: Conn, cast: Cast):
    await told(conn, cast, 3)
    await conn.act_as(NOBODY)
    assert await list_costs(conn) == []
