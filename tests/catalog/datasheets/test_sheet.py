"""The data sheet: a PDF of what its reader may see, of a draft for the own house alone."""

from catalog.attributes.store import get_schema
from catalog.contents.store import get_version, list_contacts
from catalog.datasheets.sheet import Sheet, values_of
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import a_draft, an_offering, only_for
from tests.client import Client


async def test_a_reader_gets_the_published_version(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    sued = client.as_(cast.sued.viewer)
    url = f"/offerings/{head.id}/datasheet.pdf"
    assert f'href="{url}"' in (await sued.get(f"/offerings/{head.id}")).text
    got = await sued.get(url)
    assert got.status_code == 200, got.text
    assert got.content.startswith(b"%PDF")
    assert got.headers["content-type"] == "application/pdf"
    assert f"datenblatt-{head.number}.pdf" in got.headers["content-disposition"]


async def test_hidden_and_draft_are_not_there_for_others(client: Client, cast: Cast, conn: Conn):
    hidden = await an_offering(conn, cast.nord, reference="H", audiences=[only_for(cast.sued.id)])
    draft = await a_draft(conn, cast.nord.viewer, reference="E")
    fremd = client.as_(cast.fremd.viewer)
    for head in (hidden, draft):
        assert (await fremd.get(f"/offerings/{head.id}/datasheet.pdf")).status_code == 404
    own = await client.as_(cast.nord.viewer).get(f"/offerings/{draft.id}/datasheet.pdf")
    assert own.content.startswith(b"%PDF")


async def test_it_says_what_the_page_says_and_names_nobody_else(cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord, audiences=[only_for(cast.sued.id, cast.fremd.id)])
    await conn.act_as(cast.sued.viewer)
    version = await get_version(conn, cast.sued.viewer, head.id, 1)
    contacts = (await list_contacts(conn, [head.id]))[head.id]
    schema = await get_schema(conn, version.category_id, version.schema_version)
    names = {cast.sued.id: "Süd", cast.fremd.id: "Fremd"}
    sheet = Sheet(head, version, "Nord", "Sicherung", schema, contacts, 0, names, sees_names=False)
    said = values_of(sheet, conn.now, today=conn.today)
    assert said["audiences"][0][0] == "Ihr Haus"
    assert "Fremd" not in str(said)
    assert said["prices"][0][2].endswith("€")
    assert ["Mitglied", "Nord"] in said["head"]
    assert said["contacts"][0][1].startswith("Team Sicherung")
    assert values_of(sheet, conn.now, today=conn.today) == said
