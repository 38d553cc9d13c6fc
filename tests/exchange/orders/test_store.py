"""The second fence: what the database itself lets each viewer see and change."""

import asyncpg
import pytest

from exchange.orders.store import list_orders
from tests.exchange.order_build import an_order_at

COUNTS = {
    "service_order": "SELECT count(*) FROM exchange.service_order",
    "order_version": "SELECT count(*) FROM exchange.order_version",
    "leg": "SELECT count(*) FROM exchange.leg",
    "schedule_line": "SELECT count(*) FROM exchange.schedule_line",
    "order_approval": "SELECT count(*) FROM exchange.order_approval",
    "tax_decision": "SELECT count(*) FROM exchange.tax_decision",
    "order_counter": "SELECT count(*) FROM exchange.order_counter",
    "order_step": "SELECT count(*) FROM exchange.order_step",
    "order_row": "SELECT count(*) FROM exchange.order_row",
}
FORBIDDEN = (
    "DELETE FROM exchange.service_order", "UPDATE exchange.service_order SET recipient_id = owner_id",
    "UPDATE exchange.order_version SET yearly_net_cents = 1", "DELETE FROM exchange.order_version", "UPDATE exchange.leg SET leg = 2",
    "UPDATE exchange.schedule_line SET net_cents = 1", "UPDATE exchange.order_approval SET note = 'x'", "DELETE FROM exchange.order_approval",
    "UPDATE exchange.tax_decision SET tax_code = 'U19'", "DELETE FROM exchange.order_step",
)  # fmt: skip
SIGN = """
INSERT INTO exchange.order_approval (owner_id, order_id, version, side, member_id, person_id, origin, approved_at)
VALUES ($1, $2, 2, $3, $4, $5, 'signed', $6)
"""


async def test_a_stranger_and_the_committee_see_no_row(conn, cast):
    await an_order_at(conn, cast)
    for viewer in (cast.fremd.viewer, cast.committee):
        await conn.act_as(viewer)
        assert {name: await conn.fetchval(sql) for name, sql in COUNTS.items()} == dict.fromkeys(
            COUNTS, 0
        )
    for viewer in (cast.nord.viewer, cast.sued.viewer, cast.office, cast.auditor):
        await conn.act_as(viewer)
        seen = {
            name: await conn.fetchval(sql)
            for name, sql in COUNTS.items()
            if name != "order_counter"
        }
        assert min(seen.values()) > 0, seen


async def test_the_viewer_is_a_parameter_too(conn, cast):
    await an_order_at(conn, cast)
    await conn.act_as(cast.office)
    assert await list_orders(conn, cast.fremd.viewer.members, sees_all=False) == []
    assert len(await list_orders(conn, cast.nord.viewer.members, sees_all=False)) == 1


@pytest.mark.parametrize("sql", FORBIDDEN)
async def test_what_was_agreed_cannot_be_changed(conn, cast, sql):
    await conn.act_as(cast.office)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.execute(sql)


async def test_nobody_signs_for_another_member(conn, cast):
    order = await an_order_at(conn, cast, "reviewed")
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.execute(
            SIGN,
            order.owner_id,
            order.id,
            "provider",
            cast.nord.id,
            cast.sued.viewer.person_id,
            conn.now,
        )


async def test_a_stranger_moves_nothing(conn, cast):
    await an_order_at(conn, cast)
    await conn.act_as(cast.fremd.viewer)
    assert await conn.execute("UPDATE exchange.service_order SET state = 'ended'") == 0
