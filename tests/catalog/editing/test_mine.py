"""The offerings of my house: what is missing, and one act on many with a result for each."""

from catalog.offerings.store import get_offering
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import a_draft, an_offering
from tests.client import Client


async def test_an_empty_list_says_what_to_do(client: Client, cast: Cast):
    page = (await client.as_(cast.fremd.viewer).get("/offerings/mine")).text
    assert "Noch keine Leistung" in page


async def test_state_gaps_and_filters(client: Client, cast: Cast, conn: Conn):
    await an_offering(conn, cast.nord, "Fertig")
    await a_draft(conn, cast.nord.viewer, "Halbfertig", summary="", notice_months=None)
    await an_offering(conn, cast.sued, "Fremde Leistung")
    nord = client.as_(cast.nord.viewer)
    page = (await nord.get("/offerings/mine")).text
    assert "2 Angaben" in page
    assert "Fremde Leistung" not in page
    assert "Halbfertig" not in (await nord.get("/offerings/mine?state=published")).text
    assert "Fertig" not in (await nord.get("/offerings/mine?state=published&due=1")).text


async def test_each_has_its_own_result(client: Client, cast: Cast, conn: Conn):
    public = await an_offering(conn, cast.nord, "Öffentlich")
    draft = await a_draft(conn, cast.nord.viewer, "Entwurf")
    nord = client.as_(cast.nord.viewer)
    fields = {"ids": [str(public.id), str(draft.id)], "act": "suspend"}
    assert "bitte einen Grund" in (await nord.post("/offerings/mine", fields)).text
    done = await nord.post("/offerings/mine", {**fields, "reason": "Umzug"})
    assert done.status_code == 200
    assert "1 von 2 erledigt" in done.text
    await conn.act_as(cast.nord.viewer)
    assert (await get_offering(conn, cast.nord.viewer, public.id)).state == "suspended"
    assert (await get_offering(conn, cast.nord.viewer, draft.id)).state == "draft"
    assert (await nord.post("/offerings/mine", {"act": "submit"})).status_code == 422
