"""The seller objects: the document stands, its effect is gone, its bookings can be billed anew, to the cent."""

from datetime import timedelta

import pytest

from exchange.invoices import checks, store
from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.document import read_document
from exchange.invoices.model import read_term
from exchange.invoices.settling import settle_direct, settle_invoices
from exchange.selfbilling.actions import object_to_invoice
from kdnx.errors import Forbidden, Invalid, Refused, Stale
from tests.exchange.build import SYSTEM
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable, validate
from tests.exchange.selfbilling.making import agreed

Q3 = read_term("2026-Q3")
VAT = "SELECT coalesce(sum(sign * cents), 0)::bigint FROM exchange.transfer WHERE kind = 'vat'"


@pytest.fixture
async def bill(conn, cast):
    """Three bookings of 33,33 EUR on one self-billed document of the pair's direct order."""
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19",), route="direct")
    for month in (7, 8, 9):
        await a_confirmed(conn, cast.nord, cast.sued, order, 33_33, month)
    await agreed(conn, cast.nord, cast.sued)
    await conn.act_as(cast.sued.viewer)
    (found,) = (await issue_invoices(conn, cast.sued.viewer, Q3)).issued
    return found


async def test_everything_is_free_again_and_the_books_are_even(conn, cast, bill, tmp_path):
    await conn.act_as(cast.sued.viewer)
    note = await credit_invoice(conn, cast.sued.viewer, bill.id, reason="Menge", lines=[2])
    await conn.act_as(cast.nord.viewer)
    after = await object_to_invoice(conn, cast.nord.viewer, bill.id, reason="So nicht vereinbart")
    assert (after.state, after.objection, after.objected_on) == (
        "objected", "So nicht vereinbart", conn.today,
    )  # fmt: skip
    assert (await store.get_invoice(conn, note.id)).state == "objected"
    assert len(await store.list_lines(conn, after)) == 3
    await conn.act_as(SYSTEM)
    assert await conn.fetchval(VAT) == 0
    await conn.act_as(cast.sued.viewer)
    (anew,) = (await issue_invoices(conn, cast.sued.viewer, Q3)).issued
    assert anew.net_cents == 99_99
    validate(tmp_path, await store.get_xml(conn, anew))
    await conn.act_as(SYSTEM)
    for check in (checks.WRONG_INVOICES, checks.GAPS, checks.STILL_BILLED):
        assert await conn.fetch(check) == []


async def test_who_may_object_to_what(conn, cast, bill):
    with pytest.raises(Forbidden):
        await object_to_invoice(conn, cast.sued.viewer, bill.id, reason="mein eigenes")
    note = await credit_invoice(conn, cast.sued.viewer, bill.id, reason="Menge", lines=[1])
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Refused) as refused:
        await object_to_invoice(conn, cast.nord.viewer, note.id, reason="die Korrektur")
    assert bill.number in refused.value.remedy
    with pytest.raises(Stale):
        await object_to_invoice(conn, cast.nord.viewer, bill.id, reason="alt", expected=9)
    await object_to_invoice(conn, cast.nord.viewer, bill.id, reason="ja", expected=1)
    with pytest.raises(Refused):
        await object_to_invoice(conn, cast.nord.viewer, bill.id, reason="noch einmal")


async def test_the_seller_notes_the_payment_once(conn, cast, bill):
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden):
        await settle_direct(conn, cast.sued.viewer, bill.id, conn.today)
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Invalid):
        await settle_direct(conn, cast.nord.viewer, bill.id, conn.today + timedelta(days=1))
    for _again in (1, 2):  # a retry changes nothing
        await settle_direct(conn, cast.nord.viewer, bill.id, conn.today)
    found = await store.get_invoice(conn, bill.id)
    assert (found.state, found.settled_on, found.row_version) == ("settled", conn.today, 2)
    with pytest.raises(Invalid, match="vor dem Tag der Rechnung"):
        await settle_direct(conn, cast.nord.viewer, bill.id, conn.today - timedelta(days=1))
    conn.now += timedelta(days=1)
    with pytest.raises(Refused):
        await settle_direct(conn, cast.nord.viewer, bill.id, conn.today)


async def test_the_office_settles_what_runs_over_the_hub_with_its_corrections(conn, cast):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued)
    await a_confirmed(conn, cast.nord, cast.sued, order, 100_00)
    await conn.act_as(cast.nord.viewer)
    (one,) = (await issue_invoices(conn, cast.nord.viewer, Q3)).issued
    note = await credit_invoice(conn, cast.nord.viewer, one.id, reason="alles")
    with pytest.raises(Forbidden):
        await settle_direct(conn, cast.nord.viewer, one.id, conn.today)
    await conn.act_as(cast.hub.viewer)
    await settle_invoices(conn, cast.hub.viewer, [one.id, note.id], conn.today)
    assert {(await store.get_invoice(conn, i.id)).state for i in (one, note)} == {"settled"}


async def test_what_is_paid_can_be_objected_to_and_the_new_document_says_so(
    conn, cast, bill, tmp_path
):
    nord = cast.nord.viewer
    await conn.act_as(nord)
    await settle_direct(conn, nord, bill.id, conn.today)
    after = await object_to_invoice(
        conn, nord, bill.id, reason="Der Steuersatz stimmt nicht", expected=2
    )
    assert (after.state, after.settled_on, after.objected_on) == (
        "objected",
        conn.today,
        conn.today,
    )
    with pytest.raises(Refused):
        await object_to_invoice(conn, nord, bill.id, reason="noch einmal")
    with pytest.raises(Refused):
        await settle_direct(conn, nord, bill.id, conn.today)
    await conn.act_as(SYSTEM)
    assert await conn.fetchval(VAT) == 0
    await conn.act_as(cast.sued.viewer)
    assert (await store.get_invoice(conn, bill.id)).objection == "Der Steuersatz stimmt nicht"
    (anew,) = (await issue_invoices(conn, cast.sued.viewer, Q3)).issued
    xml = await store.get_xml(conn, anew)
    validate(tmp_path, xml)
    note = read_document(xml).note
    assert (
        bill.number in note and "118,99 €" in note.replace("\u00a0", " ") and "angerechnet" in note
    )
    assert (anew.net_cents, anew.gross_cents) == (bill.net_cents, bill.gross_cents)
    # the replacement can be objected to as well, and the third names the second only
    await conn.act_as(nord)
    await object_to_invoice(conn, nord, anew.id, reason="immer noch")
    await conn.act_as(cast.sued.viewer)
    (third,) = (await issue_invoices(conn, cast.sued.viewer, Q3)).issued
    note = read_document(await store.get_xml(conn, third)).note
    assert anew.number in note and bill.number not in note and "beglichen" not in note
    await conn.act_as(SYSTEM)
    for check in (checks.WRONG_INVOICES, checks.GAPS, checks.STILL_BILLED):
        assert await conn.fetch(check) == []


async def test_a_paid_document_that_is_wholly_corrected_has_nothing_left(conn, cast, bill):
    await conn.act_as(cast.sued.viewer)
    await credit_invoice(conn, cast.sued.viewer, bill.id, reason="alles")
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Refused, match="ganz berichtigt"):
        await object_to_invoice(conn, cast.nord.viewer, bill.id, reason="vor der Zahlung")
    await settle_direct(conn, cast.nord.viewer, bill.id, conn.today)
    with pytest.raises(Refused, match="ganz berichtigt"):
        await object_to_invoice(conn, cast.nord.viewer, bill.id, reason="nach der Zahlung")


async def test_over_the_hub_the_next_run_evens_it_out(conn, cast, tmp_path):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19", "U19"))
    await a_confirmed(conn, cast.nord, cast.sued, order, 100_00)
    await agreed(conn, cast.nord, cast.hub)
    await conn.act_as(cast.hub.viewer)
    (bill,) = [
        i for i in (await issue_invoices(conn, cast.hub.viewer, Q3)).issued if i.type == "389"
    ]
    await settle_invoices(conn, cast.hub.viewer, [bill.id], conn.today)
    owed = "SELECT coalesce(sum(e.cents), 0)::bigint FROM exchange.entry e JOIN exchange.account a ON a.id = e.account_id WHERE a.kind = 'payable' AND a.member_id = $1"  # fmt: skip
    await conn.act_as(SYSTEM)
    before = await conn.fetchval(owed, cast.nord.id)
    await conn.act_as(cast.nord.viewer)
    await object_to_invoice(conn, cast.nord.viewer, bill.id, reason="Leistungsbeschreibung fehlt")
    await conn.act_as(SYSTEM)
    assert abs(await conn.fetchval(owed, cast.nord.id) - before) == 19_00
    await conn.act_as(cast.hub.viewer)
    (anew,) = (await issue_invoices(conn, cast.hub.viewer, Q3)).issued
    validate(tmp_path, await store.get_xml(conn, anew))
    await conn.act_as(SYSTEM)
    assert await conn.fetchval(owed, cast.nord.id) == before
    for check in (checks.WRONG_INVOICES, checks.GAPS, checks.STILL_BILLED):
        assert await conn.fetch(check) == []
