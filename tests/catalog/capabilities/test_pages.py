"""Tasks and products over HTTP: the office keeps the tree and merges, everybody adds products."""

from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.landscape.build import a_product
from tests.client import Client


async def test_the_office_keeps_the_tree(client: Client, conn: Conn, cast: Cast):
    office = await client.sign_in(cast.office)
    tree = (await client.as_(cast.nord.viewer).get("/api/v1/capabilities")).json()["items"]
    group = next(c for c in tree if c["code"] == "finance")
    assert len([c for c in tree if c["parent_id"]]) >= 60
    new = {"code": "tourism_tax", "name": "Beherbergungssteuer", "parent_id": group["id"]}
    assert (await office.post("/capabilities", new)).status_code == 303
    assert (await office.post("/capabilities", new)).status_code == 409
    task = next(c for c in (await client.as_(cast.office).get("/api/v1/capabilities")).json()["items"] if c["code"] == "tourism_tax")  # fmt: skip
    change = {"name": "Beherbergungssteuer", "target_level": "central", "row_version": "1"}
    assert (await office.post(f"/capabilities/{task['id']}/change", change)).status_code == 303
    assert (await office.post(f"/capabilities/{task['id']}/change", change)).status_code == 409
    page = await client.as_(cast.committee).get("/capabilities")
    assert "zentral, einmal für alle" in page.text
    nord = await client.sign_in(cast.nord.viewer)
    assert (await nord.post("/capabilities", new)).status_code == 403


async def test_a_product_is_added_asked_back_and_merged(client: Client, conn: Conn, cast: Cast):
    kept = await a_product(conn, cast.nord.viewer)
    sued = await client.sign_in(cast.sued.viewer)
    typed = {"name": "Meldekompass 5", "vendor": "Musterhaus"}
    asked = await sued.post("/products", typed)
    assert asked.status_code == 422
    assert "Das ist ein neues Produkt" in asked.text
    assert (await sued.post("/products", {**typed, "is_new": "true"})).status_code == 303
    page = await client.as_(cast.office).get("/products")
    assert "Wohl dasselbe Produkt" in page.text
    found = (await client.as_(cast.office).get("/api/v1/products")).json()["items"]
    double = next(p for p in found if p["name"] == "Meldekompass 5")
    office = await client.sign_in(cast.office)
    merge = {"kept_id": str(kept.id), "reason": "nur eine neue Fassung"}
    assert (await office.post(f"/products/{double['id']}/merge", merge)).status_code == 303
    assert (await office.post(f"/products/{double['id']}/merge", merge)).status_code == 409
    after = await client.as_(cast.fremd.viewer).get("/products?q=melde")
    assert "Meldekompass 5 (Musterhaus) → Melde-Kompass (Musterhaus)" in after.text
