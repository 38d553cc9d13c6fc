"""Two houses make an agreement in the browser, declare their market share, and read the light."""

import re
from datetime import UTC, datetime

from tests.client import plain
from tests.exchange.cooperations.coop_build import concluded, three_years
from tests.exchange.inhouse.test_actions import clerk


def text(cast, **over):
    """What a person types."""
    return {
        "row_version": "0", "title": "Gemeinsame Ratsinformation", "activities": "Betrieb und Pflege der Ratsinformation",
        "goals": "gemeinsame Sicherung der Dienstleistung", "public_interest": "Kosten nach Schlüssel, kein Gewinn",
        "no_advantage": "kein Unternehmen beteiligt", "agreement": "Vereinbarung, Az. 1", "valid_from": "2020-01-01",
        "party_ids": str(cast.sued.id), **over,
    }  # fmt: skip


async def test_from_draft_to_light_by_clicks(client, conn, cast):
    nord, nord2, sued = (client.as_(v) for v in (cast.nord.viewer, cast.nord.second, cast.sued.viewer))  # fmt: skip
    assert "Keine Zusammenarbeit" in plain(await nord.get("/cooperations"))
    assert (await nord.get("/cooperations/new")).status_code == 200
    wrong = await nord.post("/cooperations/new", text(cast, party_ids="", activities="kurz"))
    assert wrong.status_code == 422
    alone = await nord.post("/cooperations/new", text(cast, party_ids=""))
    assert "mindestens zwei Häuser" in plain(alone)
    made = await nord.post("/cooperations/new", text(cast))
    url = made.headers["location"].split("?")[0]
    assert (await nord.get(url + "/edit")).status_code == 200
    changed = await nord.post(url + "/edit", text(cast, row_version="1", title="Ratsinformation"))
    assert changed.status_code == 303, plain(changed)[:800]
    assert (await sued.get(url)).status_code == 404
    assert (await nord.post(url + "/propose", {"row_version": "2"})).status_code == 303
    assert "Zusammenarbeit prüfen: Ratsinformation" in plain(await sued.get("/tasks"))
    assert (await nord2.post(url + "/agree", {"row_version": "3"})).status_code == 303
    assert "Zustimmung fehlt" in plain(await sued.get(url))
    assert (await sued.post(url + "/agree", {"row_version": "4"})).status_code == 303
    page = plain(await sued.get(url))
    assert "in Kraft" in page
    assert "grau" in page
    for year in range(conn.today.year - 3, conn.today.year):
        for first, second, market in ((nord, nord2, "12,00"), (sued, client.as_(cast.sued.second), "1,00")):  # fmt: skip
            address = f"{url}/years/{year}"
            assert (await first.get(address)).status_code == 200
            amounts = {"row_version": "0", "basis": "cost", "total_cents": "100,00", "market_cents": market, "evidence": "Bericht"}  # fmt: skip
            assert (await first.post(address, amounts)).status_code == 303
            assert (await second.post(address + "/sign", {"row_version": "1"})).status_code == 303
    for reader in (nord, sued):
        page = plain(await reader.get(url))
        assert "gelb" in page  # the worse one counts
    assert "12,00 %" not in plain(await sued.get(url))
    assert "1,00 %" in plain(await sued.get(url))
    found = (await sued.get("/api/v1" + url)).json()
    assert (found["light"], found["own_share_percent"]) == ("amber", "1")
    listed = (await sued.get("/api/v1/cooperations")).json()
    assert [i["light"] for i in listed["items"]] == ["amber"]


async def test_who_sees_what(client, conn, cast):
    c = await concluded(conn, cast.nord, cast.sued)
    await three_years(conn, cast.nord, c, 15_00)
    await three_years(conn, cast.sued, c, 1_00)
    without = await clerk(conn, cast)
    for reader in (cast.office, cast.auditor):
        page = plain(await client.as_(reader).get(f"/cooperations/{c.id}"))
        assert "8,00 %" in page  # 48 of 600
        assert "15,00 %" in page
    page = plain(await client.as_(without).get(f"/cooperations/{c.id}"))
    assert "gelb" in page
    assert "8,00 %" not in page
    assert "15,00 %" not in page
    committee = client.as_(cast.committee)
    listed = plain(await committee.get("/cooperations"))
    assert c.title in listed
    assert "gelb" in listed
    assert (await committee.get(f"/cooperations/{c.id}")).status_code == 403
    stranger = client.as_(cast.fremd.viewer)
    assert c.title not in plain(await stranger.get("/cooperations"))
    assert (await stranger.get(f"/cooperations/{c.id}")).status_code == 404


async def test_the_agreement_lies_there_for_the_parties(client, conn, cast):
    c = await concluded(conn, cast.nord, cast.sued)
    url = f"/cooperations/{c.id}"
    page = await client.as_(cast.nord.viewer).get(url)
    place = re.search(r'name="place" value="([^"]+)"', page.text)
    assert place is not None
    fields = {"place": place[1], "title": "Vereinbarung vom 1.12.", "visibility": "parties", "kind": "contract"}  # fmt: skip
    files = {"file": ("v.txt", b"Wir vereinbaren", "text/plain")}
    sent = await client.as_(cast.nord.viewer).post("/documents", fields, files=files)
    assert sent.status_code == 303
    for reader in (cast.sued.viewer, cast.office, cast.auditor):
        assert "Vereinbarung vom 1.12." in plain(await client.as_(reader).get(url))


async def test_a_wrong_end_is_said_at_the_field(client, conn, cast):
    c = await concluded(conn, cast.nord, cast.sued)
    sued, url = client.as_(cast.sued.viewer), f"/cooperations/{c.id}"
    fields = {"row_version": str(c.row_version), "on": "2021-01-01", "reason": "Kündigung"}
    sent = await sued.post(url + "/end", fields)
    assert sent.status_code == 422
    assert "heute oder später" in plain(sent)
    assert (await sued.post(url + "/end", {**fields, "on": f"{conn.today}"})).status_code == 303
    assert "Kündigung" in plain(await sued.get(url))


async def test_returned_and_withdrawn_with_a_reason(client, conn, cast):
    from tests.exchange.cooperations.coop_build import proposed

    c = await proposed(conn, cast.nord, cast.sued)
    url = f"/cooperations/{c.id}"
    sued, nord = client.as_(cast.sued.viewer), client.as_(cast.nord.viewer)
    assert (await sued.post(url + "/return", {"row_version": "2", "reason": ""})).status_code == 422
    back = await sued.post(url + "/return", {"row_version": "2", "reason": "zu weit gefasst"})
    assert back.status_code == 303
    assert (await sued.post(url + "/withdraw", {"row_version": "3", "reason": "nein danke"})).status_code == 403  # fmt: skip
    gone = await nord.post(url + "/withdraw", {"row_version": "3", "reason": "kein Bedarf"})
    assert gone.status_code == 303
    assert "zurückgezogen" in plain(await nord.get(url))


async def test_before_the_day_the_last_year_is_asked_for_and_does_not_count_yet(client, conn, cast):
    conn.now = datetime(2026, 11, 22, 11, tzinfo=UTC)
    c = await concluded(conn, cast.nord, cast.sued)
    for actor in (cast.nord, cast.sued):
        await three_years(conn, actor, c, 1_00)
    conn.now = datetime(2027, 2, 1, 11, tzinfo=UTC)
    page = plain(await client.as_(cast.nord.viewer).get(f"/cooperations/{c.id}"))
    assert "Vorläufig" in page
    assert "30.06.2027" in page
    assert "grün" in page
    assert f"/cooperations/{c.id}/years/2026" in page
    assert "grün" in plain(await client.as_(cast.committee).get("/cooperations"))
    conn.now = datetime(2027, 7, 1, 11, tzinfo=UTC)
    assert "grau" in plain(await client.as_(cast.committee).get("/cooperations"))
