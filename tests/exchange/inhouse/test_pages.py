"""A house declares in the browser; the committee reads lights."""

from tests.client import plain
from tests.exchange.inhouse.test_actions import offered, three

FORM = {
    "row_version": "0", "basis": "turnover", "kdnx_cents": "0", "owners_cents": "85,00", "kdn_members_cents": "0", "other_public_cents": "0",
    "third_party_cents": "0", "market_cents": "15,00", "total_cents": "100,00", "evidence": "Jahresabschluss",
}  # fmt: skip


async def test_declare_and_sign_by_clicks(client, cast):
    first, second = client.as_(cast.nord.viewer), client.as_(cast.nord.second)
    assert "fehlen unterzeichnete Erklärungen" in plain(await first.get("/inhouse"))
    for year in (2023, 2024, 2025):
        assert (await first.get(f"/inhouse/{year}")).status_code == 200
        sent = await first.post(f"/inhouse/{year}", FORM)
        assert sent.status_code == 303, plain(sent)[:1500]
        assert (await first.post(f"/inhouse/{year}/sign_first", {"row_version": "1"})).status_code == 303  # fmt: skip
        said = await second.post(f"/inhouse/{year}/sign_second", {"row_version": "2"})
        assert said.status_code == 303
    page = plain(await first.get("/inhouse"))
    assert "85,00 %" in page
    assert "gelb" in page
    csv = await first.get("/inhouse.csv")
    assert csv.status_code == 200
    assert "Jahresabschluss" not in csv.text
    assert "100,00" in csv.text or ";100;" in csv.text
    lights = plain(await client.as_(cast.committee).get("/inhouse/overview"))
    assert "Nordrechen" in lights
    assert "85" not in lights
    assert (await client.as_(cast.sued.viewer).get("/inhouse/overview")).status_code == 403
    found = (await first.get("/api/v1/inhouse")).json()
    assert (found["light"], found["share_percent"]) == ("amber", "85")


async def test_a_wrong_sum_is_said_at_the_field(client, cast):
    page = await client.as_(cast.nord.viewer).post("/inhouse/2025", {**FORM, "total_cents": "99,00"})  # fmt: skip
    assert page.status_code == 422
    assert "Die Teile ergeben" in plain(page)
    assert (await client.as_(cast.nord.viewer).get("/inhouse/2026")).status_code == 404


async def test_the_lawyer_signs_a_red_order_off_on_its_page(client, conn, cast):
    await three(conn, cast.nord, 20_00)
    order = await offered(conn, cast)
    office = client.as_(cast.office)
    assert "Begründung der Freizeichnung" in plain(await office.get(f"/orders/{order}"))
    stranger = client.as_(cast.fremd.viewer)
    refused = await stranger.post(f"/orders/{order}/inhouse", {"reason": "geht schon"})
    assert refused.status_code in {403, 404}
    assert "Inhouse-Prüfung" not in plain(await client.as_(cast.sued.viewer).get(f"/orders/{order}")).split("<main")[-1]  # fmt: skip
    said = await office.post(f"/orders/{order}/inhouse", {"reason": "Übergang bis 2027"})
    assert said.status_code == 303
    assert "Übergang bis 2027" in plain(await office.get(f"/orders/{order}"))
