"""When one member succeeds another its offerings become the successor's by a new version; history stays."""

import pytest

from catalog.availability.actions import retire_offering
from catalog.contents import store as contents
from catalog.interface import find_offering_ids
from catalog.offerings import actions, store
from catalog.succession.actions import carry_out, preview
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.tasks.actions import list_my_tasks
from tests.cast import Cast
from tests.catalog.build import a_body, a_draft, a_submitted, an_offering, only_for
from tests.client import Client


async def succeed(client: Client, cast: Cast, conn: Conn) -> str:
    """Südrechen goes up in Nordrechen, by the pages; what the preview said."""
    proposed = await client.as_(cast.office).post("/successions", {
        "predecessor_id": str(cast.sued.id), "successor_id": str(cast.nord.id), "kind": "merger",
        "effective_on": str(conn.today), "basis": "Beschluss der Verbandsversammlung vom 1. Mai",
    })  # fmt: skip
    url = proposed.headers["location"]
    shown = await client.as_(cast.hub.second).get(url)
    done = await client.as_(cast.hub.second).post(f"{url}/carry-out", {"confirmed": "yes"})
    assert done.status_code == 303, done.text
    return shown.text


async def test_the_offering_goes_over_by_a_new_version(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.sued, "Archiv im Süden")
    said = await succeed(client, cast, conn)
    assert "1 Leistung des Katalogs geht mit einer neuen Fassung auf die Nachfolgerin über." in said
    await conn.act_as(cast.nord.viewer)
    after = await store.get_offering(conn, cast.nord.viewer, head.id)
    assert (after.owner_id, after.number, after.reference, after.state) == (
        cast.nord.id, head.number, head.reference, "published",
    )  # fmt: skip
    assert after.published_version == 2
    old, new = [await contents.get_version(conn, cast.nord.viewer, head.id, n) for n in (1, 2)]
    assert (new.prices, new.audiences, new.description) == (
        old.prices,
        old.audiences,
        old.description,
    )
    assert (old.approver, new.approver, new.author) == (
        cast.sued.second.person_id, cast.hub.second.person_id, None,
    )  # fmt: skip
    page = await client.as_(cast.fremd.viewer).get(f"/offerings/{head.id}")
    assert "Nordrechen" in page.text
    found = await client.as_(cast.fremd.viewer).get("/offerings?q=Nordrechen")
    assert "Archiv im Süden" in found.text


async def test_a_first_draft_goes_as_it_is_and_what_is_retired_stays(
    client: Client, cast: Cast, conn: Conn
):
    draft = await a_draft(conn, cast.sued.viewer, "Noch im Entwurf")
    gone = await an_offering(conn, cast.sued, "Schon eingestellt")
    await retire_offering(conn, cast.sued.second, gone.id, gone.row_version, "wird nicht gebraucht")
    await succeed(client, cast, conn)
    await conn.act_as(cast.nord.viewer)
    after = await store.get_offering(conn, cast.nord.viewer, draft.id)
    assert (after.owner_id, after.draft_version, after.published_version) == (cast.nord.id, 1, None)
    assert (await store.get_offering(conn, cast.office, gone.id)).owner_id == cast.sued.id


async def test_an_open_change_goes_over_and_is_submitted_anew(
    client: Client, cast: Cast, conn: Conn
):
    head = await an_offering(conn, cast.sued, "Archiv im Süden")
    await conn.act_as(cast.sued.viewer)
    head = await actions.save_draft(
        conn, cast.sued.viewer, head.id, head.row_version, a_body("Archiv im ganzen Land")
    )
    await actions.submit_offering(conn, cast.sued.viewer, head.id, head.row_version)
    await succeed(client, cast, conn)
    await conn.act_as(cast.nord.viewer)
    after = await store.get_offering(conn, cast.nord.viewer, head.id)
    assert (after.published_version, after.draft_version, after.draft_submitted) == (3, 4, False)
    draft = await contents.get_version(conn, cast.nord.viewer, head.id, 4)
    assert draft.title == "Archiv im ganzen Land"
    assert "offering.rework" in {
        t.kind for t in await list_my_tasks(conn, cast.nord.viewer) if t.object_id == head.id
    }
    sent = await actions.submit_offering(conn, cast.nord.viewer, head.id, after.row_version)
    await conn.act_as(cast.nord.second)
    published = await actions.publish_offering(conn, cast.nord.second, head.id, sent.row_version, 4)
    assert published.published_version == 4


async def test_a_reference_that_the_successor_has_too(client: Client, cast: Cast, conn: Conn):
    await an_offering(conn, cast.nord, "Archiv im Norden", reference="ARCHIV")
    mine = await an_offering(conn, cast.sued, "Archiv im Süden", reference="ARCHIV")
    said = await succeed(client, cast, conn)
    assert "ARCHIV" in said
    await conn.act_as(cast.office)
    after = await store.get_offering(conn, cast.office, mine.id)
    assert after.reference == f"ARCHIV-{cast.sued.code}"
    assert await find_offering_ids(conn, [(cast.sued.id, "ARCHIV")]) == {
        (cast.sued.id, "ARCHIV"): mine.id
    }


async def test_a_limited_audience_stays_limited(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.sued, "Nur für uns zwei", audiences=[only_for(cast.hub.id)])
    await succeed(client, cast, conn)
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await store.get_offering(conn, cast.fremd.viewer, head.id)


async def test_without_offerings_it_says_so_and_does_nothing(cast: Cast, conn: Conn):
    await conn.act_as(cast.office)
    said = await preview(conn, cast.office, cast.sued.id, cast.nord.id, conn.today)
    assert said == ["Leistungen im Katalog: keine."]
    await carry_out(conn, cast.office, cast.sued.id, cast.nord.id, conn.today)


async def test_a_submitted_first_draft_waits_on(client: Client, cast: Cast, conn: Conn):
    head = await a_submitted(conn, cast.sued, "Wartet auf die zweite Person")
    await succeed(client, cast, conn)
    await conn.act_as(cast.nord.second)
    seen = await store.get_offering(conn, cast.nord.second, head.id)
    done = await actions.publish_offering(conn, cast.nord.second, head.id, seen.row_version, 1)
    assert (done.owner_id, done.state) == (cast.nord.id, "published")
