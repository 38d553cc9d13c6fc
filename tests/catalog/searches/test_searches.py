"""Saved searches: save, news, rhythm, sharing, deleting with a way back; never more than the reader may see."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.finding.schemas import ListQuery
from catalog.searches.actions import tell_news
from catalog.searches.model import Rhythm, next_due
from catalog.searches.reading import address_of, from_address, from_json, to_json
from kdnx.clock import berlin_time
from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.catalog.build import HOSTING, PRINTING, an_offering, only_for
from tests.client import Client

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def save(client: Client, viewer: Viewer, address: str = "q=Sicherung", **over: str) -> str:
    fields = {"address": address, "name": "Datensicherung", "rhythm": "at_once", **over}
    r = await client.as_(viewer).post("/searches", fields)
    assert r.status_code == 303, r.text
    return str(r.headers["location"])


async def titles_told(conn: Conn, viewer: Viewer) -> list[str]:
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(
        "SELECT title FROM kdnx.notice WHERE person_id = $1 AND kind = 'search.hits' ORDER BY created_at", viewer.person_id
    )  # fmt: skip
    return [r["title"] for r in rows]


async def run_due(conn: Conn) -> None:
    await conn.act_as(SYSTEM)
    while await tell_news(conn):
        pass


async def test_from_the_catalogue_to_the_saved_search(client: Client, cast: Cast, conn: Conn):
    await an_offering(conn, cast.nord)
    sued = client.as_(cast.sued.viewer)
    assert "Noch keine Suche gemerkt" in (await sued.get("/searches")).text
    page = await sued.get(f"/offerings?q=Sicherung&category={HOSTING}")
    assert "Suche merken" in page.text
    form = await sued.get(f"/searches/new?address=q%3DSicherung%26category%3D{HOSTING}")
    assert "zu „Sicherung“; Kategorie: RZ/Hosting/Backup" in form.text
    assert "1 Treffer" in form.text
    url = await save(client, cast.sued.viewer, f"q=Sicherung&category={HOSTING}&unbekannt=x")
    shown = await sued.get(url)
    assert "ist nichts dazugekommen" in shown.text
    listed = await sued.get("/searches")
    assert "nichts Neues" in listed.text
    run = await sued.post(url + "/run")
    assert run.headers["location"] == f"/offerings?q=Sicherung&category={HOSTING}"


async def test_a_name_is_needed(client: Client, cast: Cast):
    r = await client.as_(cast.sued.viewer).post("/searches", {"address": "q=Druck", "name": " "})
    assert r.status_code == 422
    assert "zu „Druck“" in r.text


async def test_news_until_looked_at(client: Client, cast: Cast, conn: Conn):
    url = await save(client, cast.sued.viewer)
    conn.now += timedelta(hours=1)
    head = await an_offering(conn, cast.nord)
    sued = client.as_(cast.sued.viewer)
    assert "1 neu" in (await sued.get("/searches")).text
    shown = await sued.get(url)
    assert head.title in shown.text
    assert ">neu<" in shown.text
    conn.now += timedelta(hours=1)
    assert (await sued.post(url + "/seen")).status_code == 303
    assert "nichts Neues" in (await sued.get("/searches")).text


async def test_told_once_and_only_what_is_meant_for_the_house(
    client: Client, cast: Cast, conn: Conn
):
    for viewer in (cast.sued.viewer, cast.fremd.viewer):
        await save(client, viewer)
    conn.now += timedelta(hours=1)
    await an_offering(conn, cast.nord, "Sicherung für Süd", audiences=[only_for(cast.sued.id)])
    await run_due(conn)
    assert await titles_told(conn, cast.sued.viewer) == ["1 neuer Treffer: Datensicherung"]
    assert await titles_told(conn, cast.fremd.viewer) == []
    conn.now += timedelta(hours=1)
    await run_due(conn)
    assert len(await titles_told(conn, cast.sued.viewer)) == 1
    await an_offering(conn, cast.nord, "Weitere Sicherung", reference="X2")
    conn.now += timedelta(hours=1)
    await run_due(conn)
    assert len(await titles_told(conn, cast.sued.viewer)) == 2
    assert len(await titles_told(conn, cast.fremd.viewer)) == 1


async def test_a_mail_says_nothing_of_the_content(client: Client, cast: Cast, conn: Conn):
    await save(client, cast.sued.viewer, name="Geheimes Vorhaben")
    conn.now += timedelta(hours=1)
    await an_offering(conn, cast.nord)
    await run_due(conn)
    bodies = await conn.fetch("SELECT body::text AS body FROM kdnx.outbox WHERE kind = 'mail'")
    assert bodies
    assert not [b for b in bodies if "Geheimes" in b["body"] or "Sicherung" in b["body"]]


async def test_off_is_not_told(client: Client, cast: Cast, conn: Conn):
    await save(client, cast.sued.viewer, rhythm="off")
    conn.now += timedelta(hours=1)
    await an_offering(conn, cast.nord)
    await run_due(conn)
    assert await titles_told(conn, cast.sued.viewer) == []


async def test_shared_with_my_house_only(client: Client, cast: Cast, conn: Conn):
    own = await save(client, cast.sued.viewer, name="Nur meine")
    shared = await save(client, cast.sued.viewer, name="Für alle", is_shared="true")
    second = client.as_(cast.sued.second)
    listed = await second.get("/searches")
    assert "Für alle" in listed.text
    assert "Nur meine" not in listed.text
    assert (await second.get(own)).status_code == 404
    assert (await second.post(shared + "/follow", {"rhythm": "at_once"})).status_code == 303
    refused = await second.post(shared, {"row_version": "1", "name": "Meins", "rhythm": "off"})
    assert refused.status_code == 403
    for stranger in (cast.fremd.viewer, cast.office, cast.auditor):
        assert (await client.as_(stranger).get(shared)).status_code == 404
    conn.now += timedelta(hours=1)
    await an_offering(conn, cast.nord)
    await run_due(conn)
    assert len(await titles_told(conn, cast.sued.second)) == 1


async def test_rename_stale_delete_and_back(client: Client, cast: Cast, conn: Conn):
    url = await save(client, cast.sued.viewer)
    sued = client.as_(cast.sued.viewer)
    new = {"row_version": "1", "name": "Neuer Name", "rhythm": "weekly"}
    assert (await sued.post(url, new)).status_code == 303
    assert (await sued.post(url, new)).status_code == 412
    assert "Neuer Name" in (await sued.get("/searches")).text
    gone = await sued.post(url + "/delete")
    page = await sued.get(gone.headers["location"])
    assert "ist gelöscht" in page.text
    assert "Rückgängig" in page.text
    assert (await sued.post(url + "/run")).status_code == 409
    assert (await sued.post(url + "/restore")).status_code == 303
    assert "Neuer Name" in (await sued.get("/searches")).text
    await sued.post(url + "/delete")
    conn.now += timedelta(days=31)
    await run_due(conn)
    assert (await client.as_(cast.sued.viewer).get(url)).status_code == 404


async def test_the_same_as_json(client: Client, cast: Cast, conn: Conn):
    sued = client.as_(cast.sued.viewer)
    body = {"address": "q=Sicherung", "name": "Sicherung", "rhythm": "daily", "is_shared": True}
    made = (await sued.json_post("/api/v1/searches", body)).json()
    conn.now += timedelta(hours=1)
    head = await an_offering(conn, cast.nord)
    one = (await sued.get(f"/api/v1/searches/{made['id']}")).json()
    assert one["hits"] == 1
    assert [n["offering_id"] for n in one["news"]] == [str(head.id)]
    assert one["news"][0]["is_first"] is True
    seen = (await sued.json_post(f"/api/v1/searches/{made['id']}/seen")).json()
    assert seen["news"] == []
    assert len((await sued.get("/api/v1/searches")).json()["items"]) == 1
    gone = await sued.json_post(f"/api/v1/searches/{made['id']}/delete", if_match='"1"')
    assert gone.status_code == 204
    assert (await sued.get("/api/v1/searches")).json()["items"] == []


@given(
    q=st.text(st.characters(blacklist_characters="\x00", blacklist_categories=["Cs"]), max_size=40),
    categories=st.lists(st.sampled_from([HOSTING, PRINTING]), unique=True),
    bases=st.lists(st.sampled_from(["flat", "case", "user"]), unique=True),
)
def test_address_and_json_hold_the_same_query(q, categories, bases):
    query = ListQuery.model_validate({"q": q, "category": categories, "base": bases})
    assert from_json(to_json(query)) == from_address(address_of(query)) == query


def test_what_the_catalogue_no_longer_knows_is_left_out():
    kept = {
        "q": "Druck",
        "colour": "blue",
        "base": ["gone"],
        "category": [str(HOSTING)],
        "after": "x",
    }
    query = from_json(kept)
    assert query.q == "Druck"
    assert query.base == []
    assert [str(c) for c in query.category] == [str(HOSTING)]
    assert query.after is None


@pytest.mark.parametrize("rhythm", [Rhythm.DAILY, Rhythm.WEEKLY])
@given(now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_due_is_at_seven_in_the_morning(rhythm, now):
    due = next_due(rhythm, now)
    assert due is not None
    assert due > now
    assert berlin_time(due).hour == 7
    if rhythm == Rhythm.WEEKLY:
        assert berlin_time(due).weekday() == 0
        assert due - now <= timedelta(days=8)
