"""The booking plan on its pages and as JSON: preview, quantities, switch; both sides and a stranger."""

import pytest

from tests.exchange.order_build import an_offer, an_order_at
from tests.exchange.schedules.test_actions import run, usage_offer


@pytest.fixture
async def order(conn, cast):
    return await an_order_at(conn, cast, offer=usage_offer())


async def test_both_sides_see_what_will_be_proposed(client, conn, cast, order):
    await run(conn)
    for viewer in (cast.nord.viewer, cast.sued.viewer):
        page = await client.as_(viewer).get(f"/orders/{order.id}")
        assert "Was wird vorgeschlagen" in page.text and "wartet auf Menge" in page.text
        page = await client.as_(viewer).get("/schedules")
        assert page.status_code == 200 and order.number in page.text
        page = await client.as_(viewer).get(f"/orders/{order.id}/schedule")
        assert f"{order.number}/2026-07" in page.text and "500,00" in page.text
    assert "Menge melden" not in page.text and "abschalten" not in page.text
    stranger = await client.as_(cast.fremd.viewer).get(f"/orders/{order.id}/schedule")
    assert stranger.status_code == 404
    empty = await client.as_(cast.fremd.viewer).get("/schedules")
    assert "Kein laufender Leistungsschein" in empty.text


async def test_a_quantity_is_reported_in_the_form(client, conn, cast, order):
    await run(conn)
    nord, url = client.as_(cast.nord.viewer), f"/orders/{order.id}/quantities"
    wrong = await nord.post(url, {"first": "2026-07-01", "quantity_2": "viele"})
    assert wrong.status_code == 422 and "Bitte eine Zahl eingeben" in wrong.text
    missing = await nord.post(url, {"first": "2026-07-01"})
    assert missing.status_code == 422 and "auch eine Null" in missing.text
    done = await nord.post(url, {"first": "2026-07-01", "quantity_2": "1.311,5"})
    assert done.status_code == 303, done.text
    page = await nord.get(f"/orders/{order.id}/schedule")
    assert "1.580,36" in page.text and "1.311,5" in page.text


async def test_the_switch_on_the_page(client, conn, cast):
    order = await an_order_at(conn, cast, offer=an_offer())
    nord, url = client.as_(cast.nord.viewer), f"/orders/{order.id}/schedule"
    assert (await nord.post(url, {"is_on": "no", "version": 0})).status_code == 303
    assert "abgeschaltet" in (await nord.get(url)).text
    assert "abgeschaltet" in (await nord.get(f"/orders/{order.id}")).text
    done = await nord.post(url, {"is_on": "yes", "begins": "2026-10-01", "version": 1})
    assert done.status_code == 303, done.text
    assert f"{order.number}/1" in (await nord.get(url)).text
    bad = await nord.post(url, {"is_on": "vielleicht", "version": 2})
    assert bad.status_code == 422


async def test_json(client, conn, cast, order):
    await run(conn)
    nord = client.as_(cast.nord.viewer)
    plan = (await nord.get(f"/api/v1/orders/{order.id}/schedule")).json()
    assert plan["is_on"] is True
    waiting = next(i for i in plan["items"] if i["standing"] == "needs_quantity")
    body = {"first": waiting["first"], "lines": [{"line": 2, "quantity": "12"}]}
    made = await nord.json_post(f"/api/v1/orders/{order.id}/quantities", body)
    assert made.status_code == 201 and len(made.json()["booking_ids"]) == 1
    off = await nord.json_post(f"/api/v1/orders/{order.id}/schedule", {"is_on": False})
    assert off.status_code == 200, off.text
    far = await nord.get(f"/api/v1/orders/{order.id}/schedule?until=2099-01-01")
    assert far.status_code == 422
