"""Self-billing in the browser and as JSON: propose, agree, end, object; tasks, notices and who sees it."""

import pytest

from exchange.invoices.actions import issue_invoices
from exchange.invoices.model import read_term
from exchange.invoices.settling import settle_invoices
from tests.exchange.build import SYSTEM
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable
from tests.exchange.selfbilling.making import agreed

WISH = {
    "role": "buyer", "order": "", "valid_from": "2026-01-01", "agreed_on": "2026-01-05",
    "document": "Rahmenvereinbarung, Anlage 3",
}  # fmt: skip
TASKS = "SELECT kind, owner_id FROM kdnx.task WHERE state = 'open' AND kind = 'invoice.agreement'"
NOTICES = "SELECT DISTINCT owner_id, kind FROM kdnx.notice WHERE kind LIKE 'invoice.%'"


@pytest.fixture
async def bill(conn, cast):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, number="L-2026-0001")
    await a_confirmed(conn, cast.nord, cast.sued, order, 1_000_00)
    await agreed(conn, cast.nord, cast.hub)
    await conn.act_as(cast.hub.viewer)
    issued = (await issue_invoices(conn, cast.hub.viewer, read_term("2026-Q3"))).issued
    return next(i for i in issued if i.type == "389")


async def test_propose_and_agree(client, conn, cast):
    hub, nord = client.as_(cast.hub.viewer), client.as_(cast.nord.viewer)
    assert (
        "Ohne Vereinbarung rechnet immer der Verkäufer ab" in (await hub.get("/self-billing")).text
    )
    wrong = await hub.post(
        "/self-billing/new", {**WISH, "partner": str(cast.nord.id), "order": "L-1999-0001"}
    )
    assert wrong.status_code == 422 and "zwischen den beiden Häusern nicht" in wrong.text
    done = await hub.post("/self-billing/new", {**WISH, "partner": str(cast.nord.id)})
    assert done.status_code == 303, done.text
    place = done.headers["location"]
    twice = await hub.post("/self-billing/new", {**WISH, "partner": str(cast.nord.id)})
    assert twice.status_code == 422 and "schon eine Vereinbarung" in twice.text
    assert "Zustimmen" not in (await hub.get(place)).text
    page = await nord.get(place)
    assert "Zustimmen" in page.text and "Anlage 3" in page.text
    await conn.act_as(SYSTEM)
    assert [r["owner_id"] for r in await conn.fetch(TASKS)] == [cast.nord.id]
    assert (await hub.post(f"{place}/agree", {"row_version": 1})).status_code == 403
    assert (await nord.post(f"{place}/agree", {"row_version": 1})).status_code == 303
    await conn.act_as(SYSTEM)
    assert await conn.fetch(TASKS) == []
    again = await nord.post(f"{place}/agree", {"row_version": 2})
    assert again.status_code == 422 and "vereinbart" in again.text
    short = await nord.post(f"{place}/end", {"row_version": 2, "ends_on": "", "reason": "x"})
    assert short.status_code == 422
    ended = await nord.post(
        f"{place}/end", {"row_version": 2, "ends_on": "2026-06-30", "reason": "Umstellung"}
    )
    assert ended.status_code == 303
    assert "30.06.2026" in (await nord.get(place)).text
    assert (await client.as_(cast.fremd.viewer).get(place)).status_code == 404
    assert (await client.as_(cast.auditor).get(place)).status_code == 200


async def test_withdraw_and_decline(client, cast):
    hub, nord = client.as_(cast.hub.viewer), client.as_(cast.nord.viewer)
    for actor, word in ((hub, "withdraw"), (nord, "decline")):
        done = await hub.post("/self-billing/new", {**WISH, "partner": str(cast.nord.id)})
        place = done.headers["location"]
        assert (await actor.post(f"{place}/{word}", {"row_version": 1})).status_code == 303
    states = [a["state"] for a in (await nord.get("/api/v1/self-billing")).json()["items"]]
    assert states == ["declined", "withdrawn"]
    piece = (await nord.get("/api/v1/self-billing?limit=1")).json()
    rest = (await nord.get(f"/api/v1/self-billing?cursor={piece['next']}")).json()
    assert [a["state"] for a in rest["items"]] == ["withdrawn"]


async def test_objecting_in_the_browser(client, conn, cast, bill):
    nord, hub = client.as_(cast.nord.viewer), client.as_(cast.hub.viewer)
    shown = await nord.get(f"/invoices/{bill.id}")
    assert "Gutschrift" in shown.text and "Widersprechen" in shown.text
    assert "Widersprechen" not in (await hub.get(f"/invoices/{bill.id}")).text
    assert "kein Widerspruch möglich" in (await hub.get(f"/invoices/{bill.id}/object")).text
    page = await nord.get(f"/invoices/{bill.id}/object")
    assert "Vorsteuer" in page.text and "neu abrechnen" in page.text
    short = await nord.post(f"/invoices/{bill.id}/object", {"row_version": 1, "reason": ""})
    assert short.status_code == 422
    done = await nord.post(
        f"/invoices/{bill.id}/object", {"row_version": 1, "reason": "Menge stimmt nicht"}
    )
    assert done.status_code == 303, done.text
    after = await nord.get(f"/invoices/{bill.id}")
    assert "wirkt nicht mehr als Rechnung" in after.text and "Menge stimmt nicht" in after.text
    listed = await nord.get("/invoices")
    assert "ohne 1 widersprochenen" in listed.text
    pdf = await nord.get(f"/invoices/{bill.id}/pdf")
    assert pdf.content.startswith(b"%PDF")
    await conn.act_as(SYSTEM)
    told = {(r["owner_id"], r["kind"]) for r in await conn.fetch(NOTICES)}
    assert {(cast.nord.id, "invoice.issued"), (cast.hub.id, "invoice.objected")} <= told


async def test_objecting_to_what_is_settled_in_the_browser(client, conn, cast, bill):
    nord, hub = client.as_(cast.nord.viewer), client.as_(cast.hub.viewer)
    await conn.act_as(cast.hub.viewer)
    await settle_invoices(conn, cast.hub.viewer, [bill.id], conn.today)
    assert "Widersprechen" in (await nord.get(f"/invoices/{bill.id}")).text
    page = (await nord.get(f"/invoices/{bill.id}/object")).text
    assert "beglichen. Ein Widerspruch ist trotzdem möglich" in page
    assert "gleicht der nächste Abrechnungslauf aus" in page
    done = await nord.post(
        f"/invoices/{bill.id}/object", {"row_version": 2, "reason": "Steuersatz"}
    )
    assert done.status_code == 303, done.text
    for side in (nord, hub):
        after = (await side.get(f"/invoices/{bill.id}")).text
        assert "wirkt nicht mehr als Rechnung" in after and "Es war am" in after, after
        assert "Steuersatz" in after and "der nächste Abrechnungslauf" in after
    assert (await client.as_(cast.fremd.viewer).get(f"/invoices/{bill.id}")).status_code == 404
    await conn.act_as(cast.hub.viewer)
    issued = (await issue_invoices(conn, cast.hub.viewer, read_term("2026-Q3"))).issued
    anew = next(i for i in issued if i.type == "389")
    for side in (nord, hub):
        shown = (await side.get(f"/invoices/{anew.id}")).text
        assert f"Ersetzt die Gutschrift {bill.number}" in shown and "das wird angerechnet" in shown


async def test_the_preview_says_what_the_buyer_bills(client, conn, cast, bill):
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued)
    await a_confirmed(conn, cast.nord, cast.sued, order, 12_34)
    page = (await client.as_(cast.nord.viewer).get("/invoices/new?period=2026-Q3")).text
    assert (
        "Nichts abzurechnen" in page
        and "1 weitere Buchung Ihres Hauses" in page
        and "12,34" in page
    )
    hub = (await client.as_(cast.hub.viewer).get("/invoices/new?period=2026-Q3")).text
    assert "Gutschrift" in hub and "weitere Buchung" not in hub


async def test_objecting_by_json(client, cast, bill):
    nord = client.as_(cast.nord.viewer)
    address = f"/api/v1/invoices/{bill.id}/object"
    assert (await nord.json_post(address, {"reason": "Menge"})).status_code == 428
    done = await nord.json_post(address, {"reason": "Menge"}, **{"if-match": '"1"'})
    assert done.json()["state"] == "objected", done.text
    await client.as_(cast.nord.viewer).get("/invoices")


async def test_agreeing_by_json(client, cast):
    hub, nord = client.as_(cast.hub.viewer), client.as_(cast.nord.viewer)
    wish = {**WISH, "partner": str(cast.nord.id), "order": None}
    made = (await hub.json_post("/api/v1/self-billing", wish)).json()
    address = f"/api/v1/self-billing/{made['id']}"
    done = await nord.json_post(f"{address}/agree", {}, **{"if-match": '"1"'})
    assert done.json()["state"] == "agreed", done.text
    body = {"ends_on": "2026-12-31", "reason": "Ende der Vereinbarung"}
    ended = await hub.json_post(f"{address}/end", body, **{"if-match": '"2"'})
    assert ended.json()["ends_on"] == "2026-12-31"
    assert (await nord.get(address)).json()["state"] == "ended"
