"""Versions side by side, an older one as the new draft, a publication taken back, the advice to the second person."""

from catalog.contents.store import get_version
from catalog.offerings import actions
from catalog.offerings.model import Offering
from catalog.offerings.store import get_offering
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import FLAT, a_body, a_submitted, an_offering, only_for
from tests.client import Client


async def twice(conn: Conn, cast: Cast) -> Offering:
    """An offering with two published versions."""
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.nord.viewer)
    body = a_body("Sicherung mit Archiv", prices=[FLAT])
    head = await actions.save_draft(conn, cast.nord.viewer, head.id, head.row_version, body)
    head = await actions.submit_offering(conn, cast.nord.viewer, head.id, head.row_version)
    await conn.act_as(cast.nord.second)
    return await actions.publish_offering(conn, cast.nord.second, head.id, head.row_version, 2)


async def test_any_two_versions_are_compared_in_german(client: Client, cast: Cast, conn: Conn):
    head = await twice(conn, cast)
    sued = client.as_(cast.sued.viewer)
    page = (await sued.get(f"/offerings/{head.id}/versions/compare?a=1&b=2")).text
    assert "<del>Datensicherung für Kommunen</del>" in page
    assert "12.000,00" in page
    assert "Kündigungsfrist" not in page
    same = (await sued.get(f"/offerings/{head.id}/versions/compare?a=1&b=1")).text
    assert "Beide Fassungen sagen dasselbe." in same
    odd = await sued.get(f"/offerings/{head.id}/versions/compare?a=x&b=99")
    assert odd.status_code == 200


async def test_answers_and_contacts_are_compared_too(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.nord.viewer)
    body = a_body(attributes={**dict(a_body().attributes), "backup": "daily"})
    await actions.save_draft(conn, cast.nord.viewer, head.id, head.row_version, body)
    page = (await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}/versions/2")).text
    assert "Datensicherung</th>" in page
    assert "täglich" in page


async def test_back_to_an_older_version(client: Client, cast: Cast, conn: Conn):
    head = await twice(conn, cast)
    nord = client.as_(cast.nord.viewer)
    assert (
        "Als neuen Entwurf übernehmen" in (await nord.get(f"/offerings/{head.id}/versions/1")).text
    )
    url = f"/offerings/{head.id}/versions/1/revert"
    assert (await nord.post(url, {"row_version": 1})).status_code == 412
    fields = {"row_version": head.row_version}
    assert (await client.as_(cast.sued.viewer).post(url, fields)).status_code == 403
    done = await nord.post(url, fields)
    assert done.headers["location"] == f"/offerings/{head.id}/edit"
    await conn.act_as(cast.nord.viewer)
    old = await get_version(conn, cast.nord.viewer, head.id, 1)
    new = await get_version(conn, cast.nord.viewer, head.id, 3)
    assert new.content_hash == old.content_hash
    now = await get_offering(conn, cast.nord.viewer, head.id)
    assert (now.published_version, now.draft_version, now.draft_submitted) == (2, 3, False)
    again = await nord.post(url, {"row_version": now.row_version})
    assert again.status_code == 409


async def test_a_publication_is_taken_back(client: Client, cast: Cast, conn: Conn):
    head = await twice(conn, cast)
    nord = client.as_(cast.nord.viewer)
    assert "Veröffentlichung zurücknehmen" in (await nord.get(f"/offerings/{head.id}")).text
    page = (await nord.get(f"/offerings/{head.id}/withdraw")).text
    assert "Vorige Fassung als Entwurf übernehmen" in page
    assert "Sofort anhalten" in page
    first = await an_offering(conn, cast.nord, "Nur eine Fassung")
    page = (await nord.get(f"/offerings/{first.id}/withdraw")).text
    assert "keine frühere veröffentlichte Fassung" in page


async def test_the_second_person_reads_advice(client: Client, cast: Cast, conn: Conn):
    head = await a_submitted(conn, cast.nord)
    page = (await client.as_(cast.nord.second).get(f"/offerings/{head.id}/versions/1")).text
    assert "Güte der Angaben" in page


async def test_the_preview_knows_the_audience(client: Client, cast: Cast, conn: Conn):
    head = await a_submitted(conn, cast.nord, audiences=[only_for(cast.sued.id)])
    nord = client.as_(cast.nord.viewer)
    seen = (await nord.get(f"/offerings/{head.id}/preview?member={cast.sued.id}")).text
    assert "Dieses Mitglied findet die Leistung" in seen
    hidden = (await nord.get(f"/offerings/{head.id}/preview?member={cast.fremd.id}")).text
    assert "sieht die Leistung nicht" in hidden
