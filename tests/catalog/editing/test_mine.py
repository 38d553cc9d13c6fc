"""The offerings of my house: what is missing, and one act on many with a result for each."""

from datetime import timedelta

from catalog.offerings.model import RECONFIRM_MONTHS, add_months
from catalog.offerings.store import get_offering
from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.catalog.build import a_draft, an_offering
from tests.client import Client

SYSTEM = Viewer(scope=Scope.SYSTEM)


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


async def test_all_that_is_due_is_confirmed_in_one_go(client: Client, cast: Cast, conn: Conn):
    due = await an_offering(conn, cast.nord, "Bald fällig", reference="D1")
    stopped = await an_offering(conn, cast.nord, "Ausgesetzt", reference="D2")
    later = await an_offering(conn, cast.nord, "Noch lange gültig", reference="D3")
    other = await an_offering(conn, cast.sued, "Nicht meine", reference="D4")
    nord = client.as_(cast.nord.viewer)
    assert "unverändert bestätigen" not in (await nord.get("/offerings/mine")).text
    await conn.act_as(SYSTEM)
    soon = conn.today + timedelta(days=30)
    await conn.execute(
        "UPDATE catalog.offering SET reconfirm_due = $2 WHERE id = ANY ($1::uuid[])",
        [due.id, stopped.id, other.id], soon,
    )  # fmt: skip
    await conn.execute("UPDATE catalog.offering SET state = 'suspended' WHERE id = $1", stopped.id)
    page = (await nord.get("/offerings/mine")).text
    assert "1 Leistung ist bis" in page
    assert "Alle Angaben unverändert bestätigen" in page
    done = await nord.post("/offerings/mine", {"act": "reconfirm_due"})
    assert done.status_code == 200, done.text
    assert "1 von 1 erledigt" in done.text
    assert "Bald fällig" in done.text
    await conn.act_as(SYSTEM)
    heads = {
        h.id: (await get_offering(conn, SYSTEM, h.id)).reconfirm_due
        for h in (due, stopped, later, other)
    }
    assert heads[due.id] == add_months(conn.today, RECONFIRM_MONTHS)
    assert heads[stopped.id] == heads[other.id] == soon
    assert heads[later.id] == later.reconfirm_due
