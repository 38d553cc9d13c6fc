"""Questions: who reads what, who may do what, by when; who asks stays hidden where it is wanted."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from catalog.offerings.model import Offering
from catalog.questions.actions import mark_overdue
from catalog.questions.model import answer_due
from catalog.watching.actions import watch_offering
from kdnx.db.conn import Conn
from kdnx.rules.calendar import holidays_from, is_working_day
from kdnx.tasks.actions import list_my_tasks
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.catalog.build import an_offering, only_for
from tests.client import Client

SYSTEM = Viewer(scope=Scope.SYSTEM)
TEXT = "Ist die Datenhaltung mandantengetrennt?"


async def ask(client: Client, viewer: Viewer, head: Offering, text: str = TEXT, **over: str) -> str:
    """The id of a question that was asked over HTTP."""
    r = await client.as_(viewer).json_post(
        f"/api/v1/offerings/{head.id}/questions", {"question": text, **over}
    )
    assert r.status_code == 201, r.text
    return str(r.json()["id"])


async def told(conn: Conn, viewer: Viewer) -> list[str]:
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(
        "SELECT kind FROM kdnx.notice WHERE person_id = $1 ORDER BY kind", viewer.person_id
    )
    return [r["kind"] for r in rows]


async def answer(client: Client, viewer: Viewer, one: str, version: int = 1, text: str = "Ja, je Mandant eine Datenbank."):  # fmt: skip
    return await client.as_(viewer).post(
        f"/questions/{one}/answer", {"row_version": str(version), "answer": text}
    )


async def test_from_the_question_to_the_answer(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    sued, nord, fremd = (client.as_(a.viewer) for a in (cast.sued, cast.nord, cast.fremd))
    assert "Frage stellen" in (await sued.get(f"/offerings/{head.id}")).text
    asked = await sued.post(f"/offerings/{head.id}/ask", {"question": TEXT, "visibility": "public"})
    assert asked.headers["location"] == f"/offerings/{head.id}#questions"
    await conn.act_as(cast.nord.viewer)
    tasks = [t for t in await list_my_tasks(conn, cast.nord.viewer) if t.kind == "question.answer"]
    assert len(tasks) == 1
    assert tasks[0].due_at is not None
    one = tasks[0].url.rpartition("/")[2]
    assert "question.asked" in await told(conn, cast.nord.viewer)
    waiting = await fremd.get(f"/offerings/{head.id}")
    assert TEXT in waiting.text
    assert "ein Mitglied" in waiting.text
    assert "1" in (await nord.get("/questions")).text
    assert (await answer(client, cast.nord.viewer, one)).status_code == 303
    assert "question.answered" in await told(conn, cast.sued.viewer)
    page = await fremd.get(f"/offerings/{head.id}")
    assert "Ja, je Mandant eine Datenbank." in page.text
    await conn.act_as(cast.nord.viewer)
    assert not [
        t for t in await list_my_tasks(conn, cast.nord.viewer) if t.kind == "question.answer"
    ]
    # a correction needs the version seen
    assert (await answer(client, cast.nord.viewer, one, 1, "Anders")).status_code == 412
    assert (await answer(client, cast.nord.viewer, one, 2, "Anders")).status_code == 303


async def test_private_is_for_the_two_houses(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    one = await ask(
        client,
        cast.sued.viewer,
        head,
        "Geht es auch für 12.345 Arbeitsplätze?",
        visibility="private",
    )
    for reader in (cast.sued.second, cast.nord.viewer, cast.office, cast.auditor):
        assert "12.345" in (await client.as_(reader).get(f"/questions/{one}")).text
    for stranger in (cast.fremd.viewer, cast.committee):
        assert (await client.as_(stranger).get(f"/questions/{one}")).status_code == 404
        assert "12.345" not in (await client.as_(stranger).get(f"/offerings/{head.id}")).text
        assert (
            "12.345" not in (await client.as_(stranger).get(f"/questions?offering={head.id}")).text
        )
        assert "12.345" not in (await client.as_(stranger).get("/api/v1/questions")).text
        await conn.act_as(stranger)
        assert await conn.fetchval("SELECT count(*) FROM catalog.question") == 0


async def test_published_without_the_asker(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    one = await ask(
        client,
        cast.sued.viewer,
        head,
        "Wir aus Süden fragen: geht das?",
        visibility="private",
        is_named=True,
    )
    await conn.act_as(cast.fremd.viewer)
    await watch_offering(conn, cast.fremd.viewer, head.id)
    words = {
        "row_version": "1",
        "public_question": "Geht das allgemein?",
        "public_answer": "Ja, allgemein.",
    }
    nord = client.as_(cast.nord.viewer)
    assert (
        await nord.post(f"/questions/{one}/publish", words)
    ).status_code == 409  # not answered yet
    await answer(client, cast.nord.viewer, one, 1, "Ja, auch im Süden.")
    assert "watch.answered" not in await told(conn, cast.fremd.viewer)
    assert (
        await nord.post(f"/questions/{one}/publish", {**words, "row_version": "2"})
    ).status_code == 303
    page = await client.as_(cast.fremd.viewer).get(f"/offerings/{head.id}")
    assert "Geht das allgemein?" in page.text
    assert "Ja, allgemein." in page.text
    assert "Süden" not in page.text
    api = (await client.as_(cast.fremd.viewer).get(f"/api/v1/questions/{one}")).json()
    assert api["owner_id"] is None
    assert "Süden" not in str(api)
    assert "watch.answered" in await told(conn, cast.fremd.viewer)
    assert (
        "So lesen es andere" in (await client.as_(cast.sued.viewer).get(f"/questions/{one}")).text
    )


async def test_the_asker_shows_or_hides_its_name(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    hidden = await ask(client, cast.sued.viewer, head)
    shown = await ask(
        client, cast.sued.viewer, head, "Und wie sind die Wartungszeiten?", is_named=True
    )
    fremd = client.as_(cast.fremd.viewer)
    assert (await fremd.get(f"/api/v1/questions/{hidden}")).json()["owner_id"] is None
    assert (await fremd.get(f"/api/v1/questions/{shown}")).json()["owner_id"] == str(cast.sued.id)
    assert (await client.as_(cast.nord.viewer).get(f"/api/v1/questions/{hidden}")).json()[
        "owner_id"
    ] == str(cast.sued.id)
    feed = await fremd.get("/api/v1/changes")
    assert hidden not in feed.text
    assert "Suedrechen" not in (await fremd.get(f"/questions/{hidden}")).text


async def test_only_for_whom_the_offering_is(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord, audiences=[only_for(cast.sued.id)])
    one = await ask(client, cast.sued.viewer, head)
    fremd = client.as_(cast.fremd.viewer)
    assert (await fremd.get(f"/questions/{one}")).status_code == 404
    assert (await fremd.get(f"/questions?offering={head.id}")).status_code == 404
    assert (await fremd.post(f"/offerings/{head.id}/ask", {"question": TEXT})).status_code == 404


async def test_change_and_withdraw_until_answered(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    one = await ask(client, cast.sued.viewer, head)
    sued, fields = (
        client.as_(cast.sued.viewer),
        {"row_version": "1", "question": "Neu gefasst, bitte?", "visibility": "private"},
    )
    assert (
        await client.as_(cast.fremd.viewer).post(f"/questions/{one}", fields)
    ).status_code == 403
    assert (await client.as_(cast.nord.viewer).post(f"/questions/{one}", fields)).status_code == 403
    assert (await sued.post(f"/questions/{one}", {**fields, "question": "?"})).status_code == 422
    assert (await sued.post(f"/questions/{one}", fields)).status_code == 303
    assert (await sued.post(f"/questions/{one}/withdraw", {"row_version": "2"})).status_code == 303
    assert (await answer(client, cast.nord.viewer, one, 3)).status_code == 409
    assert (
        "Neu gefasst" not in (await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}")).text
    )
    other = await ask(client, cast.sued.viewer, head)
    await answer(client, cast.nord.viewer, other)
    assert (
        await sued.post(f"/questions/{other}", {**fields, "row_version": "2"})
    ).status_code == 409


async def test_own_offerings_and_committee(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    fields = {"question": TEXT, "visibility": "public"}
    assert (
        await client.as_(cast.nord.viewer).post(f"/offerings/{head.id}/ask", fields)
    ).status_code == 409
    for reader in (cast.committee, cast.auditor):
        assert (
            await client.as_(reader).post(f"/offerings/{head.id}/ask", fields)
        ).status_code == 403
        assert "Frage stellen" not in (await client.as_(reader).get(f"/offerings/{head.id}")).text
    short = await client.as_(cast.sued.viewer).post(
        f"/offerings/{head.id}/ask", {"question": "Hm", "visibility": "public"}
    )
    assert short.status_code == 422
    assert "mindestens 5 Zeichen" in short.text
    assert "Hm" in short.text


async def test_overdue_is_marked_once_and_can_still_be_answered(
    client: Client, cast: Cast, conn: Conn
):
    head = await an_offering(conn, cast.nord)
    one = await ask(client, cast.sued.viewer, head)
    await conn.act_as(SYSTEM)
    assert await mark_overdue(conn) == 0
    conn.now += timedelta(days=20)
    await conn.act_as(SYSTEM)
    assert await mark_overdue(conn) == 1
    assert await mark_overdue(conn) == 0
    assert "question.overdue" in await told(conn, cast.nord.viewer)
    assert "überfällig" in (await client.as_(cast.sued.viewer).get("/questions?view=asked")).text
    assert (await answer(client, cast.nord.viewer, one, 2)).status_code == 303


@given(today=st.dates(date(2024, 1, 1), date(2030, 12, 31)), days=st.integers(1, 60))
def test_the_last_day_is_a_working_day_and_never_too_early(today, days):
    holidays = holidays_from({"subdivision": "NW"})
    due = answer_due(today, days, holidays)
    assert is_working_day(due, holidays)
    assert timedelta(days=days) <= due - today <= timedelta(days=days + 6)
