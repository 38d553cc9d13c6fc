"""A house declares in the browser; the committee reads lights."""

import re

from tests.client import plain
from tests.exchange.inhouse.test_actions import clerk, last, three

FORM = {
    "row_version": "0", "basis": "turnover", "kdnx_cents": "0", "owners_cents": "85,00", "kdn_members_cents": "0", "other_public_cents": "0",
    "third_party_cents": "0", "market_cents": "15,00", "total_cents": "100,00", "evidence": "Jahresabschluss",
}  # fmt: skip


async def test_declare_and_sign_by_clicks(client, conn, cast):
    first, second = client.as_(cast.nord.viewer), client.as_(cast.nord.second)
    assert "fehlen unterzeichnete Erklärungen" in plain(await first.get("/inhouse"))
    for year in range(last(conn) - 2, last(conn) + 1):
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
    assert "100,00" in csv.text
    book = await first.get("/inhouse.xlsx")
    assert book.content[:2] == b"PK"
    lights = plain(await client.as_(cast.committee).get("/inhouse/overview"))
    assert "Nordrechen" in lights
    assert "85" not in lights
    assert (await client.as_(cast.sued.viewer).get("/inhouse/overview")).status_code == 403
    found = (await first.get("/api/v1/inhouse")).json()
    assert (found["light"], found["share_percent"]) == ("amber", "85")


async def test_a_wrong_sum_is_said_at_the_field(client, conn, cast):
    page = await client.as_(cast.nord.viewer).post(f"/inhouse/{last(conn)}", {**FORM, "total_cents": "99,00"})  # fmt: skip
    assert page.status_code == 422
    assert "Die Teile ergeben" in plain(page)
    assert (
        await client.as_(cast.nord.viewer).get(f"/inhouse/{conn.today.year}")
    ).status_code == 404


async def test_the_evidence_lies_with_the_declaration_for_those_who_may(client, conn, cast):
    await three(conn, cast.nord, 15_00)
    year, own = last(conn), client.as_(cast.nord.viewer)
    page = await own.get(f"/inhouse/{year}")
    place = re.search(r'name="place" value="([^"]+)"', page.text)
    assert place is not None
    sent = await own.post(
        "/documents", {"place": place[1], "title": "Jahresabschluss, Auszug", "visibility": "office"},
        files={"file": ("ja.txt", b"Umsatz", "text/plain")},
    )  # fmt: skip
    assert sent.status_code == 303
    assert "Jahresabschluss, Auszug" in plain(await own.get(f"/inhouse/{year}"))
    for reader in (cast.office, cast.auditor):
        shown = await client.as_(reader).get(f"/inhouse/members/{cast.nord.id}")
        assert "Jahresabschluss, Auszug" in plain(shown)
        link = re.search(r'href="(/documents/[0-9a-f-]+)"', shown.text)
        assert link is not None
        content = await client.as_(reader).get(link[1] + "/content")
        assert content.content == b"Umsatz"
    for stranger in (cast.sued.viewer, cast.fremd.viewer):
        assert (await client.as_(stranger).get(f"/inhouse/members/{cast.nord.id}")).status_code == 403  # fmt: skip
        assert (await client.as_(stranger).get(link[1])).status_code == 404


async def test_the_overview_shows_figures_to_lawyer_and_audit_alone(client, conn, cast):
    await three(conn, cast.nord, 15_00)
    without = await clerk(conn, cast)
    for reader in (cast.office, cast.auditor):
        shown = client.as_(reader)
        assert "85,00 %" in plain(await shown.get("/inhouse/overview"))
        assert "45,00" in (await shown.get("/inhouse/overview.csv")).text or "255,00" in (await shown.get("/inhouse/overview.csv")).text  # fmt: skip
        assert (await shown.get("/inhouse/overview.xlsx")).content[:2] == b"PK"
    for reader in (without, cast.committee):
        shown = client.as_(reader)
        page = plain(await shown.get("/inhouse/overview"))
        assert "Nordrechen" in page
        assert "gelb" in page
        assert "85,00" not in page
        table = (await shown.get("/inhouse/overview.csv")).text
        assert "Nordrechen" in table
        assert "255,00" not in table
    assert (await client.as_(cast.sued.viewer).get("/inhouse/overview.csv")).status_code == 403


async def test_the_start_page_names_the_light(client, conn, cast):
    await three(conn, cast.nord, 15_00)
    assert "85,00 % betraut" in plain(await client.as_(cast.nord.viewer).get("/"))
    assert "0 rot, 1 gelb" in plain(await client.as_(cast.office).get("/"))
