"""The forecast on its pages, in files, as letter and as JSON: sums to the cent, each house its own."""

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from exchange.planning.actions import issue_letters, save_plan
from exchange.planning.letters import letter_of
from exchange.planning.model import Assumption, Side
from exchange.planning.reading import read_forecast, read_forecasts
from exchange.running.actions import confirm_termination, request_termination
from exchange.schedules.actions import switch_schedule
from kdnx.errors import Forbidden, NotFound, Stale
from tests.exchange.build import a_booking
from tests.exchange.build import an_order as a_legacy_order
from tests.exchange.order_build import NOW, an_offer, an_order_at

FLAT = 1_200_00  # twelve places at 100 euro a month
YEAR = 12 * FLAT
SURCHARGE = 30_00


@pytest.fixture
async def order(conn, cast):
    return await an_order_at(conn, cast)


async def test_a_running_contract_fills_the_next_year_on_both_sides(conn, cast, order):
    await conn.act_as(cast.sued.viewer)
    sued = await read_forecast(conn, cast.sued.viewer, 2027)
    (row,) = sued.rows
    assert (row.side, row.number) == (Side.PAY, order.number)
    assert row.expected_cents >= YEAR // 2 and Assumption.RUNS_ON in row.assumptions
    await conn.act_as(cast.nord.viewer)
    (mine,) = (await read_forecast(conn, cast.nord.viewer, 2027)).rows
    assert (mine.side, mine.next_cents, mine.expected_cents) == (Side.RECEIVE, YEAR, YEAR // 2)
    assert row.next_cents >= mine.next_cents  # with the hub's surcharge
    assert sued.sums[Side.PAY].next_cents == row.next_cents
    assert mine.vat_cents == 0 and mine.vat_risk_cents == 0  # N2B is decided


async def test_what_is_booked_is_not_counted_twice(conn, cast, order):
    await a_booking(conn, cast.nord, order.id, FLAT, date(2026, 7, 1), date(2026, 7, 31))
    (row,) = (await read_forecast(conn, cast.nord.viewer, 2027)).rows
    assert (row.booked_cents, row.expected_cents) == (FLAT, YEAR // 2)


async def test_price_steps_ends_and_notice(conn, cast):
    order = await an_order_at(conn, cast, offer=an_offer(ends_on=date(2027, 3, 31)))
    await conn.act_as(cast.nord.viewer)
    (row,) = (await read_forecast(conn, cast.nord.viewer, 2027)).rows
    assert row.next_cents == 3 * FLAT
    assert Assumption.ENDS in row.assumptions and Assumption.RUNS_ON not in row.assumptions
    assert order.number == row.number
    assert (await read_forecast(conn, cast.nord.viewer, 2028)).rows[0].next_cents == 0


async def test_a_notice_ends_the_forecast(conn, cast, order):
    await conn.act_as(cast.sued.viewer)
    order = await request_termination(
        conn, cast.sued.viewer, order.id, on=date(2027, 6, 30), reason="Eigener Betrieb", expected=order.row_version
    )  # fmt: skip
    await conn.act_as(cast.nord.viewer)
    await confirm_termination(
        conn, cast.nord.viewer, order.id, reason="", expected=order.row_version
    )
    (row,) = (await read_forecast(conn, cast.nord.viewer, 2027)).rows
    assert row.next_cents == 6 * FLAT and Assumption.NOTICE in row.assumptions


async def test_usage_takes_the_agreed_quantity_until_there_is_a_history(conn, cast):
    line = {"label": "Seiten", "unit": "je Seite", "period": "usage", "quantity": Decimal(1200), "unit_price_micro": 1_000_000}  # fmt: skip
    await an_order_at(conn, cast, offer=an_offer(lines=[line]))
    await conn.act_as(cast.nord.viewer)
    (row,) = (await read_forecast(conn, cast.nord.viewer, 2027)).rows
    assert row.next_cents == 1_200_00 and Assumption.AGREED in row.assumptions


async def test_an_undecided_tax_case_is_a_risk_from_2027_on(conn, cast):
    offer = an_offer(tax_code_1="undecided", tax_code_2="undecided")
    await an_order_at(conn, cast, offer=offer)
    await conn.act_as(cast.nord.viewer)
    (row,) = (await read_forecast(conn, cast.nord.viewer, 2027)).rows
    assert (row.vat_cents, row.vat_risk_cents) == (0, YEAR * 19 // 100)
    assert Assumption.TAX_OPEN in row.assumptions


async def test_a_plan_is_compared_and_only_the_own(conn, cast, order, client):
    await conn.act_as(cast.sued.viewer)
    line = await save_plan(conn, cast.sued.viewer, 2027, order.id, 20_000_00, "Ausbau", expected=0)
    assert line.row_version == 1
    with pytest.raises(Stale):
        await save_plan(conn, cast.sued.viewer, 2027, order.id, 1, "", expected=0)
    sued = await client.as_(cast.sued.viewer).get("/planning/2027")
    assert "20.000,00" in sued.text and "Ausbau" in sued.text
    nord = await client.as_(cast.nord.viewer).get("/planning/2027")
    assert order.number in nord.text and "Ausbau" not in nord.text and "20.000,00" not in nord.text
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await save_plan(conn, cast.fremd.viewer, 2027, order.id, 1, "", expected=0)
    with pytest.raises(NotFound):
        await read_forecast(conn, cast.fremd.viewer, 2027, cast.sued.id)


async def test_the_form(client, conn, cast, order):
    sued = client.as_(cast.sued.viewer)
    bad = await sued.post("/planning/2027/plan", {"order": str(order.id), "amount": "viel"})
    assert bad.status_code == 422 and "Nicht gespeichert" in bad.text
    done = await sued.post("/planning/2027/plan", {"order": str(order.id), "amount": "15.000,50", "note": "n"})  # fmt: skip
    assert done.status_code == 303, done.text
    page = await sued.get("/planning/2027")
    assert "15.000,50" in page.text and "Plan ändern" in page.text
    again = await sued.post("/planning/2027/plan", {"order": str(order.id), "amount": "16000", "version": "1"})  # fmt: skip
    assert again.status_code == 303
    empty = await client.as_(cast.fremd.viewer).get("/planning/2027")
    assert "Nichts zu planen" in empty.text
    assert (await sued.get("/planning/1999")).status_code == 404


async def test_letters_say_what_the_page_says_and_go_out_once(client, conn, cast, order):
    await conn.act_as(cast.office)
    found = {f.member_id: f for f in await read_forecasts(conn, 2027)}
    first = await issue_letters(conn, cast.office, 2027, "Testverbund")
    assert {r.name: r.outcome for r in first}["Suedrechen"] == "issued"
    assert {r.name: r.outcome for r in first}["Fremd"] == "empty"
    assert next(r for r in first if r.member_id == cast.sued.id).told >= 1
    second = await issue_letters(conn, cast.office, 2027, "Testverbund")
    assert not [r for r in second if r.outcome == "issued"]
    sued = client.as_(cast.sued.viewer)
    page = await sued.get("/planning/2027/letter")
    total = found[cast.sued.id].sums[Side.PAY].next_cents
    assert "noch keinen Brief" not in page.text and order.number in page.text
    sheet = io.BytesIO((await sued.get("/planning/2027/letter.xlsx")).content)
    values = CalamineWorkbook.from_filelike(sheet).get_sheet_by_index(0).to_python()
    assert round(values[-2][5] * 100) == total == round(sum(v[5] for v in values[1:-2]) * 100)
    pdf = await sued.get("/planning/2027/letter.pdf")
    assert pdf.content.startswith(b"%PDF")
    stranger = await client.as_(cast.fremd.viewer).get(f"/planning/2027/letter?member={cast.sued.id}")  # fmt: skip
    assert stranger.status_code == 404
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden):
        await issue_letters(conn, cast.sued.viewer, 2027, "Testverbund")


async def test_the_office_sees_all_houses_and_sends(client, conn, cast, order):
    office = client.as_(cast.office)
    page = await office.get("/planning/2027")
    assert "Suedrechen" in page.text and "Budgetbriefe versenden" in page.text
    assert (await office.post("/planning/2027/letters", {})).status_code == 303
    assert "Fassung 1" in (await office.get("/planning/2027")).text
    one = await office.get(f"/planning/2027?member={cast.sued.id}")
    assert order.number in one.text and "Planwert eintragen" not in one.text
    audit = await client.as_(cast.auditor).get("/planning/2027")
    assert "Suedrechen" in audit.text and "Budgetbriefe versenden" not in audit.text
    assert (await client.as_(cast.committee).get("/planning/2027")).status_code == 403
    nord = await client.as_(cast.nord.viewer).post("/planning/2027/letters", {})
    assert nord.status_code == 403


async def test_files_and_json(client, conn, cast, order):
    nord = client.as_(cast.nord.viewer)
    text = (await nord.get("/planning/2027/forecast.csv")).text.removeprefix("\ufeff")
    (row,) = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert row["Leistungsschein"] == order.number and row["Vorschau netto"] == "14400,00"
    assert (await nord.get("/planning/2027/forecast.xlsx")).content[:2] == b"PK"
    assert (await nord.get("/planning/2027/forecast.pdf")).status_code == 404
    data = (await nord.get("/api/v1/planning/2027/forecast")).json()
    assert data["rows"][0]["next_cents"] == YEAR
    url = f"/api/v1/planning/2027/orders/{order.id}/plan"
    sent = await nord.json_post(url, {"cents": 1_000_00, "note": "knapp"})
    assert sent.status_code == 200 and sent.json()["row_version"] == 1
    assert (await nord.json_post(url, {"cents": 2, "expected": 7})).status_code in (409, 412)
    data = (await nord.get("/api/v1/planning/2027/forecast")).json()
    assert data["rows"][0]["variance_cents"] == YEAR - 1_000_00


async def test_an_order_booked_by_hand_keeps_its_agreed_price_for_the_rest_of_the_year(conn, cast):
    conn.now = NOW
    order = await a_legacy_order(conn, cast, cast.nord, cast.sued)
    await a_booking(conn, cast.nord, order, 5_000_00, date(2026, 1, 1), date(2026, 3, 31))
    (row,) = (await read_forecast(conn, cast.nord.viewer, 2027)).rows
    assert row.expected_cents == 5_000_00 and row.next_cents == 0
    assert Assumption.NOTHING in row.assumptions


async def _forecast(conn, actor):
    return await read_forecast(conn, actor.viewer, conn.today.year + 1)


@pytest.mark.parametrize(
    ("ran", "silent", "is_apart"),
    [(460, None, True), (1000, 460, True), (1000, 400, False), (450, None, False)],
)
async def test_what_nobody_books_any_more_stands_apart(conn, cast, order, ran, silent, is_apart):
    """Contract and bookings are moved by the clock: a booked day ages, the contract with it."""
    started = date(2026, 7, 1)
    await conn.act_as(cast.nord.viewer)
    await switch_schedule(conn, cast.nord.viewer, order.id, is_on=False, begins=None, expected=None)
    if silent is not None:
        last = started + timedelta(days=ran - silent)
        conn.now = datetime.combine(last + timedelta(days=40), time(12), UTC)
        await a_booking(conn, cast.nord, order.id, FLAT, last - timedelta(days=5), last)
    conn.now = datetime.combine(started + timedelta(days=ran), time(12), UTC)
    await conn.act_as(cast.sued.viewer)
    f = await _forecast(conn, cast.sued)
    (row,), total = f.rows, f.sums[Side.PAY]
    agreed = row.next_cents + row.apart_cents
    assert agreed >= YEAR and (row.apart_cents > 0) is is_apart
    assert (Assumption.UNBOOKED in row.assumptions) is is_apart
    assert (total.next_cents, total.apart_cents) == (row.next_cents, row.apart_cents)
    assert total.unbooked == is_apart and (row.next_cents == 0) is is_apart
    body = letter_of(f, "Testverbund")
    said = " ".join(body["pay"][0]["assumptions"])
    assert ("laut Vertrag" in said) is is_apart and body["sums"]["pay"]["next"] == row.next_cents
