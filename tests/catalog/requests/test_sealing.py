"""Until the deadline an answer exists for nobody but its own house, not in reads and not in rows."""

import pytest

from catalog.answers.actions import save_answer, submit_answer, withdraw_answer
from catalog.answers.store import find_answer, list_answers
from catalog.choosing.actions import read_comparison
from kdnx.db.conn import Conn
from kdnx.documents.actions import Place, Upload, add_document
from kdnx.documents.model import Visibility
from kdnx.documents.store import list_of_object
from kdnx.errors import Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.viewer import Viewer
from tests.cast import Cast
from tests.catalog.requests.making import a_request, an_answer, an_offer, close, seen

TABLES = (
    "request_answer",
    "request_answer_version",
    "request_answer_reply",
    "request_answer_price",
)


async def rows(conn: Conn, viewer: Viewer) -> list[int]:
    """How many rows of each sealed table the viewer's transaction can read at all."""
    await conn.act_as(viewer)
    return [await conn.fetchval(f"SELECT count(*) FROM catalog.{t}") for t in TABLES]


async def test_before_the_deadline_only_its_own_house_reads_an_answer(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    for stranger in (
        cast.sued.viewer,
        cast.fremd.viewer,
        cast.office,
        cast.auditor,
        cast.committee,
    ):
        assert await rows(conn, stranger) == [0, 0, 0, 0], stranger.name
    assert await rows(conn, cast.nord.viewer) == [1, 1, 2, 1]


async def test_the_asker_and_the_office_see_how_many_others_do_not(conn: Conn, cast: Cast):
    hidden = await a_request(conn, cast.sued)
    shown = await a_request(conn, cast.sued, title="Zweites Gesuch", shows_count=True)
    for request_id in (hidden, shown):
        await an_answer(conn, cast.nord, request_id)
    assert (await seen(conn, cast.sued.viewer, hidden)).answers == 1
    assert (await seen(conn, cast.office, hidden)).answers == 1
    assert (await seen(conn, cast.fremd.viewer, hidden)).answers is None
    assert (await seen(conn, cast.nord.viewer, hidden)).answers is None
    assert (await seen(conn, cast.fremd.viewer, shown)).answers == 1


async def test_a_draft_does_not_count(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id, submitted=False)
    assert (await seen(conn, cast.sued.viewer, request_id)).answers == 0


async def test_the_comparison_is_refused_before_the_deadline(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    for viewer in (cast.sued.viewer, cast.office):
        request = await seen(conn, viewer, request_id)
        with pytest.raises(Refused, match="verschlossen"):
            await read_comparison(conn, viewer, request)
        assert await list_answers(conn, request_id, viewer.members, sees_all=True) == []


async def test_the_deadline_opens_all_answers_to_the_asker_office_and_audit(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    await an_answer(conn, cast.fremd, request_id)
    await close(conn, request_id)
    for viewer in (cast.sued.viewer, cast.office, cast.auditor):
        request = await seen(conn, viewer, request_id)
        _c, _i, entries = await read_comparison(conn, viewer, request)
        assert [e.answer.owner_name for e in entries] == ["Fremd", "Nordrechen"]
    # one that answered still sees nothing of the other
    assert await rows(conn, cast.nord.viewer) == [1, 1, 2, 1]
    request = await seen(conn, cast.nord.viewer, request_id)
    with pytest.raises(Forbidden):
        await read_comparison(conn, cast.nord.viewer, request)


async def test_the_newest_submitted_version_counts_and_drafts_stay_private(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id, 10_000_000)
    await an_answer(conn, cast.nord, request_id, 9_000_000)
    await an_answer(conn, cast.nord, request_id, 1_000_000, submitted=False)
    await an_answer(conn, cast.fremd, request_id, submitted=False)
    await close(conn, request_id)
    request = await seen(conn, cast.sued.viewer, request_id)
    _c, _i, entries = await read_comparison(conn, cast.sued.viewer, request)
    # 9 EUR × 100 workplaces × 12 months × 4 years
    assert [e.total.whole_cents for e in entries] == [4_320_000]
    assert entries[0].answer.submitted_version == 2
    assert (await rows(conn, cast.sued.viewer))[1] == 1
    await conn.act_as(cast.fremd.viewer)
    mine = await find_answer(conn, request_id, cast.fremd.viewer.members)
    assert mine is not None
    assert mine.state == "missed"


async def test_after_the_deadline_nothing_is_taken_changed_or_withdrawn(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    nord, content = cast.nord.viewer, an_offer(conn).read()
    # the clock alone decides, also before the due job has run
    conn.now = (await seen(conn, nord, request_id)).closes_at
    for step in (
        lambda: save_answer(conn, nord, request_id, content),
        lambda: submit_answer(conn, nord, request_id),
        lambda: withdraw_answer(conn, nord, request_id),
    ):
        with pytest.raises(Refused) as refusal:
            await step()
        assert "frist" in refusal.value.detail
        assert refusal.value.rule
        assert refusal.value.remedy


async def test_a_withdrawn_answer_is_gone_and_can_be_given_again(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    await conn.act_as(cast.nord.viewer)
    await withdraw_answer(conn, cast.nord.viewer, request_id)
    assert (await seen(conn, cast.sued.viewer, request_id)).answers == 0
    await an_answer(conn, cast.nord, request_id, submitted=False)
    # the withdrawn version does not come back by a draft
    assert (await seen(conn, cast.sued.viewer, request_id)).answers == 0
    await an_answer(conn, cast.nord, request_id)
    assert (await seen(conn, cast.sued.viewer, request_id)).answers == 1


async def test_only_members_asked_answer_and_never_the_asker(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued, audience="members", member_ids=[cast.nord.id])
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await save_answer(conn, cast.fremd.viewer, request_id, an_offer(conn).read())
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden):
        await save_answer(conn, cast.sued.viewer, request_id, an_offer(conn).read())


async def test_what_an_offer_lacks_is_named_field_by_field(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    with pytest.raises(Invalid) as refusal:
        await an_answer(conn, cast.nord, request_id, replies=[], prices=[], valid_until=conn.today)
    assert {e.field for e in refusal.value.errors} == {
        "met_1",
        "said_2",
        "price_euro_1",
        "valid_until",
    }


async def test_a_stale_page_does_not_overwrite(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    with pytest.raises(Stale):
        await save_answer(conn, cast.nord.viewer, request_id, an_offer(conn).read(), row_version=1)


async def test_documents_of_an_answer_open_with_it(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    answer = await find_answer(conn, request_id, nord.members)
    assert answer is not None
    place = Place("request_answer", answer.id)
    upload = Upload("konzept.txt", b"Konzept")
    await add_document(conn, nord, place, upload, title="Konzept", visibility=Visibility.SEALED)
    for viewer, before in ((nord, 1), (cast.sued.viewer, 0), (cast.office, 0), (cast.auditor, 0)):
        await conn.act_as(viewer)
        assert len(await list_of_object(conn, "request_answer", answer.id)) == before, viewer.name
    await close(conn, request_id)
    for viewer, after in (
        (nord, 1),
        (cast.sued.viewer, 1),
        (cast.office, 1),
        (cast.fremd.viewer, 0),
    ):
        await conn.act_as(viewer)
        assert len(await list_of_object(conn, "request_answer", answer.id)) == after, viewer.name
