"""From marks to the decision: published criteria bind, everybody gets its own reason, the record is frozen."""

import json
from hashlib import sha256

import pytest

from catalog.answers.store import find_answer
from catalog.choosing import actions, store
from catalog.choosing.actions import decide_request, read_comparison, save_scores
from catalog.choosing.paper import print_evidence
from catalog.interests.store import get_interest
from kdnx.db.conn import Conn
from kdnx.errors import Invalid, NotFound, Refused, Stale
from tests.cast import Actor, Cast
from tests.catalog.build import an_offering
from tests.catalog.requests.making import (
    MUST,
    QUALITY,
    a_mark,
    a_request,
    an_answer,
    close,
    mark_all,
    seen,
)

WHY = "Am Ende überzeugt das Konzept."


async def two_answers(conn: Conn, cast: Cast, **over: object):
    """Fremd at 10 EUR and Nordrechen at 8 EUR, opened."""
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.fremd, request_id, 10_000_000)
    await an_answer(conn, cast.nord, request_id, 8_000_000, **over)
    await close(conn, request_id)
    return request_id


async def decide(conn: Conn, actor: Actor, request_id, answer_id, reasons) -> None:
    request = await seen(conn, actor.viewer, request_id)
    await decide_request(
        conn, actor.viewer, request_id, request.row_version, answer_id=answer_id, reason=WHY, reasons=reasons
    )  # fmt: skip


async def told(conn: Conn, actor: Actor) -> list[str]:
    """What the actor's people were told."""
    await conn.act_as(actor.viewer)
    rows = await conn.fetch(
        "SELECT title FROM kdnx.notice WHERE kind = 'request.decided' AND owner_id = $1", actor.id
    )
    return sorted({r["title"] for r in rows})


async def test_the_best_by_the_published_criteria_is_chosen_and_each_gets_its_own_reason(
    conn: Conn, cast: Cast
):
    request_id = await two_answers(conn, cast)
    fremd, nord = await mark_all(conn, cast.sued, request_id, ["5", "9"])
    await decide(conn, cast.sued, request_id, nord, {fremd: "Das Konzept ist knapp."})
    request = await seen(conn, cast.sued.viewer, request_id)
    assert (request.state, request.outcome) == ("decided", "chosen")
    for actor, state, reason in (
        (cast.nord, "chosen", WHY),
        (cast.fremd, "not_chosen", "Das Konzept ist knapp."),
    ):
        await conn.act_as(actor.viewer)
        answer = await find_answer(conn, request_id, actor.viewer.members)
        assert answer is not None
        assert (answer.state, answer.outcome_reason) == (state, reason)
        # its own marks and no others', and no other answer
        scores = await store.list_scores(conn, request_id)
        assert {s.answer_id for s in scores} == {answer.id}
        assert await conn.fetchval("SELECT count(*) FROM catalog.request_answer_price") == 1
        assert len(await told(conn, actor)) == 1


async def test_a_lower_ranked_answer_cannot_be_chosen(conn: Conn, cast: Cast):
    request_id = await two_answers(conn, cast)
    fremd, nord = await mark_all(conn, cast.sued, request_id, ["5", "9"])
    with pytest.raises(Refused, match="mehr Punkte"):
        await decide(conn, cast.sued, request_id, fremd, {nord: "Zu teuer, leider."})


async def test_a_tie_leaves_the_choice_to_a_reason(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    for actor in (cast.fremd, cast.nord):
        await an_answer(conn, actor, request_id)
    await close(conn, request_id)
    fremd, nord = await mark_all(conn, cast.sued, request_id, ["7", "7"])
    request = await seen(conn, cast.sued.viewer, request_id)
    _c, _i, entries = await read_comparison(conn, cast.sued.viewer, request)
    assert [(e.rank, e.is_tied) for e in entries] == [(1, True), (1, True)]
    await decide(conn, cast.sued, request_id, fremd, {nord: "Gleichstand, Nähe gab den Ausschlag."})


async def test_missing_marks_a_failed_must_and_missing_reasons_are_refused(conn: Conn, cast: Cast):
    request_id = await two_answers(conn, cast, replies=[{"criterion": MUST, "is_met": False}, {"criterion": QUALITY, "said": "gut"}])  # fmt: skip
    request = await seen(conn, cast.sued.viewer, request_id)
    _c, _i, entries = await read_comparison(conn, cast.sued.viewer, request)
    fremd, nord = (e.answer.id for e in entries)
    with pytest.raises(Refused, match="fehlen noch 2"):
        await decide(conn, cast.sued, request_id, fremd, {nord: "Muss nicht erfüllt"})
    marks = [a_mark(fremd, MUST, is_met=True), a_mark(fremd, QUALITY, points="4.5")]
    await save_scores(conn, cast.sued.viewer, request_id, request.row_version, marks)
    with pytest.raises(Refused, match="Muss-Kriterium"):
        await decide(conn, cast.sued, request_id, nord, {fremd: "weniger Punkte"})
    with pytest.raises(Invalid) as refusal:
        await decide(conn, cast.sued, request_id, fremd, {})
    assert [e.field for e in refusal.value.errors] == [f"told_{nord}"]
    await decide(conn, cast.sued, request_id, fremd, {nord: "Muss nicht erfüllt"})


async def test_none_needs_no_marks_but_reasons_and_can_be_decided_without_answers(
    conn: Conn, cast: Cast
):
    request_id = await two_answers(conn, cast)
    with pytest.raises(Invalid):
        await decide(conn, cast.sued, request_id, None, {})
    empty = await a_request(conn, cast.sued, title="Ohne jede Antwort")
    await close(conn, empty)
    await decide(conn, cast.sued, empty, None, {})
    assert (await seen(conn, cast.sued.viewer, empty)).outcome == "none"


async def test_marks_of_a_stale_page_or_before_the_deadline_are_refused(conn: Conn, cast: Cast):
    request_id = await two_answers(conn, cast)
    request = await seen(conn, cast.sued.viewer, request_id)
    ids = await mark_all(conn, cast.sued, request_id, ["5", "9"])
    mark = [a_mark(ids[0], QUALITY, points="1")]
    with pytest.raises(Stale):
        await save_scores(conn, cast.sued.viewer, request_id, request.row_version, mark)
    early = await a_request(conn, cast.sued, title="Noch offen")
    with pytest.raises(Refused):
        await save_scores(conn, cast.sued.viewer, early, 2, mark)


async def test_the_record_is_frozen_hashed_and_prints(conn: Conn, cast: Cast):
    request_id = await two_answers(conn, cast)
    fremd, nord = await mark_all(conn, cast.sued, request_id, ["5", "9"])
    await decide(conn, cast.sued, request_id, nord, {fremd: "Das Konzept ist knapp."})
    await conn.act_as(cast.auditor)
    evidence = await store.get_evidence(conn, request_id)
    assert sha256(evidence.body.encode()).digest() == evidence.hash
    paper = json.loads(evidence.body)
    assert [(a["member"], a["weighted"], a["rank"]) for a in paper["answers"]] == [("Fremd", "62", 2), ("Nordrechen", "94", 1)]  # fmt: skip
    assert paper["decision"]["reason"] == WHY
    pdf = await print_evidence(evidence)
    assert pdf.startswith(b"%PDF")
    assert pdf == await print_evidence(evidence)
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(NotFound):
        await store.get_evidence(conn, request_id)
    await conn.act_as(cast.sued.viewer)
    for sql in (
        "UPDATE catalog.request_evidence SET body = body",
        "DELETE FROM catalog.request_evidence",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with conn.savepoint():
                await conn.execute(sql)


async def test_a_chosen_offering_opens_one_thread_on_to_the_order(conn: Conn, cast: Cast):
    offering = await an_offering(conn, cast.nord)
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id, offering_id=offering.id)
    await close(conn, request_id)
    (nord,) = await mark_all(conn, cast.sued, request_id, ["9"])
    await decide(conn, cast.sued, request_id, nord, {})
    request = await seen(conn, cast.sued.viewer, request_id)
    assert request.interest_id is not None
    thread = await get_interest(conn, cast.sued.viewer.members, request.interest_id, sees_all=False)
    assert thread.offering_id == offering.id
    assert "12.000,00" in thread.note


async def test_without_an_offering_the_chosen_member_is_asked_to_publish_one(
    conn: Conn, cast: Cast
):
    request_id = await two_answers(conn, cast)
    fremd, nord = await mark_all(conn, cast.sued, request_id, ["5", "9"])
    await decide(conn, cast.sued, request_id, nord, {fremd: "Das Konzept ist knapp."})
    await conn.act_as(cast.nord.viewer)
    kinds = [r["kind"] for r in await conn.fetch("SELECT kind FROM kdnx.task WHERE owner_id = $1 AND state = 'open'", cast.nord.id)]  # fmt: skip
    assert "request.publish" in kinds
    assert actions.WIDE
