"""Settlements of cost on their pages and as JSON."""

from exchange.shares.actions import Figures, create_pool
from exchange.shares.model import KeyKind
from tests.exchange.shares.test_actions import NINETY, OFFERING, three  # noqa: F401  # a fixture


async def test_prepare_check_and_settle(client, conn, cast, three):  # noqa: F811  # the fixture
    nord = client.as_(cast.nord.viewer)
    assert "Noch keine Spitzabrechnung" in (await nord.get("/cost-pools")).text
    form = await nord.get("/cost-pools/new")
    assert str(OFFERING) in form.text
    fields = {"offering": str(OFFERING), "year": "2026", "key_kind": "own", "actual": "90.000,01"}
    bad = await nord.post("/cost-pools", {**fields, "actual": "viel"})
    assert bad.status_code == 422 and "1.234,50" in bad.text
    none = await nord.post("/cost-pools", {**fields, "year": "2010"})
    assert none.status_code == 422 and "niemand" in none.text
    made = await nord.post("/cost-pools", fields)
    assert made.status_code == 303, made.text
    url = made.headers["location"]
    assert "Alle sind null" in (await nord.get(url)).text
    keys = {f"key_{o}": "1" for o in three}
    values = {"version": 1, "key_kind": "own", "actual": "90.000,01", "fixed_pct": "0", **keys}
    wrong = await nord.post(url, {**values, f"key_{three[0]}": "x"})
    assert wrong.status_code == 422 and "Bitte eine Zahl ab null" in wrong.text
    saved = await nord.post(url, values)
    assert saved.status_code == 303, saved.text
    page = await nord.get(url)
    assert "30.000,01" in page.text and "−1.000,00" in page.text.replace("-", "−")
    done = await nord.post(f"{url}/propose", {"version": 2})
    assert done.status_code == 303, done.text
    mine = await client.as_(cast.sued.viewer).get(url)
    assert "30.000,01" in mine.text and "Drittrechen" not in mine.text
    assert "Ihr Anteil" in mine.text and "1.000,01" in mine.text
    assert "abgerechnet" in (await client.as_(cast.sued.viewer).get("/cost-pools")).text


async def test_json(client, conn, cast, three):  # noqa: F811  # the fixture
    nord = client.as_(cast.nord.viewer)
    body = {
        "offering_id": str(OFFERING), "year": 2026, "key_kind": "own", "actual_cents": 9_000_001, "by_days": False,
        "keys": [{"order_id": str(o), "key": "1"} for o in three],
    }  # fmt: skip
    made = await nord.json_post("/api/v1/cost-pools", body)
    assert made.status_code == 201, made.text
    assert [s["rest_cents"] for s in made.json()["shares"]] == [1_000_01, -1_000_00, 0]
    url = f"/api/v1/cost-pools/{made.json()['id']}"
    done = await nord.json_post(f"{url}/propose", if_match='"2"')
    assert done.status_code == 200, done.text
    assert done.json()["state"] == "proposed"
    sued = client.as_(cast.sued.viewer)
    assert len((await sued.get(url)).json()["shares"]) == 1
    assert len((await sued.get("/api/v1/cost-pools")).json()["items"]) == 1


async def test_a_draft_is_dropped(client, conn, cast, three):  # noqa: F811  # the fixture
    pool = await create_pool(conn, cast.nord.viewer, OFFERING, 2026, Figures(KeyKind.CASES, 1))
    nord = client.as_(cast.nord.viewer)
    gone = await nord.post(f"/cost-pools/{pool.id}/discard", {"version": 1})
    assert gone.status_code == 303
    assert (await client.as_(cast.sued.viewer).get(f"/cost-pools/{pool.id}")).status_code == 404
    assert NINETY.actual_cents == 90_000_01
