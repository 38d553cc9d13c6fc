"""Issuing: three tax cases, numbers, VAT in the ledger, nothing twice, and the validator's word on every document."""

import pytest

from exchange.invoices import checks, store
from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.drafting import preview
from exchange.invoices.model import read_term
from exchange.ledger.actions import verify_ledger
from kdnx.errors import Conflict, Forbidden, Refused
from tests.exchange.build import SYSTEM
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable, validate

Q3 = read_term("2026-Q3")
VAT_ROWS = "SELECT leg, sign, cents, debit_id, credit_id FROM exchange.transfer WHERE kind = 'vat' ORDER BY recorded_at, seq"


@pytest.fixture
async def mixed(conn, cast):
    """Nord delivers to Sued three orders: taxed on both legs, exempt on the second, outside the scope."""
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    for codes, cents in (
        (("U19", "U19"), 1_000_05),
        (("U19", "F29"), 500_00),
        (("N2B", "N2B"), 200_00),
    ):
        order = await a_taxed_order(conn, cast, cast.nord, cast.sued, codes)
        await a_confirmed(conn, cast.nord, cast.sued, order, cents)


async def issue(conn, actor, term=Q3):
    await conn.act_as(actor.viewer)
    return await issue_invoices(conn, actor.viewer, term)


async def test_the_three_cases_validate_and_so_do_their_credit_notes(conn, cast, mixed, tmp_path):
    first = await issue(conn, cast.nord)
    assert not first.refused
    assert sorted((i.net_cents, i.vat_cents) for i in first.issued) == [
        (200_00, 0),
        (1_500_05, 285_01),
    ]
    assert [i.number for i in first.issued] == [
        f"RE-NORD-{conn.today.year}-{n:05d}" for n in (1, 2)
    ]
    second = await issue(conn, cast.hub)
    # leg 2: S 1,025.05 + E 512.50 on one, O alone
    assert sorted((i.net_cents, i.vat_cents) for i in second.issued) == [
        (205_00, 0),
        (1_537_55, 194_76),
    ]
    notes = []
    for actor, outcome in ((cast.nord, first), (cast.hub, second)):
        for i in outcome.issued:
            await conn.act_as(actor.viewer)
            notes.append(
                await credit_invoice(conn, actor.viewer, i.id, reason="Falscher Empfänger")
            )
    assert [n.type for n in notes] == ["381"] * 4
    documents = [await store.get_xml(conn, i) for i in (*first.issued, *second.issued, *notes)]
    validate(tmp_path, *documents)
    await conn.act_as(SYSTEM)
    assert await conn.fetch(checks.WRONG_INVOICES) == [] and await conn.fetch(checks.GAPS) == []
    assert (await verify_ledger(conn)).ok
    assert sum(r["sign"] * r["cents"] for r in await conn.fetch(VAT_ROWS)) == 0


async def test_nothing_is_billed_twice_and_credited_lines_can_be_billed_anew(
    conn, cast, mixed, tmp_path
):
    first = await issue(conn, cast.nord)
    again = await issue(conn, cast.nord)
    assert again.issued == () and again.refused == ()
    big = max(first.issued, key=lambda i: i.net_cents)
    part = await credit_invoice(conn, cast.nord.viewer, big.id, reason="Menge falsch", lines=[1])
    assert (await store.get_invoice(conn, big.id)).state == "issued"
    assert part.refers_number == big.number
    with pytest.raises(Refused) as refused:
        await credit_invoice(conn, cast.nord.viewer, big.id, reason="noch einmal", lines=[1])
    assert refused.value.code == "line_taken_back"
    (anew,) = (await issue(conn, cast.nord)).issued
    assert anew.net_cents == -part.net_cents
    await credit_invoice(conn, cast.nord.viewer, big.id, reason="auch der Rest")
    assert (await store.get_invoice(conn, big.id)).state == "credited"
    with pytest.raises(Refused):
        await credit_invoice(conn, cast.nord.viewer, big.id, reason="nichts mehr da")
    await conn.act_as(SYSTEM)
    assert await conn.fetch(checks.WRONG_INVOICES) == [] and await conn.fetch(checks.GAPS) == []


async def test_missing_data_is_refused_by_name_before_anything_is_written(conn, cast):
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued)
    await a_confirmed(conn, cast.nord, cast.sued, order)
    outcome = await issue(conn, cast.nord)
    assert outcome.issued == ()
    said = " ".join(outcome.refused[0].reasons)
    for words in (
        "Nordrechen: IBAN",
        "Nordrechen: Umsatzsteuer-ID",
        "Hub Verbund: Leitweg-ID",
        "Nordrechen: Kontakt",
    ):
        assert words in said
    assert (
        await conn.fetchval("SELECT coalesce(sum(last), 0)::int FROM exchange.invoice_series") == 0
    )


async def test_an_undecided_tax_case_names_the_booking(conn, cast):
    await make_billable(conn, cast.nord, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, ())
    await a_confirmed(conn, cast.nord, cast.sued, order)
    outcome = await issue(conn, cast.nord)
    assert outcome.issued == () and "nicht entschieden" in outcome.refused[0].reasons[0]


async def test_direct_route_and_a_period_of_its_own(conn, cast, tmp_path):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19",), route="direct")
    await a_confirmed(conn, cast.nord, cast.sued, order, 100_00, 7)
    await a_confirmed(conn, cast.nord, cast.sued, order, 50_00, 8)
    (july,) = (await issue(conn, cast.nord, read_term("2026-07"))).issued
    assert (july.buyer_id, july.gross_cents, july.direct) == (cast.sued.id, 119_00, True)
    (rest,) = (await issue(conn, cast.nord, read_term("2026"))).issued
    assert rest.net_cents == 50_00
    validate(tmp_path, await store.get_xml(conn, july))
    assert (await issue(conn, cast.hub, read_term("2026"))).issued == ()


async def test_only_what_was_seen_is_issued(conn, cast, mixed):
    await conn.act_as(cast.nord.viewer)
    seen = await preview(conn, cast.nord.viewer, Q3)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued)
    await a_confirmed(conn, cast.nord, cast.sued, order, 1_00)
    await conn.act_as(cast.nord.viewer)
    taxed = max(seen, key=lambda d: d.net_cents)
    with pytest.raises(Conflict):
        await issue_invoices(conn, cast.nord.viewer, Q3, [taxed.token])


async def test_only_the_issuer_credits_and_strangers_see_nothing(conn, cast, mixed):
    (i, _other) = (await issue(conn, cast.nord)).issued
    await conn.act_as(cast.hub.viewer)
    with pytest.raises(Forbidden):
        await credit_invoice(conn, cast.hub.viewer, i.id, reason="nicht meine")
    await conn.act_as(cast.sued.viewer)
    assert await conn.fetch("SELECT 1 FROM exchange.invoice") == []
    assert await conn.fetch("SELECT 1 FROM exchange.invoice_line") == []
    await conn.act_as(cast.auditor)
    assert len(await conn.fetch("SELECT 1 FROM exchange.invoice")) == 2
