"""A sample from drawing to closed sheet: reproducible, for auditors alone, recorded at those who are audited."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from exchange.ledger.store import list_heads
from exchange.samples import store
from exchange.samples.actions import (
    Wanted,
    close_sample,
    draw_again,
    draw_sample,
    enter_finding,
    read_sheet,
)
from exchange.samples.model import Finding, Method, draw_money_units, draw_random
from exchange.signing.actions import confirm_booking
from kdnx.errors import Forbidden, Invalid, Refused, Stale
from tests.exchange.build import a_booking, an_order


@pytest.fixture
async def books(conn, cast):
    """Twelve confirmed months of a pair, different amounts."""
    order = await an_order(conn, cast, cast.nord, cast.sued, number="L-2025-0001")
    for month in range(1, 13):
        row = await a_booking(
            conn,
            cast.nord,
            order,
            1_000_00 * month + 7,
            date(2025, month, 1),
            date(2025, month, 28),
        )
        await conn.act_as(cast.sued.viewer)
        await confirm_booking(conn, cast.sued.viewer, row.id)
    await conn.act_as(cast.auditor)
    return await conn.fetch(
        "SELECT id, cents FROM exchange.transfer WHERE kind = 'supply' ORDER BY owner_id, seq"
    )


def wanted(method, size=4, **over):
    return Wanted("Jahresprüfung", 2025, method, size, "startwert", **over)


async def test_the_database_draws_as_the_rule_says(conn, cast, books):
    sample = await draw_sample(conn, cast.auditor, wanted(Method.RANDOM))
    items = (await read_sheet(conn, cast.auditor, sample.id)).items
    assert [i.transfer_id for i in items] == draw_random("startwert", [r["id"] for r in books], 4)
    other = await draw_sample(conn, cast.auditor, wanted(Method.MONEY_UNIT, 5))
    hits = draw_money_units("startwert", [r["cents"] for r in books], 5)
    items = (await read_sheet(conn, cast.auditor, other.id)).items
    assert [(i.transfer_id, i.hits) for i in items] == [
        (books[place]["id"], n) for place, n in sorted(hits.items())
    ]


@pytest.mark.parametrize("method", list(Method))
async def test_a_second_drawing_is_the_same_also_after_later_bookings(conn, cast, books, method):
    sample = await draw_sample(conn, cast.auditor, wanted(method))
    order = await an_order(conn, cast, cast.nord, cast.sued, number="L-2025-0002")
    late = await a_booking(conn, cast.nord, order, 999_999_00, date(2025, 6, 1), date(2025, 6, 30))
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, late.id)
    await conn.act_as(cast.auditor)
    sheet = await read_sheet(conn, cast.auditor, sample.id)
    again = await draw_again(conn, cast.auditor, sheet.sample, sheet.items)
    assert again.holds and again.measure.rows == sample.population_rows == 12


async def test_findings_and_the_closed_sheet(conn, cast, books):
    sample = await draw_sample(conn, cast.auditor, wanted(Method.RANDOM, 2))
    with pytest.raises(Refused, match="noch kein Ergebnis"):
        await close_sample(conn, cast.auditor, sample.id, result="fertig", expected=1)
    find = {"expected": 1}
    with pytest.raises(Invalid, match="Begründung"):
        await enter_finding(conn, cast.auditor, sample.id, 1, finding=Finding.MAJOR, **find)
    with pytest.raises(Invalid, match="Beanstandung"):
        await enter_finding(
            conn, cast.auditor, sample.id, 1, finding=Finding.CLEAN, difference_cents=5, **find
        )
    await enter_finding(
        conn, cast.auditor, sample.id, 1, finding=Finding.MINOR, note="Zeitraum falsch",
        difference_cents=100, **find,
    )  # fmt: skip
    with pytest.raises(Stale):
        await enter_finding(conn, cast.auditor, sample.id, 1, finding=Finding.CLEAN, **find)
    await enter_finding(conn, cast.auditor, sample.id, 2, finding=Finding.CLEAN, **find)
    outcome = (await read_sheet(conn, cast.auditor, sample.id)).outcome
    assert outcome.is_done and outcome.found_cents == 100
    assert outcome.projected_cents == 600  # 100 cents in 2 of 12 rows
    closed = await close_sample(conn, cast.auditor, sample.id, result="in Ordnung", expected=1)
    assert closed.state == "closed" and closed.sheet_hash
    with pytest.raises(Refused):
        await enter_finding(conn, cast.auditor, sample.id, 2, finding=Finding.CLEAN, expected=2)


async def test_only_auditors_draw_and_see(client, conn, cast, books):
    sample = await draw_sample(conn, cast.auditor, wanted(Method.RANDOM))
    for viewer in (cast.nord.viewer, cast.fremd.viewer, cast.office, cast.committee):
        seen = client.as_(viewer)
        for url in ("/audit", f"/audit/samples/{sample.id}", "/api/v1/audit/samples"):
            assert (await seen.get(url)).status_code == 403, url
        with pytest.raises(Forbidden):
            await draw_sample(conn, viewer, wanted(Method.RANDOM))
        await conn.act_as(viewer)
        assert await store.find_sample(conn, sample.id) is None
        await conn.act_as(cast.auditor)


async def test_who_is_drawn_reads_it_in_the_own_audit_chain(client, conn, cast, books):
    sample = await draw_sample(conn, cast.auditor, wanted(Method.RANDOM))
    await client.as_(cast.auditor).get(f"/audit/samples/{sample.id}")
    await conn.act_as(cast.nord.viewer)
    told = await conn.fetch(
        "SELECT action, reason FROM kdnx.audit_event WHERE action = 'trail.look'"
    )
    assert told and {e["reason"] for e in told} == {sample.number}


async def test_nothing_to_draw_from(conn, cast, books):
    with pytest.raises(Refused, match="keine bestätigte Leistung"):
        await draw_sample(conn, cast.auditor, wanted(Method.RANDOM, provider_id=cast.fremd.id))
    with pytest.raises(Invalid, match="4 Zeichen"):
        await draw_sample(conn, cast.auditor, Wanted("Kurz", 2025, seed="abc"))
    assert await list_heads(conn)


async def test_the_pages(client, conn, cast, books):
    audit = client.as_(cast.auditor)
    assert "Noch keine Stichprobe" in (await audit.get("/audit")).text
    form = {
        "title": "Jahresprüfung",
        "year": "2025",
        "method": "money_unit",
        "wanted": "5",
        "seed": "startwert",
    }
    made = await audit.post("/audit/samples", form)
    assert made.status_code == 303, made.text
    url = made.headers["location"]
    page = await audit.get(url + "?again=1")
    assert "Nachgezogen" in page.text and "startwert" in page.text
    wrong = await audit.post(url + "/items/1", {"finding": "major", "version": "1"})
    assert wrong.status_code == 422 and "braucht eine Begründung" in wrong.text
    good = await audit.post(
        url + "/items/1",
        {"finding": "minor", "note": "Beleg fehlt", "difference": "1,50", "version": "1"},
    )
    assert good.status_code == 303 and "#item-1" in good.headers["location"]
    assert "1,50" in (await audit.get(url)).text
    refused = await audit.post(url + "/close", {"result": "alles gut", "version": "1"})
    assert refused.status_code == 422 and "noch kein Ergebnis" in refused.text
    file = await audit.get(url + "/export")
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) > 1 and rows[1][8] == "geringfügig" and rows[1][9] == 1.5
    bad = await audit.post("/audit/samples", {**form, "year": "2021"})
    assert bad.status_code == 422 and "keine bestätigte Leistung" in bad.text
    sheet = (await audit.get("/api/v1/audit/samples")).json()["items"][0]
    one = (await audit.get(f"/api/v1/audit/samples/{sheet['id']}")).json()
    assert one["found_cents"] == 150 and one["counts"]["minor"] == 1
