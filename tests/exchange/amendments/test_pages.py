"""Changes and renewals on their pages and as JSON: form, difference, signatures, both sides and a stranger."""

from datetime import date

import pytest

from tests.exchange.order_build import an_offer, an_order_at

FIELDS = {
    "valid_from": "2027-03-01", "reason": "Zweiter Standort", "notice_months": "3", "billing": "month",
    "confirm_days": "30", "ends_on": "", "legal_route": "joint_108_4", "note": "", "entrustment": "",
    "legal_reason": "Gemeinsam kontrollierte Drehscheibe",
    "lines.0.label": "Sicherung", "lines.0.unit": "je Arbeitsplatz", "lines.0.quantity": "24",
    "lines.0.unit_price_micro": "100,50", "lines.0.period": "month",
}  # fmt: skip


@pytest.fixture
async def order(conn, cast):
    return await an_order_at(conn, cast)


async def propose(client, viewer, order, **over):
    fields = {**FIELDS, "row_version": order.row_version, **over}
    return await client.as_(viewer).post(f"/orders/{order.id}/amendments", fields)


async def test_from_the_form_to_the_last_signature(client, cast, order):
    page = await client.as_(cast.nord.viewer).get(f"/orders/{order.id}")
    assert "Änderung vorschlagen" in page.text
    form = await client.as_(cast.nord.viewer).get(f"/orders/{order.id}/amend")
    assert 'value="Sicherung"' in form.text and "01.03.2027" in form.text
    made = await propose(client, cast.nord.viewer, order)
    assert made.status_code == 303, made.text
    url = made.headers["location"]
    page = await client.as_(cast.sued.viewer).get(url)
    text = page.text
    assert "12 × 100,00" in text and "24 × 100,50" in text and "28.944,00" in text
    assert "Rechtsprüfung" in text and "Als Bereitsteller freigeben" not in text
    for n, signer in enumerate((cast.nord.second, cast.hub.second, cast.sued.second), 1):
        done = await client.as_(signer).post(f"{url}/approve", {"row_version": n})
        assert done.status_code == 303, done.text
    page = await client.as_(cast.sued.viewer).get(url)
    assert "gilt ab 01.03.2027" in page.text and "vereinbart" in page.text
    page = await client.as_(cast.sued.viewer).get(f"/orders/{order.id}")
    assert "vereinbart" in page.text and "noch nicht in Kraft" in page.text
    assert (await client.as_(cast.fremd.viewer).get(url)).status_code == 404


async def test_a_refusal_stands_at_its_field(client, cast, order):
    early = await propose(client, cast.nord.viewer, order, valid_from="2027-01-01")
    assert early.status_code == 422 and "Früher nur im Einvernehmen" in early.text
    assert 'value="100,50"' in early.text
    bad = await propose(client, cast.nord.viewer, order, **{"lines.0.quantity": "viele"})
    assert bad.status_code == 422
    late = await propose(client, cast.nord.viewer, order, valid_from="2026-01-01")
    assert late.status_code == 422 and "ab morgen" in late.text
    assert (await propose(client, cast.fremd.viewer, order)).status_code == 404


async def test_withdraw_and_decline_need_a_reason(client, cast, order):
    url = (await propose(client, cast.nord.viewer, order)).headers["location"]
    nord = client.as_(cast.nord.viewer)
    missing = await nord.post(f"{url}/withdraw", {"row_version": 1})
    assert missing.status_code == 422 and "Grund" in missing.text
    foreign = await client.as_(cast.sued.viewer).post(f"{url}/withdraw", {"row_version": 1, "reason": "nein"})  # fmt: skip
    assert foreign.status_code == 403
    done = await client.as_(cast.sued.viewer).post(f"{url}/decline", {"row_version": 1, "reason": "zu teuer"})  # fmt: skip
    assert done.status_code == 303
    assert "zu teuer" in (await nord.get(url)).text


async def test_terms_that_end_are_renewed_together(client, conn, cast):
    order = await an_order_at(conn, cast, offer=an_offer(ends_on=date(2026, 12, 31)))
    sued = client.as_(cast.sued.viewer)
    page = await sued.get("/renewals?within=6&months=24")
    assert order.number in page.text and "31.12.2028" in page.text
    nothing = await sued.post("/renewals", {"months": 24, "within": "6"})
    assert nothing.status_code == 422
    done = await sued.post("/renewals", {"order": [str(order.id)], "months": 24, "within": "6"})
    assert done.status_code == 303, done.text
    assert "Nichts läuft aus" in (await sued.get("/renewals")).text
    found = (await sued.get(f"/api/v1/orders/{order.id}/amendments")).json()["items"]
    assert found[0]["changes"][0] == {"what": "Läuft bis", "before": "31.12.2026", "after": "31.12.2028"}  # fmt: skip
    stranger = await client.as_(cast.fremd.viewer).post("/renewals", {"order": [str(order.id)]})
    assert stranger.status_code == 303


async def test_json(client, cast, order):
    sued = client.as_(cast.sued.viewer)
    body = {"valid_from": "2027-03-01", "reason": "Weniger Frist", "notice_months": 1}
    made = await sued.json_post(f"/api/v1/orders/{order.id}/amendments", body)
    assert made.status_code == 201, made.text
    one = (await sued.get(f"/api/v1/amendments/{made.json()['id']}")).json()
    assert one["moves"] == ["withdraw"] and one["needs_legal"] is False
    renewed = await sued.json_post("/api/v1/renewals", {"order_ids": [str(order.id)], "months": 12})
    assert "unbefristet" in renewed.json()["items"][0]["problem"]
    gone = await sued.json_post(
        f"/api/v1/amendments/{one['id']}/withdraw", {"reason": "doch nicht"}, if_match='"1"'
    )
    assert gone.status_code == 200 and gone.json()["state"] == "withdrawn"
