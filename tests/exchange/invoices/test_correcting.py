"""Corrections to the cent and after payment, who may say paid, what was billed before kdnx."""

from datetime import date, timedelta

import pytest

from exchange.invoices import checks, store
from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.drafting import preview
from exchange.invoices.model import read_term
from exchange.invoices.settling import settle_direct
from exchange.journals.actions import read_journal
from exchange.ledger.actions import cut_today
from exchange.netting import store as netting
from exchange.netting.actions import approve_run, freeze_run, prepare_run, settle_run
from exchange.netting.model import Mode, RunState
from exchange.netting.reading import read_run
from exchange.netting.store import Run
from exchange.returns.actions import return_payment
from exchange.selfbilling.actions import object_to_invoice
from exchange.signing.files import KIND
from kdnx.errors import Refused
from kdnx.ids import new_id
from tests.exchange.build import SYSTEM
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable, validate
from tests.exchange.netting.test_run import books, office
from tests.exchange.selfbilling.making import agreed
from tests.exchange.signing.test_files import a_row

Q3 = read_term("2026-Q3")
VAT = "SELECT coalesce(sum(sign * cents), 0)::bigint FROM exchange.transfer WHERE kind = 'vat'"
ITEMS = "SELECT invoice_id FROM exchange.settlement_item WHERE run_id = $1"


async def sound(conn):
    await conn.act_as(SYSTEM)
    for check in (checks.WRONG_INVOICES, checks.GAPS, checks.STILL_BILLED):
        assert await conn.fetch(check) == []


@pytest.fixture
async def direct(conn, cast):
    """Three bookings of 33,33 EUR at 19 % on one direct invoice of Nord."""
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19",), route="direct")
    for month in (7, 8, 9):
        await a_confirmed(conn, cast.nord, cast.sued, order, 33_33, month)
    await conn.act_as(cast.nord.viewer)
    (found,) = (await issue_invoices(conn, cast.nord.viewer, Q3)).issued
    return found


async def test_corrected_line_by_line_no_cent_of_vat_is_left(conn, cast, direct, tmp_path):
    assert direct.vat_cents == 19_00
    notes = [
        await credit_invoice(conn, cast.nord.viewer, direct.id, reason="Menge", lines=[n])
        for n in (1, 2, 3)
    ]
    assert [n.vat_cents for n in notes] == [-6_33, -6_33, -6_34]
    validate(tmp_path, await store.get_xml(conn, notes[-1]))
    await conn.act_as(SYSTEM)
    assert await conn.fetchval(VAT) == 0
    await sound(conn)


async def test_what_is_paid_is_corrected_and_stays_paid(client, conn, cast, direct):
    nord = cast.nord.viewer
    await settle_direct(conn, nord, direct.id, conn.today)
    page = (await client.as_(nord).get(f"/invoices/{direct.id}")).text
    assert f"/invoices/{direct.id}/credit" in page
    await credit_invoice(conn, nord, direct.id, reason="Anschrift falsch")
    after = await store.get_invoice(conn, direct.id)
    assert (after.state, after.settled_on) == ("credited", conn.today)
    page = (await client.as_(nord).get(f"/invoices/{direct.id}")).text
    assert "ganz berichtigt" in page and "beglichen" in page
    assert await settle_direct(conn, nord, direct.id, conn.today)  # a retry changes nothing
    assert (await store.get_invoice(conn, direct.id)).state == "credited"
    conn.now += timedelta(days=1)
    with pytest.raises(Refused):
        await settle_direct(conn, nord, direct.id, conn.today)
    (anew,) = (await issue_invoices(conn, nord, Q3)).issued
    assert anew.gross_cents == direct.gross_cents
    await sound(conn)


async def settled(conn, cast):
    """One run over the books, paid."""
    run = await prepare_run(conn, await office(conn, cast), Mode.BILATERAL)
    run = await freeze_run(conn, cast.office, run.id)
    second = await office(conn, cast, second=True)
    await approve_run(conn, second, run.id)
    return await settle_run(conn, second, run.id, bank_day=conn.today)


async def test_a_paid_document_over_the_hub_is_corrected_and_only_its_correction_goes_on(
    conn, cast
):
    await books(conn, cast)
    await conn.act_as(cast.nord.viewer)
    bill = next(i for i in (await issue_invoices(conn, cast.nord.viewer, Q3)).issued if i.vat_cents)
    await settled(conn, cast)
    conn.now += timedelta(days=1)
    await conn.act_as(cast.nord.viewer)
    note = await credit_invoice(conn, cast.nord.viewer, bill.id, reason="Anschrift falsch")
    run = await settled(conn, cast)
    assert [r["invoice_id"] for r in await conn.fetch(ITEMS, run.id)] == [note.id]
    found = {i: (await store.get_invoice(conn, i)) for i in (bill.id, note.id)}
    assert (found[bill.id].state, found[note.id].state) == ("credited", "settled")
    assert found[bill.id].settled_on < found[note.id].settled_on
    await sound(conn)


async def test_the_office_says_paid_by_its_run_alone(client, conn, cast, direct):
    body = {"on": str(conn.today)}
    for viewer in (cast.hub.viewer, cast.hub.second, cast.sued.viewer):
        got = await client.as_(viewer).json_post(f"/api/v1/invoices/{direct.id}/settle", body)
        assert got.status_code == 403, got.text
    early = {"on": str(conn.today - timedelta(days=1))}
    nord = client.as_(cast.nord.viewer)
    assert (await nord.json_post(f"/api/v1/invoices/{direct.id}/settle", early)).status_code == 422
    assert (await nord.json_post(f"/api/v1/invoices/{direct.id}/settle", body)).status_code == 200


async def test_what_replaces_a_partly_corrected_paid_document_names_what_was_paid(conn, cast):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19",), route="direct")
    for month in (7, 8, 9):
        await a_confirmed(conn, cast.nord, cast.sued, order, 33_33, month)
    await agreed(conn, cast.nord, cast.sued)
    sued, nord = cast.sued.viewer, cast.nord.viewer
    await conn.act_as(sued)
    (bill,) = (await issue_invoices(conn, sued, Q3)).issued
    note = await credit_invoice(conn, sued, bill.id, reason="Menge", lines=[1])
    await conn.act_as(nord)
    for i in (bill, note):
        await settle_direct(conn, nord, i.id, conn.today)
    await object_to_invoice(conn, nord, bill.id, reason="So nicht vereinbart")
    await conn.act_as(sued)
    (anew,) = (await issue_invoices(conn, sued, Q3)).issued
    said = (await store.get_xml(conn, anew)).decode()
    assert "79,33" in said and "118,99" not in said.split("</cbc:Note>")[0]


async def test_altbestand_is_billed_only_when_somebody_says_so(client, conn, cast):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19", "U19"), number="L-2024-0001")
    await conn.act_as(cast.office)
    done = await KIND.write(conn, cast.office, [a_row(1, "L-2024-0001")])
    assert done.new == 1
    nord, term = cast.nord.viewer, read_term("2024")
    await conn.act_as(nord)
    assert await preview(conn, nord, term) == []
    assert (await issue_invoices(conn, nord, term)).issued == ()
    me = client.as_(nord)
    page = (await me.get("/invoices/new?period=2024")).text
    assert (
        "1 Buchung aus dem Altbestand" in page and "100,01" in page and 'name="draft"' not in page
    )
    page = (await me.get("/invoices/new?period=2024&legacy=true")).text
    assert 'name="draft"' in page and "§ 14c UStG" in page
    assert (await me.get("/api/v1/invoices/drafts?period=2024")).json()["items"] == []
    made = await me.json_post("/api/v1/invoices/issue", {"period": "2024", "legacy": True})
    (bill,) = made.json()["issued"]
    assert bill["net_cents"] == 100_01
    await conn.act_as(nord)
    await credit_invoice(conn, nord, bill["id"], reason="Anschrift falsch")
    assert len(await preview(conn, nord, term)) == 1  # billed here once, it is billed here again


async def test_a_run_of_the_hub_before_is_closed_first(conn, cast):
    await books(conn, cast)
    viewer = await office(conn, cast)
    old = Run(
        cast.fremd.id,
        new_id(),
        "S-2026-9999",
        "bilateral",
        RunState.PREVIEW.value,
        conn.now,
        conn.now,
    )
    assert await netting.insert_run(conn, old)
    with pytest.raises(Refused) as refused:
        await prepare_run(conn, viewer, Mode.BILATERAL)
    assert refused.value.code == "run_open" and str(old.id) in refused.value.remedy_url


async def test_an_invoice_begun_before_the_cut_waits_for_the_booking_it_bills(conn, cast):
    await books(conn, cast)
    await conn.act_as(SYSTEM)
    await cut_today(conn)
    taken = conn.now
    late = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("N2B", "N2B"))
    await a_confirmed(conn, cast.nord, cast.sued, late, 77_00, month=9)
    conn.now = taken - timedelta(minutes=1)  # the issue began, and waited for its number
    await conn.act_as(cast.nord.viewer)
    issued = (await issue_invoices(conn, cast.nord.viewer, Q3)).issued
    bill = next(i for i in issued if i.net_cents == 77_00)
    conn.now = taken + timedelta(minutes=1)
    run = await prepare_run(conn, await office(conn, cast), Mode.BILATERAL)
    run = await freeze_run(conn, cast.office, run.id)
    assert bill.id not in [r["invoice_id"] for r in await conn.fetch(ITEMS, run.id)]


async def test_the_journal_of_the_hub_has_its_payments_and_what_came_back(conn, cast):
    await books(conn, cast)
    run = await settled(conn, cast)
    second = cast.hub.second
    paid = {p.n: p for p in (await read_run(conn, second, run.id)).payments}
    assert all(cast.hub.id in (p.payer_id, p.payee_id) for p in paid.values())
    conn.now += timedelta(days=2)
    back = paid[min(paid)]
    await return_payment(
        conn, second, run.id, back.n, returned_on=conn.today, reason="Konto erloschen"
    )
    lines = (await read_journal(conn, second, None, date(2026, 1, 1), conn.today)).lines
    kind = "payment_in" if back.payee_id == cast.hub.id else "payment_out"
    found = sorted((x.entry, x.net_cents) for x in lines if x.entry.startswith("payment"))
    wanted = [
        ("payment_in" if p.payee_id == cast.hub.id else "payment_out", p.cents)
        for p in paid.values()
    ]
    assert found == sorted([*wanted, (kind, -back.cents)])
