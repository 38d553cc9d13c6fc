"""The buyer bills: three tax cases as 389 and their corrections, whose number, whose claim, and who bills what."""

from datetime import date

import asyncpg
import pytest

from exchange.invoices import checks, store
from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.drafting import preview
from exchange.invoices.model import read_term
from exchange.ledger.actions import verify_ledger
from exchange.ledger.model import AccountKind, account_id
from exchange.selfbilling.actions import end_agreement
from kdnx.errors import Forbidden, Refused
from tests.exchange.build import SYSTEM
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable, validate
from tests.exchange.selfbilling.making import agreed

Q3 = read_term("2026-Q3")


async def issue(conn, actor, term=Q3):
    await conn.act_as(actor.viewer)
    return await issue_invoices(conn, actor.viewer, term)


async def sound(conn):
    """The invariants hold and the chain proves."""
    await conn.act_as(SYSTEM)
    for check in (checks.WRONG_INVOICES, checks.GAPS, checks.STILL_BILLED):
        assert await conn.fetch(check) == []
    assert (await verify_ledger(conn)).ok


@pytest.fixture
async def mixed(conn, cast):
    """Nord delivers to Sued three orders in the three tax cases; the hub bills in Nord's name."""
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    for codes, cents in (
        (("U19", "U19"), 1_000_05),
        (("F29", "F29"), 500_00),
        (("N2B", "N2B"), 200_00),
    ):
        order = await a_taxed_order(conn, cast, cast.nord, cast.sued, codes)
        await a_confirmed(conn, cast.nord, cast.sued, order, cents)
    await agreed(conn, cast.nord, cast.hub)


async def test_three_tax_cases_and_their_corrections_validate(conn, cast, mixed, tmp_path):
    assert (await issue(conn, cast.nord)).issued == ()  # the seller bills nothing of it
    drafts = [d for d in await _drafts(conn, cast.hub) if d.key.self_billed]
    assert {d.type for d in drafts} == {"389"}
    bills = [i for i in (await issue(conn, cast.hub)).issued if i.type == "389"]
    assert sorted((i.net_cents, i.vat_cents) for i in bills) == [(200_00, 0), (1_500_05, 190_01)]
    year = conn.today.year
    for i in bills:
        assert i.number.startswith(f"RE-HUB-{year}-")
        assert (i.owner_id, i.seller_id, i.issuer_id, i.buyer_id) == (
            cast.nord.id, cast.nord.id, cast.hub.id, cast.hub.id,
        )  # fmt: skip
    await conn.act_as(cast.hub.viewer)
    notes = [
        await credit_invoice(conn, cast.hub.viewer, i.id, reason="Menge falsch") for i in bills
    ]
    assert {n.type for n in notes} == {"389"} and all(n.net_cents < 0 for n in notes)
    documents = [await store.get_xml(conn, i) for i in (*bills, *notes)]
    assert all(b"<cbc:InvoiceTypeCode>389<" in d and b"Gutschrift" in d for d in documents)
    validate(tmp_path, *documents)
    await sound(conn)


async def _drafts(conn, actor):
    await conn.act_as(actor.viewer)
    return await preview(conn, actor.viewer, Q3)


async def test_the_vat_is_the_sellers_claim(conn, cast, mixed):
    await issue(conn, cast.hub)
    await conn.act_as(SYSTEM)
    payable = await conn.fetchval(
        "SELECT sum(cents)::bigint FROM exchange.entry WHERE account_id = $1",
        account_id(AccountKind.PAYABLE, cast.nord.id),
    )
    assert payable == -(1_700_05 + 190_01)
    owners = await conn.fetch(
        "SELECT DISTINCT owner_id FROM exchange.transfer WHERE kind = 'vat' AND leg = 1"
    )
    assert [r["owner_id"] for r in owners] == [cast.nord.id]


async def test_a_sum_below_zero_is_self_billed_too(conn, cast, tmp_path):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued)
    await agreed(conn, cast.nord, cast.hub)
    booked = await a_confirmed(conn, cast.nord, cast.sued, order, 100_00)
    (first,) = [i for i in (await issue(conn, cast.hub)).issued if i.type == "389"]
    from exchange.bookings.actions import reverse_booking
    from exchange.signing.actions import confirm_booking

    await conn.act_as(cast.nord.viewer)
    back = await reverse_booking(conn, cast.nord.viewer, booked, reason="doppelt")
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, back.id)
    (second,) = [i for i in (await issue(conn, cast.hub)).issued if i.type == "389"]
    assert (second.net_cents, second.refers_to) == (-100_00, None)
    validate(tmp_path, await store.get_xml(conn, second))
    assert first.gross_cents == -second.gross_cents
    await sound(conn)


async def test_an_order_of_its_own_and_the_day_of_service_decide(conn, cast):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    one = await a_taxed_order(conn, cast, cast.nord, cast.sued, number="L-2026-0001")
    other = await a_taxed_order(conn, cast, cast.nord, cast.sued, number="L-2026-0002")
    for order in (one, other):
        for month in (7, 8, 9):
            await a_confirmed(conn, cast.nord, cast.sued, order, 100_00, month)
    deal = await agreed(conn, cast.nord, cast.hub, order="L-2026-0001", valid_from=date(2026, 8, 1))
    await conn.act_as(cast.hub.viewer)
    await end_agreement(
        conn, cast.hub.viewer, deal.id, ends_on=date(2026, 8, 31), reason="läuft nur im August"
    )
    (hub_bill,) = [i for i in (await issue(conn, cast.hub)).issued if i.type == "389"]
    lines = await store.list_lines(conn, hub_bill)
    assert [(s.line.order_number, s.line.service_from.month) for s in lines] == [("L-2026-0001", 8)]
    (own,) = (await issue(conn, cast.nord)).issued
    assert own.net_cents == 500_00
    await sound(conn)


async def test_leg_two_and_direct_orders_can_be_self_billed(conn, cast, tmp_path):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    hub_order = await a_taxed_order(conn, cast, cast.nord, cast.sued)
    direct = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19",), route="direct")
    await a_confirmed(conn, cast.nord, cast.sued, hub_order, 100_00)
    await a_confirmed(conn, cast.nord, cast.sued, direct, 50_00)
    await agreed(conn, cast.hub, cast.sued)
    await agreed(conn, cast.nord, cast.sued)
    bills = (await issue(conn, cast.sued)).issued
    assert sorted((i.seller_id == cast.hub.id, i.leg, i.direct, i.net_cents) for i in bills) == [
        (False, 1, True, 50_00), (True, 2, False, 102_50),
    ]  # fmt: skip
    validate(tmp_path, *[await store.get_xml(conn, i) for i in bills])
    await sound(conn)


async def test_who_did_not_agree_is_not_billed_for(conn, cast, mixed):
    """Row security holds even against a member that writes past the actions."""
    (bill, *_rest) = [i for i in (await issue(conn, cast.hub)).issued if i.type == "389"]
    await conn.act_as(cast.sued.viewer)
    copy = """
    INSERT INTO exchange.invoice (owner_id, id, number, type, leg, direct, seller_id, buyer_id, leitweg_id, period_from, period_to, issued_on, due_on, net_cents,
      vat_cents, gross_cents, xml, xml_sha256, evidence, issuer_id, state, created_at, updated_at)
    VALUES ($1, gen_random_uuid(), 'RE-X', '389', 1, true, $1, $2, 'x', $3, $3, $3, $3, 1, 0, 1, 'x', sha256('x'), sha256('x'), $2, 'issued', now(), now())
    """
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await conn.execute(copy, cast.nord.id, cast.sued.id, conn.today)
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Forbidden):
        await credit_invoice(conn, cast.nord.viewer, bill.id, reason="nicht meine Sache")


async def test_a_self_billed_note_is_not_corrected_again(conn, cast, mixed):
    (bill, *_rest) = [i for i in (await issue(conn, cast.hub)).issued if i.type == "389"]
    note = await credit_invoice(conn, cast.hub.viewer, bill.id, reason="alles falsch")
    with pytest.raises(Refused) as refused:
        await credit_invoice(conn, cast.hub.viewer, note.id, reason="noch einmal")
    assert refused.value.code == "credit_of_credit"


async def test_a_proposal_alone_opens_nothing(conn, cast):
    """Whoever proposes neither agrees for the other side nor reads its contact."""
    from tests.exchange.selfbilling.making import proposed

    await make_billable(conn, cast.nord, cast.sued)
    deal = await proposed(conn, cast.nord, cast.sued)
    await conn.act_as(cast.sued.viewer)
    contact = "SELECT count(*) FROM exchange.invoice_profile WHERE owner_id = $1"
    assert await conn.fetchval(contact, cast.nord.id) == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await conn.execute(
                "UPDATE exchange.self_billing SET state = 'agreed' WHERE id = $1", deal.id
            )
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19",), route="direct")
    await a_confirmed(conn, cast.nord, cast.sued, order, 100_00)
    assert (await issue(conn, cast.sued)).issued == ()
    assert len((await issue(conn, cast.nord)).issued) == 1
