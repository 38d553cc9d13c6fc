"""Time and successions: lapse, reminders, going over to a successor; and the proofs."""

from dataclasses import replace
from datetime import date, timedelta

from catalog.continuing.actions import CHECKS, carry_out, lapse_due, preview, remind_due
from catalog.interests import store
from catalog.interests.actions import read_interest
from catalog.interests.store import Selection
from kdnx.viewer import Scope, Viewer
from tests.catalog.interests.interest_build import an_interest

SYSTEM = Viewer(scope=Scope.SYSTEM)
DAY = date(2027, 1, 1)


async def test_an_offer_nobody_takes_lapses_after_its_last_day(conn, cast):
    made = await an_interest(conn, cast, "offered")
    await conn.act_as(SYSTEM)
    conn.now += date(2026, 12, 15) - conn.today
    assert await lapse_due(conn) == 0
    conn.now += timedelta(days=1)
    assert await lapse_due(conn) == 1
    assert await lapse_due(conn) == 0
    after = await read_interest(conn, SYSTEM, made.id)
    assert (after.state, after.due_on) == ("lapsed", None)


async def test_both_houses_learn_once_that_the_day_has_passed(conn, cast):
    await an_interest(conn, cast)
    await conn.act_as(SYSTEM)
    assert await remind_due(conn) == 0
    conn.now += timedelta(days=11)
    assert await remind_due(conn) == 1
    assert await remind_due(conn) == 0
    told = await conn.fetch(
        "SELECT DISTINCT owner_id FROM kdnx.notice WHERE kind = 'interest.overdue'"
    )
    assert {r["owner_id"] for r in told} == {cast.nord.id, cast.sued.id}


async def successor_of(conn, cast, member):
    """The office carries the succession out for Fremd, acting for it and its predecessor."""
    viewer = replace(cast.office, members=(cast.hub.id, cast.fremd.id, member))
    await conn.act_as(viewer)
    return viewer


async def test_the_successor_of_the_asker_goes_on_in_a_new_thread(conn, cast):
    made = await an_interest(conn, cast, "offered")
    viewer = await successor_of(conn, cast, cast.sued.id)
    assert (
        "1 offenes Interesse" in (await preview(conn, viewer, cast.sued.id, cast.fremd.id, DAY))[0]
    )
    await carry_out(conn, viewer, cast.sued.id, cast.fremd.id, DAY)
    assert (await read_interest(conn, viewer, made.id)).state == "transferred"
    await conn.act_as(cast.fremd.viewer)
    (new,) = await store.list_interests(conn, [cast.fremd.id], Selection(), sees_all=False)
    assert (new.number, new.state, new.continues_id) == (made.number, "coordinating", made.id)
    assert (await store.list_lines(conn, new))[0][0].quantity == 12


async def test_the_successor_of_the_provider_offers_anew(conn, cast):
    made = await an_interest(conn, cast, "offered")
    viewer = await successor_of(conn, cast, cast.nord.id)
    await carry_out(conn, viewer, cast.nord.id, cast.fremd.id, DAY)
    after = await read_interest(conn, viewer, made.id)
    assert (after.provider_id, after.state, after.turn) == (
        cast.fremd.id,
        "coordinating",
        "provider",
    )


async def test_nobody_asks_itself_after_a_merger(conn, cast):
    made = await an_interest(conn, cast, "offered")
    viewer = replace(cast.office, members=(cast.hub.id, cast.nord.id, cast.sued.id))
    await conn.act_as(viewer)
    await carry_out(conn, viewer, cast.sued.id, cast.nord.id, DAY)
    assert (await read_interest(conn, viewer, made.id)).state == "transferred"


async def test_the_proofs_hold_and_fire(conn, cast):
    made = await an_interest(conn, cast, "offered")
    await conn.act_as(SYSTEM)
    for check in CHECKS:
        assert await conn.fetch(check.sql) == []
    await conn.execute("UPDATE catalog.interest SET offered_version = 9 WHERE id = $1", made.id)
    assert len(await conn.fetch(CHECKS[0].sql)) == 1
