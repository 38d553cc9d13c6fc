"""The request's own moves: who may, when, who is told, and what stays fixed."""

from datetime import timedelta

import pytest

from catalog.requests import actions
from catalog.requests.store import find_budget, get_request
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, NotFound, Refused, Stale
from tests.cast import Actor, Cast
from tests.catalog.requests.making import SYSTEM, a_request, a_wish, an_answer, close, seen


async def notices(conn: Conn, actor: Actor, kind: str) -> int:
    """How many of the actor's people were told."""
    await conn.act_as(SYSTEM)
    sql = "SELECT count(*) FROM kdnx.notice WHERE kind = $1 AND owner_id = $2"
    return await conn.fetchval(sql, kind, actor.id)


async def tasks(conn: Conn, actor: Actor, kind: str) -> list:
    """Open tasks of a kind with their due instant."""
    await conn.act_as(SYSTEM)
    sql = "SELECT due_at FROM kdnx.task WHERE kind = $1 AND owner_id = $2 AND state = 'open'"
    return [r["due_at"] for r in await conn.fetch(sql, kind, actor.id)]


async def test_a_draft_is_seen_by_its_house_and_the_office_only(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued, announced=False)
    assert (await seen(conn, cast.sued.second, request_id)).state == "draft"
    assert (await seen(conn, cast.office, request_id)).state == "draft"
    for stranger in (cast.nord.viewer, cast.fremd.viewer, cast.committee):
        with pytest.raises(NotFound):
            await seen(conn, stranger, request_id)


async def test_opening_asks_everybody_with_task_and_notice(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    request = await seen(conn, cast.nord.viewer, request_id)
    assert request.number == f"G-{conn.today.year}-0001"
    assert request.is_asked
    for actor in (cast.nord, cast.fremd, cast.hub):
        assert await tasks(conn, actor, "request.answer") == [request.closes_at]
        assert await notices(conn, actor, "request.opened") == 2
    assert await tasks(conn, cast.sued, "request.answer") == []


async def test_chosen_members_alone_are_asked_and_alone_see_it(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued, audience="members", member_ids=[cast.nord.id])
    assert await tasks(conn, cast.fremd, "request.answer") == []
    with pytest.raises(NotFound):
        await seen(conn, cast.fremd.viewer, request_id)


async def test_weights_deadline_and_reach_are_checked_before_it_opens(conn: Conn, cast: Cast):
    sued = cast.sued.viewer
    no_sum = await a_request(conn, cast.sued, announced=False, criteria=[{"kind": "points", "name": "Güte", "weight": 60}])  # fmt: skip
    with pytest.raises(Invalid, match="60 statt 100"):
        await actions.announce_request(conn, sued, no_sum)
    past = await a_request(
        conn, cast.sued, announced=False, closes_on=conn.today - timedelta(days=1)
    )
    with pytest.raises(Refused):
        await actions.announce_request(conn, sued, past)
    nobody = await a_request(conn, cast.sued, announced=False, audience="region", regions=["DE21"])
    with pytest.raises(Refused, match="kein anderes Mitglied"):
        await actions.announce_request(conn, sued, nobody)


async def test_nothing_changes_once_it_is_open(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    with pytest.raises(Refused) as refusal:
        await actions.change_request(conn, cast.sued.viewer, request_id, 2, a_wish(conn))
    assert "Gleichbehandlung" in (refusal.value.rule or "")
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Exception, match="row-level security"):
        async with conn.savepoint():
            await conn.execute(
                "INSERT INTO catalog.request_item VALUES ($1, 9, 'Mehr', 'flat', 1)", request_id
            )


async def test_a_draft_changes_by_its_version(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued, announced=False)
    await actions.change_request(conn, cast.sued.viewer, request_id, 1, a_wish(conn, "Neuer Titel"))
    with pytest.raises(Stale):
        await actions.change_request(conn, cast.sued.viewer, request_id, 1, a_wish(conn, "Zu spät"))
    assert (await seen(conn, cast.sued.viewer, request_id)).title == "Neuer Titel"


async def test_the_budget_stays_in_the_house(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued, budget_cents=2_500_000)
    assert await find_budget(conn, request_id, cast.sued.viewer.members) == 2_500_000
    for stranger in (cast.nord.viewer, cast.office):
        await conn.act_as(stranger)
        assert await conn.fetchval("SELECT count(*) FROM catalog.request_budget") == 0


async def test_only_the_asking_house_steers_also_not_the_office(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    later = conn.today + timedelta(days=40)
    for viewer in (cast.nord.viewer, cast.office):
        await conn.act_as(viewer)
        with pytest.raises(Forbidden):
            await actions.extend_request(
                conn, viewer, request_id, closes_on=later, reason="mehr Zeit"
            )


async def test_an_extension_needs_to_be_later_and_tells_all(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    sued, later = cast.sued.viewer, conn.today + timedelta(days=40)
    with pytest.raises(Refused):
        await actions.extend_request(
            conn, sued, request_id, closes_on=conn.today, reason="schneller"
        )
    await actions.extend_request(
        conn, sued, request_id, closes_on=later, reason="Auf Wunsch zweier Häuser"
    )
    request = await seen(conn, sued, request_id)
    assert request.first_closes_at < request.closes_at
    assert await notices(conn, cast.nord, "request.extended") == 2
    assert await tasks(conn, cast.nord, "request.answer") == [request.closes_at]
    conn.now = request.closes_at
    with pytest.raises(Refused, match="abgelaufen"):
        await actions.extend_request(
            conn, sued, request_id, closes_on=later + timedelta(days=9), reason="noch einmal"
        )


async def test_cancelling_seals_for_good(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    await conn.act_as(cast.sued.viewer)
    await actions.cancel_request(conn, cast.sued.viewer, request_id, "Bedarf entfallen")
    assert await notices(conn, cast.fremd, "request.cancelled") == 2
    assert await tasks(conn, cast.fremd, "request.answer") == []
    for viewer in (cast.sued.viewer, cast.office):
        await conn.act_as(viewer)
        assert await conn.fetchval("SELECT count(*) FROM catalog.request_answer") == 0
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Refused):
        await actions.cancel_request(conn, cast.sued.viewer, request_id, "noch einmal")


async def test_the_clock_closes_once_and_hands_over(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await conn.act_as(SYSTEM)
    assert await actions.close_due_requests(conn) == 0
    await close(conn, request_id)
    assert await actions.close_due_requests(conn) == 0
    assert (await get_request(conn, request_id, ())).state == "closed"
    assert len(await tasks(conn, cast.sued, "request.weigh")) == 1
    assert await tasks(conn, cast.nord, "request.answer") == []


async def test_a_reminder_goes_out_once_two_days_before(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await conn.act_as(SYSTEM)
    assert await actions.remind_due_requests(conn) == 0
    conn.now = (await get_request(conn, request_id, ())).closes_at - timedelta(days=1)
    assert await actions.remind_due_requests(conn) == 1
    assert await actions.remind_due_requests(conn) == 0
    assert await notices(conn, cast.nord, "request.ending") == 2


async def test_the_feed_tells_who_answered_only_after_the_deadline(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    assert not [n for n in conn.notes if n.object_kind == "request_answer" and n.audience]
    await close(conn, request_id)
    told = [n for n in conn.notes if n.object_kind == "request_answer" and n.audience]
    assert [(n.audience, n.party_ids) for n in told] == [("parties", (cast.sued.id,))]


async def test_an_unknown_category_is_said_at_its_field(conn: Conn, cast: Cast):
    with pytest.raises(Invalid) as refusal:
        await a_request(conn, cast.sued, category_id=cast.sued.id)
    assert [e.field for e in refusal.value.errors] == ["category_id"]
