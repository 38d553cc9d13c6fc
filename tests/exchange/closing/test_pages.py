"""The close in the browser and as JSON: the path of two persons, a house and the audit, and every empty state."""

import csv
import io
from datetime import UTC, date, datetime

from exchange.closing.model import YEAR
from exchange.ledger.actions import cut_today
from tests.exchange.build import SYSTEM, a_booking
from tests.exchange.closing.build import FIRST, LAST, Y, a_confirmed, a_year, started, whole


async def version(conn):
    await conn.act_as(SYSTEM)
    return await conn.fetchval("SELECT row_version FROM exchange.period WHERE year = $1 AND month = $2", Y, YEAR)  # fmt: skip


async def test_a_year_from_open_to_locked(client, conn, cast):
    order = await a_year(conn, cast)
    waiting = await a_booking(conn, cast.nord, order, 10_00, FIRST, LAST)
    first, second = client.as_(cast.hub.viewer), client.as_(cast.hub.second)
    house, audit = client.as_(cast.sued.viewer), client.as_(cast.auditor)
    page = await first.get(f"/closings/{Y}")
    assert "Abschluss beginnen" in page.text
    done = await first.post(f"/closings/{Y}/start", {"version": "0"})
    assert (done.status_code, done.headers["location"]) == (303, f"/closings/{Y}")
    assert "Es fehlt die zweite Person" in (await first.get(f"/closings/{Y}")).text
    # the house is asked, disputes without words, then confirms
    page = await house.get("/closings")
    assert "Jetzt bestätigen oder bestreiten" in page.text
    page = await house.get(f"/closings/{Y}/balance")
    assert "12.300,00" in page.text
    fields = {"member": str(cast.sued.id), "entries": "2", "answer": "disputed", "reason": ""}
    refused = await house.post(f"/closings/{Y}/balance", fields)
    assert (refused.status_code, "mindestens drei Zeichen" in refused.text) == (422, True)
    done = await house.post(f"/closings/{Y}/balance", fields | {"answer": "confirmed"})
    assert done.status_code == 303
    assert "bestätigt" in (await house.get(f"/closings/{Y}/balance")).text
    # the second person proves and closes
    page = await second.get(f"/closings/{Y}")
    for text in ("gemeldet: 1 von 2", "Prüfsummen nachrechnen", "Noch nicht möglich", waiting.booking_number):  # fmt: skip
        assert text in page.text
    await second.post(f"/closings/{Y}/prove", {})
    await second.post(f"/closings/{Y}/remind", {})
    refused = await second.post(f"/closings/{Y}/close", {"version": str(await version(conn))})
    assert refused.status_code in {409, 422}
    assert "Offene Vorschläge" in refused.text
    done = await second.post(
        f"/closings/{Y}/close", {"version": str(await version(conn)), "lists_open": "on"}
    )
    assert done.status_code == 303
    page = await audit.get(f"/closings/{Y}")
    for text in ("Das Jahr ist abgeschlossen", "12.000,00", "Jahr sperren", "wird vermerkt"):
        assert text in page.text
    done = await audit.post(f"/closings/{Y}/lock", {"version": str(await version(conn))})
    assert done.status_code == 303
    assert "gesperrt" in (await audit.get("/closings")).text
    # the house keeps its fingerprints
    page = await house.get("/ledger/digests")
    assert f"<h3>{Y}</h3>" in page.text


async def test_a_house_is_led_to_its_balance_and_reads_its_statement(client, conn, cast):
    await a_year(conn, cast)
    house = client.as_(cast.nord.viewer)
    gone = await house.get(f"/closings/{Y}")
    assert (gone.status_code, gone.headers["location"]) == (303, f"/closings/{Y}/balance")
    page = await house.get(f"/closings/{Y}/statement")
    for text in ("Vortrag aus 2024", "Leistung", "12.000,00", "vorläufig"):
        assert text in page.text
    answer = await house.get(f"/closings/{Y}/statement.csv")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert rows[-1] == ["Nordrechen", "2025", "Die Drehscheibe schuldet dem Haus", "Stand 31.12.2025", "12000,00"]  # fmt: skip
    assert (await house.get(f"/closings/{Y}/statement?member={cast.sued.id}")).status_code == 404


async def test_empty_states_and_wrong_years(client, cast):
    stranger, office = client.as_(cast.fremd.viewer), client.as_(cast.office)
    assert "Kein Saldo" in (await stranger.get(f"/closings/{Y}/balance")).text
    assert "Kein Kontoauszug" in (await stranger.get(f"/closings/{Y}/statement")).text
    assert "Noch kein Abdruck" in (await stranger.get("/ledger/digests")).text
    assert (await office.get(f"/closings/{Y}")).status_code == 200
    assert "Das Jahr läuft noch" in (await office.get("/closings/2100")).text
    for year in ("abc", "1999", "99999", "²"):
        assert (await office.get(f"/closings/{year}")).status_code == 404
    assert (await client.as_(cast.committee).get("/closings")).status_code == 403


async def test_json_tells_each_what_is_theirs(client, conn, cast):
    await a_year(conn, cast)
    await conn.act_as(SYSTEM)
    await cut_today(conn)
    house, office = client.as_(cast.sued.viewer), client.as_(cast.hub.viewer)
    await office.post(f"/closings/{Y}/start", {"version": "0"})
    listed = (await house.get("/api/v1/closings")).json()["items"]
    assert [(p["year"], p["month"], p["state"]) for p in listed] == [(Y, YEAR, "closing")]
    found = (await house.get(f"/api/v1/closings/{Y}")).json()
    assert (found["state"], found["checklist"], found["reported_cents"]) == ("closing", None, None)
    found = (await office.get(f"/api/v1/closings/{Y}")).json()
    assert {i["key"]: i["weight"] for i in found["checklist"]}["proof"] == "stops"
    (mine,) = (await house.get(f"/api/v1/closings/{Y}/balances")).json()["items"]
    assert (mine["receivable_cents"], mine["net_cents"], mine["answer"]) == (12_300_00, -12_300_00, None)  # fmt: skip
    body = {"member": str(cast.sued.id), "answer": "confirmed", "entries": mine["entries"]}
    stale = await house.json_post(f"/api/v1/closings/{Y}/balance", body | {"entries": 1})
    assert stale.status_code == 412
    done = await house.json_post(f"/api/v1/closings/{Y}/balance", body)
    assert (done.status_code, done.json()["is_settled"]) == (201, True)
    assert len((await office.get(f"/api/v1/closings/{Y}/balances")).json()["items"]) == 2
    digests = (await house.get("/api/v1/ledger/digests")).json()
    assert (len(digests["items"]), digests["next"]) == (1, None)


async def test_months_have_their_own_steps(client, conn, cast):
    await a_year(conn, cast)
    first, second = client.as_(cast.hub.viewer), client.as_(cast.hub.second)
    done = await first.post(f"/closings/{Y}/start", {"version": "0", "month": "1"})
    assert done.status_code == 303
    refused = await first.post(f"/closings/{Y}/close", {"version": "2", "month": "1"})
    assert "zweite Person" in refused.text
    assert (await second.post(f"/closings/{Y}/close", {"version": "2", "month": "1"})).status_code == 303  # fmt: skip
    page = await second.get(f"/closings/{Y}")
    assert "01/2025" in page.text
    assert (await first.post(f"/closings/{Y}/start", {"month": "13"})).status_code == 422


async def test_start_and_report_tell_of_the_close(client, conn, cast):
    order = await a_year(conn, cast)
    await whole(conn, cast)
    await a_confirmed(conn, cast.nord, cast.sued, order, 30_00)
    office = client.as_(cast.hub.viewer)
    page = await office.get(f"/reports?year={Y}")
    assert "2025: berichtet / aktuell" in page.text
    assert "12.030,00" in page.text
    assert "berichtet / aktuell" in (await client.as_(cast.committee).get("/reports")).text
    await a_confirmed(conn, cast.nord, cast.sued, order, 1_00, date(2026, 1, 1), date(2026, 1, 31))
    conn.now = datetime(2027, 2, 10, 9, tzinfo=UTC)
    await started(conn, cast, 2026)
    assert "Abschluss 2026" in (await client.as_(cast.hub.viewer).get("/")).text
    assert "Abschluss 2026" in (await client.as_(cast.sued.viewer).get("/")).text
    tasks = "SELECT assignee_role, not_person_id FROM kdnx.task WHERE state = 'open' AND kind = $1 ORDER BY 1"
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(tasks, "closing.close")
    assert [r["assignee_role"] for r in rows] == ["contract_manager", "tax_officer"]
    assert {r["not_person_id"] for r in rows} == {cast.hub.viewer.person_id}
    assert [r["assignee_role"] for r in await conn.fetch(tasks, "closing.lock")] == ["auditor"]
