"""Watching: who is told what, who is not, and what the lists show."""

import re
from datetime import timedelta

from catalog.availability.actions import suspend_offering
from catalog.contents.store import get_version
from catalog.offerings.actions import publish_offering, save_draft, submit_offering
from catalog.offerings.store import get_offering
from catalog.watching import actions, store
from catalog.watching.model import SENTENCES, WHAT_KINDS, WHAT_LABELS, What
from kdnx.db.conn import Conn
from kdnx.notices.model import KIND_LABELS
from kdnx.viewer import Scope, Viewer
from tests.cast import Actor, Cast
from tests.catalog.build import a_body, an_offering, only_for
from tests.client import Client

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def notices(conn: Conn, viewer: Viewer) -> list[str]:
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(
        "SELECT kind FROM kdnx.notice WHERE person_id = $1 ORDER BY kind", viewer.person_id
    )
    return [r["kind"] for r in rows]


async def new_version(conn: Conn, actor: Actor, offering_id, **over):
    await conn.act_as(actor.viewer)
    head = await get_offering(conn, actor.viewer, offering_id)
    head = await save_draft(conn, actor.viewer, head.id, head.row_version, a_body(**over))
    head = await submit_offering(conn, actor.viewer, head.id, head.row_version)
    await conn.act_as(actor.second)
    return await publish_offering(conn, actor.second, head.id, head.row_version, head.draft_version)


async def test_the_button_and_the_list(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    sued = client.as_(cast.sued.viewer)
    assert "Sie beobachten noch keine Leistung" in (await sued.get("/watches")).text
    assert "Beobachten" in (await sued.get(f"/offerings/{head.id}")).text
    for _twice in range(2):
        assert (await sued.post(f"/offerings/{head.id}/watch")).status_code == 303
    assert "Nicht mehr beobachten" in (await sued.get(f"/offerings/{head.id}")).text
    listed = await sued.get("/watches")
    assert listed.text.count(f'href="/offerings/{head.id}"') == 1
    assert (await sued.post(f"/offerings/{head.id}/unwatch", {"back": "list"})).headers[
        "location"
    ] == "/watches"
    assert "Sie beobachten noch keine Leistung" in (await sued.get("/watches")).text


async def test_watchers_hear_of_versions_and_suspension(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    for viewer in (cast.sued.viewer, cast.nord.viewer):
        await conn.act_as(viewer)
        await actions.watch_offering(conn, viewer, head.id)
    head = await new_version(conn, cast.nord, head.id, title="Datensicherung neu")
    await conn.act_as(cast.nord.viewer)
    conn.now += timedelta(days=1)
    await suspend_offering(
        conn, cast.nord.viewer, head.id, head.row_version, "Umbau im Rechenzentrum"
    )
    assert await notices(conn, cast.sued.viewer) == ["watch.published", "watch.suspended"]
    # who acts is not told of the own act: nord's first person suspended, the second published
    assert [k for k in await notices(conn, cast.nord.viewer) if k.startswith("watch.")] == [
        "watch.published"
    ]
    assert await notices(conn, cast.fremd.viewer) == []
    feed = await client.as_(cast.sued.viewer).get("/watches?view=events")
    assert "Umbau im Rechenzentrum" in feed.text
    assert "Fassung 2" in feed.text


async def test_who_may_no_longer_see_it_is_told_nothing(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.fremd.viewer)
    await actions.watch_offering(conn, cast.fremd.viewer, head.id)
    await new_version(
        conn, cast.nord, head.id, title="Nur noch für Süd", audiences=[only_for(cast.sued.id)]
    )
    assert await notices(conn, cast.fremd.viewer) == []
    fremd = client.as_(cast.fremd.viewer)
    for view in ("offerings", "events"):
        page = await fremd.get(f"/watches?view={view}")
        assert "Nur noch für Süd" not in page.text
        assert head.title not in page.text
    assert "Nicht mehr sichtbar" in (await fremd.get("/watches")).text
    # and can still be rid of it
    assert (await fremd.post(f"/offerings/{head.id}/unwatch", {"back": "list"})).status_code == 303
    assert (await fremd.post(f"/offerings/{head.id}/unwatch", {"back": "list"})).status_code == 404


async def test_a_user_is_told_once(cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(SYSTEM)
    await conn.execute(
        "INSERT INTO catalog.offering_use (offering_id, recipient_id, valid_from, owner_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)",
        head.id, cast.sued.id, conn.today, cast.nord.id, conn.now,
    )  # fmt: skip
    await conn.act_as(cast.sued.viewer)
    await actions.watch_offering(conn, cast.sued.viewer, head.id)
    await new_version(conn, cast.nord, head.id, title="Datensicherung neu")
    assert await notices(conn, cast.sued.viewer) == ["offering.published"]


async def test_nobody_else_reads_who_watches(cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.sued.viewer)
    await actions.watch_offering(conn, cast.sued.viewer, head.id)
    assert await store.list_watchers(conn, head.id, []) == {}  # only the owner's act finds them
    for viewer in (cast.nord.viewer, cast.fremd.viewer, cast.sued.second):
        await conn.act_as(viewer)
        assert await conn.fetchval("SELECT count(*) FROM catalog.watch") == 0


async def test_committee_and_drafts(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    assert (await client.as_(cast.committee).post(f"/offerings/{head.id}/watch")).status_code == 403
    assert "Beobachten" not in (await client.as_(cast.committee).get(f"/offerings/{head.id}")).text
    version = await get_version(conn, cast.nord.viewer, head.id, 1)
    assert version.version == 1


async def test_the_same_as_json(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    sued = client.as_(cast.sued.viewer)
    assert (await sued.json_post(f"/api/v1/offerings/{head.id}/watch")).status_code == 204
    await new_version(conn, cast.nord, head.id, title="Datensicherung neu")
    items = (await sued.get("/api/v1/watches?limit=1")).json()["items"]
    assert [i["title"] for i in items] == ["Datensicherung neu"]
    events = (await sued.get("/api/v1/watches/events")).json()["items"]
    assert events[0]["kind"] == "published"
    assert (await sued.json_post(f"/api/v1/offerings/{head.id}/unwatch")).status_code == 204
    assert (await sued.get("/api/v1/watches")).json()["items"] == []


def test_every_thing_that_happens_has_its_words():
    assert set(What) == set(WHAT_LABELS) == set(SENTENCES) == set(WHAT_KINDS)
    assert {f"watch.{w}" for w in What} <= set(KIND_LABELS)


async def test_the_database_knows_every_thing_that_happens(conn: Conn):
    text = await conn.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'offering_event_kind'"
    )
    assert set(re.findall(r"'([a-z_]+)'::text", text)) == {w.value for w in What}
