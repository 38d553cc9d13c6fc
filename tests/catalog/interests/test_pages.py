"""Interests in the browser and for machines: ask, list, thread, offer, letter, search, tile."""

import re

from tests.catalog.build import an_offering, only_for
from tests.catalog.interests.interest_build import NOW, a_wish, an_interest, an_offer

OFFER = {
    "starts_on": "2027-01-01", "valid_until": "2026-12-15", "notice_months": "3", "billing": "month",
    "legal_basis": "gwb_108_6", "legal_reason": "Zusammenarbeit", "tax_code_1": "N2B", "tax_code_2": "F29",
    "lines.0.label": "Sicherung", "lines.0.unit": "je TB", "lines.0.period": "month", "lines.0.quantity": "1.200,5",
    "lines.0.unit_price_micro": "0,0125", "lines.0.price": "1", "lines.3.period": "month",
}  # fmt: skip


async def test_from_the_offering_to_the_offer(client, conn, cast):
    conn.now = NOW
    offering = await an_offering(conn, cast.nord)
    sued, nord = client.as_(cast.sued.viewer), client.as_(cast.nord.viewer)
    page = await sued.get(f"/offerings/{offering.id}")
    assert f"/interests/new?offering={offering.id}" in page.text
    assert "/orders/new" not in page.text
    assert "Interesse bekunden" not in (await nord.get(f"/offerings/{offering.id}")).text
    form = await sued.get(f"/interests/new?offering={offering.id}")
    assert 'name="quantity_1"' in form.text
    assert 'value="2026-12-23"' in form.text  # today and thirty days ahead
    sent = {
        "offering_id": str(offering.id),
        "starts_on": "2027-01-01",
        "quantity_1": "12",
        "route": "hub",
    }
    bad = await sued.post("/interests", {**sent, "quantity_1": "viele"})
    assert bad.status_code == 422
    assert 'id="quantity_1-error"' in bad.text
    first = await sued.post("/interests", sent, key="einmal")
    second = await sued.post("/interests", sent, key="einmal")
    url = first.headers["location"]
    assert (first.status_code, second.headers["location"]) == (303, url)
    assert "Zum Interesse I-2026-0001" in (await sued.get(f"/offerings/{offering.id}")).text
    assert (await sued.get(f"/interests/new?offering={offering.id}")).headers["location"] == url
    assert (
        "Am Zug ist Ihr Haus: Abstimmung aufnehmen, bis 03.12.2026." in (await nord.get(url)).text
    )
    assert "Am Zug ist Nordrechen" in (await sued.get(url)).text
    filled = await nord.get(url + "/offer")
    assert 'value="12"' in filled.text
    assert 'value="4,50"' in filled.text
    bad = await nord.post(url + "/offer", {**OFFER, "row_version": "1", "lines.0.quantity": "viel"})
    assert bad.status_code == 422
    assert 'id="lines-0-quantity-error"' in bad.text
    assert (await nord.post(url + "/offer", {**OFFER, "row_version": "1"})).status_code == 303
    page = await sued.get(url)
    assert "Angebot annehmen" in page.text
    assert "15,01" in page.text  # 1,200.5 × 0.0125 = 15.00625, half up
    assert "Angebot annehmen" not in (await nord.get(url)).text
    letter = await sued.get(url + "/offers/1")
    assert "bis einschließlich 15.12.2026 gebunden" in letter.text
    assert (await sued.get(url + "/offers/7")).status_code == 404


async def test_the_button_is_for_others_within_the_audience(client, conn, cast):
    offering = await an_offering(conn, cast.nord, audiences=[only_for(cast.sued.id)])
    for viewer, status in (
        (cast.sued.viewer, 200),
        (cast.office, 200),
        (cast.auditor, 200),
        (cast.fremd.viewer, 404),
    ):
        page = await client.as_(viewer).get(f"/offerings/{offering.id}")
        assert page.status_code == status
        assert ("Interesse bekunden" in page.text) == (viewer is cast.sued.viewer)


async def test_moves_and_messages_by_form(client, conn, cast):
    made = await an_interest(conn, cast)
    url = f"/interests/{made.id}"
    nord, sued = client.as_(cast.nord.viewer), client.as_(cast.sued.viewer)
    assert (await nord.post(url + "/moves/coordinate", {"row_version": "1"})).status_code == 303
    assert (await nord.post(url + "/messages", {"body": "Welche Server?"})).status_code == 303
    assert (await nord.post(url + "/messages", {"body": " "})).status_code == 422
    assert "Welche Server?" in (await sued.get(url)).text
    blank = await sued.post(url + "/moves/withdraw", {"row_version": "2", "reason": ""})
    assert blank.status_code == 422
    assert (await sued.post(url + "/moves/accept", {"row_version": "2"})).status_code == 404
    assert (
        await sued.post(url + "/moves/withdraw", {"row_version": "1", "reason": "vorbei"})
    ).status_code == 412
    assert (
        await sued.post(url + "/moves/withdraw", {"row_version": "2", "reason": "vorbei"})
    ).status_code == 303
    page = (await nord.get(url)).text
    assert 'data-state="withdrawn"' in page
    assert "vorbei" in page
    assert 'name="body"' not in page


async def test_lists_search_and_tile_put_what_is_late_first(client, conn, cast):
    made = await an_interest(conn, cast)
    other = await an_offering(conn, cast.nord, "Zentraldruck", reference="DRUCK")
    sued, nord = client.as_(cast.sued.viewer), client.as_(cast.nord.viewer)
    conn.now = NOW.replace(month=12, day=14)
    sent = {"offering_id": str(other.id), "starts_on": "2027-01-01", "route": "hub"}
    assert (await sued.post("/interests", sent)).status_code == 303
    text = (await nord.get("/interests")).text
    assert text.index("I-2026-0001") < text.index("I-2026-0002")
    assert "1 Vorgang ist überfällig" in text
    late = (await nord.get("/interests?late=true")).text
    assert "I-2026-0001" in late
    assert "I-2026-0002" not in late
    assert "1 ist überfällig" in (await nord.get("/")).text
    assert (await nord.get("/search?q=I-2026-0001")).headers["location"] == f"/interests/{made.id}"
    first = await nord.get("/interests?size=1")
    more = re.search(r'href="(/interests\?[^"]*cursor=[^"]+)"', first.text)
    assert more
    second = (await nord.get(more[1].replace("&amp;", "&"))).text
    assert "I-2026-0002" in second
    assert "Überfällig seit 03.12.2026" in (await sued.get(f"/interests/{made.id}")).text
    csv = await nord.get("/interests/export?side=provider")
    assert "I-2026-0001;Datensicherung für Kommunen;Suedrechen;Nordrechen" in csv.text
    assert "Noch kein Interesse" in (await client.as_(cast.fremd.viewer).get("/interests")).text
    assert (await client.as_(cast.committee).get("/interests")).status_code == 403


async def test_the_same_for_machines(client, conn, cast):
    conn.now = NOW
    offering = await an_offering(conn, cast.nord)
    sued, nord = client.as_(cast.sued.viewer), client.as_(cast.nord.viewer)
    made = await sued.json_post("/api/v1/interests", a_wish(offering.id).model_dump(mode="json"))
    assert made.status_code == 201
    body = made.json()
    url = f"/api/v1/interests/{body['id']}"
    assert (body["turn"], body["due_on"], body["moves"], body["is_overdue"]) == (
        "provider",
        "2026-12-03",
        ["withdraw"],
        False,
    )
    assert body["asked"][0]["net_cents"] == 54_00
    twice = await sued.json_post("/api/v1/interests", a_wish(offering.id).model_dump(mode="json"))
    assert twice.status_code == 409
    assert twice.json()["type"] == "urn:kdnx:problem:interest_open"
    assert twice.json()["remedy_url"] == f"/interests/{body['id']}"
    moved = await nord.json_post(url + "/moves/coordinate", {}, if_match='"1"')
    assert moved.json()["moves"] == ["offer", "decline"]
    assert (
        await nord.json_post(url + "/offer", an_offer().model_dump(mode="json"))
    ).status_code == 428
    offered = await nord.json_post(
        url + "/offer", an_offer().model_dump(mode="json"), if_match='"2"'
    )
    assert offered.json()["offers"][0]["yearly_net_cents"] == 12 * 54_00
    assert (await sued.get(url)).json()["moves"] == ["return", "accept", "decline", "withdraw"]
    said = await sued.json_post(url + "/messages", {"body": "Danke"})
    assert said.json()["items"][0]["body"] == "Danke"
    listed = (await sued.get("/api/v1/interests?side=recipient&limit=1")).json()
    assert [i["number"] for i in listed["items"]] == ["I-2026-0001"]
    assert (await sued.get("/api/v1/interests?state=quatsch")).status_code == 422
    assert (await client.as_(cast.fremd.viewer).get(url)).status_code == 404
