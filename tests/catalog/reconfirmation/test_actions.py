"""The yearly confirmation: reminder, suspension, and the way back."""

from datetime import timedelta

from catalog.availability import actions as availability
from catalog.offerings.actions import save_draft
from catalog.offerings.store import get_offering
from catalog.reconfirmation.actions import SYSTEM, remind_and_suspend
from kdnx.db.conn import Conn
from kdnx.tasks.actions import list_my_tasks
from tests.cast import Cast
from tests.catalog.build import a_body, an_offering


async def run_all(conn: Conn) -> list[int]:
    await conn.act_as(SYSTEM)
    return [await remind_and_suspend(conn), await remind_and_suspend(conn)]


async def test_reminded_once_then_suspended_then_resumed(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    begun = conn.now
    assert await run_all(conn) == [0, 0]
    conn.now = begun + timedelta(days=340)
    assert await run_all(conn) == [1, 0]
    await conn.act_as(cast.nord.viewer)
    tasks = [
        t for t in await list_my_tasks(conn, cast.nord.viewer) if t.kind == "offering.reconfirm"
    ]
    assert [t.object_id for t in tasks] == [head.id]
    conn.now = begun + timedelta(days=370)
    assert await run_all(conn) == [1, 0]
    assert (conn.notes[-1].action, conn.notes[-1].audience) == (
        "offering.reconfirm_missed",
        "public",
    )
    await conn.act_as(cast.sued.viewer)
    seen = await get_offering(conn, cast.sued.viewer, head.id)
    assert seen.state == "suspended"
    assert "zwölf Monaten" in seen.state_reason
    await conn.act_as(cast.nord.viewer)
    back = await availability.resume_offering(conn, cast.nord.viewer, head.id, seen.row_version)
    assert back.state == "published"
    assert not [
        t for t in await list_my_tasks(conn, cast.nord.viewer) if t.kind == "offering.reconfirm"
    ]
    assert await run_all(conn) == [0, 0]


async def test_confirming_in_time_keeps_it_public(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    begun = conn.now
    conn.now = begun + timedelta(days=340)
    await run_all(conn)
    await conn.act_as(cast.nord.viewer)
    await availability.reconfirm_offering(conn, cast.nord.viewer, head.id, head.row_version)
    conn.now = begun + timedelta(days=370)
    assert await run_all(conn) == [0, 0]


async def test_told_at_every_step_of_the_rule_and_not_again_after_saving(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    assert head.reconfirm_due is not None
    begun, today, due = conn.now, conn.today, head.reconfirm_due
    told = []
    for left in (70, 60, 45, 30, 29, 7, 1, 0):
        conn.now = begun + (due - today) - timedelta(days=left)
        told.append((left, (await run_all(conn))[0]))
        await conn.act_as(cast.nord.viewer)
        head = await get_offering(conn, cast.nord.viewer, head.id)
        if left == 45:
            await save_draft(conn, cast.nord.viewer, head.id, head.row_version, a_body("Neu"))
    assert told == [(70, 0), (60, 1), (45, 0), (30, 1), (29, 0), (7, 1), (1, 0), (0, 0)]
