"""Reminders before, on and after the day: once a stage, closed by the second signature."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from exchange.inhouse.actions import sign_declaration
from exchange.inhouse.model import DeclarationEvent
from exchange.reminding.actions import run_reminders
from exchange.reminding.model import Rhythm
from kdnx.viewer import Role
from tests.exchange.build import SYSTEM
from tests.exchange.cooperations.coop_build import amounts, concluded
from tests.exchange.inhouse.test_actions import parts, save, signed

E = DeclarationEvent
RHYTHM = Rhythm((60, 30, 7))
TASKS = "SELECT kind, assignee_role, url, due_at FROM kdnx.task WHERE owner_id = $1 AND state = 'open' ORDER BY kind"
TOLD = "SELECT count(*) FROM kdnx.notice WHERE owner_id = $1 AND kind = 'inhouse.reminder'"


def at(month, day):
    return datetime(2027, month, day, 10, tzinfo=UTC)


async def run(conn, month, day):
    conn.now = at(month, day)
    await conn.act_as(SYSTEM)
    return await run_reminders(conn)


def test_the_stages_before_on_and_after_the_day():
    due = date(2027, 6, 30)
    expected = {
        date(2027, 4, 30): None, date(2027, 5, 1): -60, date(2027, 5, 31): -30, date(2027, 6, 22): -30,
        date(2027, 6, 23): -7, date(2027, 6, 30): 0, date(2027, 7, 6): 0, date(2027, 7, 7): 7, date(2027, 12, 31): 60,
    }  # fmt: skip
    assert {d: RHYTHM.stage_on(d, due) for d in expected} == expected


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.dates(date(2020, 1, 1), date(2035, 12, 31))
)
def test_a_stage_never_goes_back(one, other):
    due, (early, late) = date(2027, 6, 30), sorted((one, other))
    before, after = RHYTHM.stage_on(early, due), RHYTHM.stage_on(late, due)
    assert before is None or (after is not None and after >= before)


async def test_each_stage_tells_once_and_the_task_closes_with_the_signature(conn, cast):
    assert await run(conn, 4, 30) == 0
    first = await run(conn, 5, 1)
    assert first >= 4  # every house of the cast, the hub too
    assert await run(conn, 5, 1) == 0
    assert await run(conn, 5, 20) == 0
    tasks = await conn.fetch(TASKS, cast.nord.id)
    assert [(t["kind"], t["assignee_role"], t["url"]) for t in tasks] == [("inhouse.declare", Role.OFFERING_EDITOR, "/inhouse/2026")]  # fmt: skip
    assert tasks[0]["due_at"] == datetime(2027, 6, 30, 21, 59, 59, tzinfo=UTC)
    told = await conn.fetchval(TOLD, cast.nord.id)
    assert told == 2  # both people hold the roles
    await conn.act_as(cast.nord.viewer)
    await save(conn, cast.nord.viewer, 2026, parts())
    await sign_declaration(conn, cast.nord.viewer, 2026, E.SIGN_FIRST, expected=1)
    await conn.act_as(SYSTEM)
    assert [t["kind"] for t in await conn.fetch(TASKS, cast.nord.id)] == ["inhouse.sign"]
    assert await run(conn, 5, 31) == first  # still not signed twice
    assert [t["kind"] for t in await conn.fetch(TASKS, cast.nord.id)] == ["inhouse.sign"]
    await conn.act_as(cast.nord.second)
    await sign_declaration(conn, cast.nord.second, 2026, E.SIGN_SECOND, expected=2)
    await conn.act_as(SYSTEM)
    assert await conn.fetch(TASKS, cast.nord.id) == []
    assert await run(conn, 6, 23) == first - 1
    assert await run(conn, 6, 30) == first - 1
    assert await run(conn, 7, 30) == first - 1
    assert await conn.fetchval(TOLD, cast.nord.id) == 2 * told
    title = await conn.fetchval("SELECT title FROM kdnx.notice WHERE owner_id = $1 ORDER BY created_at DESC LIMIT 1", cast.sued.id)  # fmt: skip
    assert title == "Inhouse-Erklärung 2026: überfällig seit 30.06.2027; die Ampel ist grau"


async def test_a_house_that_has_declared_is_left_alone(conn, cast):
    conn.now = at(3, 1)
    await signed(conn, cast.nord, 2026, parts())
    await run(conn, 6, 30)
    assert await conn.fetchval(TOLD, cast.nord.id) == 0


async def test_parties_are_reminded_of_their_market_share(conn, cast):
    conn.now = at(3, 1)
    c = await concluded(conn, cast.nord, cast.sued)
    await amounts(conn, cast.nord, c, 2026, 1_00)
    for actor in (cast.nord, cast.sued, cast.fremd, cast.hub):
        await signed(conn, actor, 2026, parts())
    assert await run(conn, 6, 23) == 1
    tasks = await conn.fetch(TASKS, cast.sued.id)
    assert [(t["kind"], t["url"]) for t in tasks] == [("cooperation.enter", f"/cooperations/{c.id}/years/2026")]  # fmt: skip
    await amounts(conn, cast.sued, c, 2026, 1_00)
    await conn.act_as(SYSTEM)
    assert await conn.fetch(TASKS, cast.sued.id) == []
    assert await run(conn, 6, 30) == 0
