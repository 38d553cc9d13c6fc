"""Standards over HTTP: from the draft to the statement on an offering."""

from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import an_offering
from tests.catalog.standards.test_actions import TEXT, a_draft, adopted
from tests.client import Client


async def test_from_the_form_to_the_adopted_standard(client: Client, conn: Conn, cast: Cast):
    nord, second = await client.sign_in(cast.nord.viewer), await client.sign_in(cast.nord.second)
    wrong = await nord.post("/standards", {"title": "x", "working_group": "AK Portale"})
    assert wrong.status_code == 422
    fields = {
        "title": "Online-Dienste", "working_group": "AK Portale", "text": TEXT, "binding": "recommended",
        "review_on": f"{conn.today.year + 2}-01-31", "row_version": "0",
    }  # fmt: skip
    made = await nord.post("/standards", fields)
    url = made.headers["location"]
    assert "Vollständig; noch nicht vorgelegt." in (await nord.get(url)).text
    assert (await nord.post(f"{url}/submit", {"row_version": "1"})).status_code == 303
    assert (await nord.post(f"{url}/adopt", {"row_version": "2"})).status_code == 409
    assert (await second.post(f"{url}/adopt", {"row_version": "2"})).status_code == 303
    page = await client.as_(cast.fremd.viewer).get(url)
    assert "beschlossen" in page.text
    assert TEXT in page.text
    listed = await client.as_(cast.committee).get("/standards?binding=recommended")
    assert "Online-Dienste" in listed.text


async def test_the_offering_says_which_version_it_follows(client: Client, conn: Conn, cast: Cast):
    head = await adopted(conn, cast)
    offering = await an_offering(conn, cast.sued)
    sued = await client.sign_in(cast.sued.viewer)
    url = f"/standards/offerings/{offering.id}"
    asked = await sued.post(url, {f"said-{head.id}": "deviates", f"reason-{head.id}": "kurz"})
    assert asked.status_code == 422
    assert "kurz" in asked.text
    done = await sued.post(url, {f"said-{head.id}": "conforms"})
    assert done.status_code == 303
    page = await client.as_(cast.nord.viewer).get(f"/offerings/{offering.id}")
    assert f"/standards/{head.id}" in page.text
    assert "entspricht" in page.text
    api = await client.as_(cast.nord.viewer).get(f"/api/v1/offerings/{offering.id}/standards")
    assert api.json()["items"][0]["conforms"] is True


async def test_a_foreign_draft_is_like_an_unknown_one(client: Client, conn: Conn, cast: Cast):
    head = await a_draft(conn, cast)
    fremd = client.as_(cast.fremd.viewer)
    for url in (f"/standards/{head.id}", f"/standards/{head.id}/edit", f"/api/v1/standards/{head.id}", f"/standards/{head.id}/versions/1"):  # fmt: skip
        assert (await fremd.get(url)).status_code == 404
