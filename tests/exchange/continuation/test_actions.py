"""Succession: running orders go on under the successor, nothing in the past changes."""

from dataclasses import replace
from datetime import date

import pytest

from exchange.approvals.store import list_approvals
from exchange.continuation import part
from exchange.continuation.actions import carry_out, preview
from exchange.orders.actions import read_order
from exchange.orders.store import find_continuation, list_legs, list_lines
from exchange.taxes.store import list_decisions
from kdnx.viewer import Scope, Viewer
from tests.exchange.order_build import an_offer, an_order_at

SYSTEM = Viewer(scope=Scope.SYSTEM)
DAY = date(2026, 10, 1)
NUMBER = "SELECT owner_id, object_id FROM kdnx.number WHERE number = $1"
USES = "SELECT recipient_id, valid_from, valid_to FROM catalog.offering_use ORDER BY valid_from, recipient_id"


async def succeed(conn, cast, predecessor, successor):
    """As the platform calls it: the office, acting for both."""
    office = replace(cast.office, members=(cast.hub.id, predecessor.id, successor.id))
    await conn.act_as(office)
    await carry_out(conn, office, predecessor.id, successor.id, DAY)
    await conn.act_as(SYSTEM)


async def checks_hold(conn):
    for check in part.CHECKS:
        assert await conn.fetch(check.sql) == [], check.name


@pytest.mark.parametrize("side", ["provider", "recipient"])
async def test_a_running_order_goes_on_under_the_successor(conn, cast, side):
    order = await an_order_at(conn, cast)
    predecessor = cast.nord if side == "provider" else cast.sued
    lines = await list_lines(conn, order.owner_id, order.id, order.current_version)
    await conn.act_as(SYSTEM)
    assert (
        "1 Leistungsschein" in (await preview(conn, SYSTEM, predecessor.id, cast.fremd.id, DAY))[0]
    )
    await succeed(conn, cast, predecessor, cast.fremd)
    old = await read_order(conn, SYSTEM, order.id)
    assert (old.state, old.runs_until) == ("transferred", date(2026, 9, 30))
    new_id = await find_continuation(conn, order.owner_id, order.id)
    assert new_id is not None
    new = await read_order(conn, SYSTEM, new_id)
    assert (new.state, new.number, new.origin, new.starts_on) == (
        "active",
        order.number,
        "succession",
        DAY,
    )
    assert (new.owner_id if side == "provider" else new.recipient_id) == cast.fremd.id
    assert await list_lines(conn, new.owner_id, new.id, 1) == lines
    legs = await list_legs(conn, new.owner_id, new.id, 1)
    assert (legs[0]["supplier_id"], legs[1]["customer_id"]) == (new.owner_id, new.recipient_id)
    assert {(d.leg, d.tax_code, d.origin) for d in await list_decisions(conn, new.owner_id, new.id)} == {
        (1, "undecided", "succession"), (2, "undecided", "succession"),
    }  # fmt: skip
    assert {a.origin for a in await list_approvals(conn, new.owner_id, new.id)} == {"succession"}
    assert tuple((await conn.fetch(NUMBER, order.number))[0]) == (new.owner_id, new.id)
    await checks_hold(conn)


async def test_the_use_of_the_offering_passes_over(conn, cast):
    await an_order_at(conn, cast)
    await succeed(conn, cast, cast.sued, cast.fremd)
    assert [tuple(r) for r in await conn.fetch(USES)] == [
        (cast.sued.id, date(2026, 7, 1), DAY),
        (cast.fremd.id, DAY, None),
    ]


async def test_what_ends_before_the_day_stays(conn, cast):
    order = await an_order_at(conn, cast, offer=an_offer(ends_on=date(2026, 9, 30)))
    await succeed(conn, cast, cast.nord, cast.fremd)
    assert (await read_order(conn, SYSTEM, order.id)).state == "active"
    assert await find_continuation(conn, order.owner_id, order.id) is None


async def test_an_offer_is_made_again_by_the_successor(conn, cast):
    order = await an_order_at(conn, cast, "approved_provider")
    await succeed(conn, cast, cast.nord, cast.fremd)
    new_id = await find_continuation(conn, order.owner_id, order.id)
    assert new_id is not None
    new = await read_order(conn, SYSTEM, new_id)
    assert (new.state, new.owner_id) == ("coordinating", cast.fremd.id)
    assert await list_approvals(conn, new.owner_id, new.id) == []
    tasks = await conn.fetch(
        "SELECT owner_id, kind FROM kdnx.task WHERE state = 'open' AND object_id = $1", new_id
    )
    assert [tuple(t) for t in tasks] == [(cast.fremd.id, "order.offer")]
    await checks_hold(conn)


async def test_an_order_between_both_ends(conn, cast):
    order = await an_order_at(conn, cast)
    await succeed(conn, cast, cast.nord, cast.sued)
    old = await read_order(conn, SYSTEM, order.id)
    assert (old.state, old.runs_until) == ("ended", date(2026, 9, 30))
    await checks_hold(conn)


async def test_drafts_are_withdrawn(conn, cast):
    order = await an_order_at(conn, cast, "draft")
    await succeed(conn, cast, cast.sued, cast.fremd)
    assert (await read_order(conn, SYSTEM, order.id)).state == "withdrawn"


async def test_a_second_succession_continues_the_continuation(conn, cast):
    order = await an_order_at(conn, cast)
    await succeed(conn, cast, cast.sued, cast.fremd)
    first = await find_continuation(conn, order.owner_id, order.id)
    assert first is not None
    await succeed(conn, cast, cast.nord, cast.hub)
    second = await find_continuation(conn, order.owner_id, first)
    assert second is not None
    new = await read_order(conn, SYSTEM, second)
    assert (new.owner_id, new.recipient_id, new.route, new.number) == (
        cast.hub.id,
        cast.fremd.id,
        "direct",
        order.number,
    )
    await checks_hold(conn)
