"""The journal holds every document, payment and offset once, with the house's own accounts."""

from datetime import date, timedelta

import pytest

from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.drafting import preview
from exchange.invoices.model import read_term
from exchange.journals.actions import last_quarter, read_journal, save_account
from exchange.journals.files import write_journal
from exchange.journals.model import Account
from exchange.netting.actions import approve_run, freeze_run, prepare_run, settle_run
from exchange.netting.model import Mode
from kdnx.errors import Forbidden, Invalid, NotFound, Stale
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable


async def books(conn, cast):
    """Nord delivers 1,000.00 net to Sued over the hub, both legs 19 %; its own leg is billed."""
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19", "U19"))
    await a_confirmed(conn, cast.nord, cast.sued, order, 1_000_00)
    await conn.act_as(cast.nord.viewer)
    term = read_term("2026")
    drafts = [d.token for d in await preview(conn, cast.nord.viewer, term) if not d.hindrances]
    return (await issue_invoices(conn, cast.nord.viewer, term, drafts)).issued[0]


def span(conn):
    return conn.today - timedelta(days=30), conn.today


async def read(conn, actor):
    await conn.act_as(actor.viewer)
    return await read_journal(conn, actor.viewer, None, *span(conn))


async def test_both_sides_of_a_document_and_its_correction(conn, cast):
    invoice = await books(conn, cast)
    sold = await read(conn, cast.nord)
    assert [(x.entry, x.document, x.net_cents, x.vat_cents) for x in sold.lines] == [
        ("sold_S", invoice.number, 1_000_00, 190_00)
    ]
    bought = await read(conn, cast.hub)
    assert [(x.entry, x.gross_cents) for x in bought.lines] == [("bought_S", 1_190_00)]
    assert sold.lines[0].id != bought.lines[0].id
    await conn.act_as(cast.nord.viewer)
    await credit_invoice(conn, cast.nord.viewer, invoice.id, reason="falsche Menge", lines=[])
    after = await read(conn, cast.nord)
    assert (after.net_cents, after.vat_cents) == (0, 0)
    assert invoice.number in after.lines[1].text
    assert not (await read(conn, cast.fremd)).lines


async def test_payments_and_offsets_of_a_settlement(conn, cast):
    await books(conn, cast)
    await conn.act_as(cast.office)
    run = await prepare_run(conn, cast.office, Mode.BILATERAL)
    await freeze_run(conn, cast.office, run.id)
    await conn.act_as(cast.hub.second)
    await approve_run(conn, cast.hub.second, run.id)
    assert {x.entry for x in (await read(conn, cast.nord)).lines} == {"sold_S"}
    await conn.act_as(cast.hub.second)
    await settle_run(conn, cast.hub.second, run.id, bank_day=conn.today)
    paid = [x for x in (await read(conn, cast.nord)).lines if x.entry == "payment_in"]
    assert [(x.document, x.net_cents) for x in paid] == [(run.number, 1_190_00)]
    owed = [x for x in (await read(conn, cast.sued)).lines if x.entry == "payment_out"]
    assert [x.net_cents for x in owed] == [1_025_00]


async def test_own_accounts_and_the_same_bytes_twice(conn, cast):
    await books(conn, cast)
    assert [e.value for e in (await read(conn, cast.nord)).missing] == ["sold_S"]
    await save_account(conn, cast.nord.viewer, Account("sold_S", "8400", "1400", "U19"))
    with pytest.raises(Stale):
        await save_account(conn, cast.nord.viewer, Account("sold_S", "8401", "1400"))
    journal = await read(conn, cast.nord)
    assert not journal.missing
    made = write_journal(journal, "csv")
    assert made == write_journal(await read(conn, cast.nord), "csv")
    assert ";8400;1400;U19;19;1000,00;190,00;1190,00;" in made.decode("utf-8-sig")
    # the hub's accounts are its own
    assert (await read(conn, cast.hub)).missing
    with pytest.raises(Forbidden):
        await save_account(conn, cast.committee, Account("sold_S", "1", "2"))


async def test_strangers_and_bad_periods(conn, cast):
    await books(conn, cast)
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await read_journal(conn, cast.fremd.viewer, cast.nord.id, *span(conn))
    with pytest.raises(Invalid):
        await read_journal(conn, cast.fremd.viewer, None, date(2024, 1, 1), date(2026, 1, 1))


def test_the_last_full_quarter():
    assert last_quarter(date(2027, 1, 1)) == (date(2026, 10, 1), date(2026, 12, 31))
    assert last_quarter(date(2026, 12, 31)) == (date(2026, 7, 1), date(2026, 9, 30))
    assert last_quarter(date(2028, 4, 1)) == (date(2028, 1, 1), date(2028, 3, 31))


async def test_by_clicks(conn, cast, client):
    invoice = await books(conn, cast)
    first, last = span(conn)
    browser = client.as_(cast.nord.viewer)
    page = await browser.get(f"/journals?first={first}&last={last}")
    assert invoice.number in page.text
    assert "Konto fehlt" in page.text
    assert (await browser.get("/journals/accounts")).status_code == 200
    kept = await browser.post("/journals/accounts", {"entry": "sold_S", "account": "8400", "contra": "1400", "tax_key": "", "row_version": "0"})  # fmt: skip
    assert kept.status_code == 303
    file = await browser.get(f"/journals/file?first={first}&last={last}&form=xlsx")
    assert file.content.startswith(b"PK")
    body = (await browser.get(f"/api/v1/journals?first={first}&last={last}")).json()
    assert (body["gross_cents"], body["items"][0]["account"]) == (1_190_00, "8400")
    wrong = await browser.get("/journals?first=2020-01-01&last=2026-01-01")
    assert wrong.status_code == 422
    other = await client.as_(cast.fremd.viewer).get(f"/journals?member={cast.nord.id}")
    assert other.status_code == 404


async def test_pages_add_up_to_the_file_and_a_long_file_is_refused(conn, cast, client, monkeypatch):
    invoice = await books(conn, cast)
    await conn.act_as(cast.nord.viewer)
    await credit_invoice(conn, cast.nord.viewer, invoice.id, reason="falsche Menge", lines=[])
    whole = await read(conn, cast.nord)
    first, last = span(conn)
    asked = f"first={first}&last={last}&limit=1"
    browser, seen, cursor = client.as_(cast.nord.viewer), [], ""
    for _n in range(len(whole.lines)):
        body = (await browser.get(f"/api/v1/journals?{asked}{cursor}")).json()
        assert len(body["items"]) == 1 and body["count"] == 2
        assert (body["net_cents"], body["vat_cents"]) == (0, 0)
        seen += [x["id"] for x in body["items"]]
        cursor = f"&cursor={body['next']}"
    assert body["next"] is None and seen == [str(x.id) for x in whole.lines]
    page = await browser.get(f"/journals?{asked}")
    assert "1 von 2 Zeilen gezeigt" in page.text and "cursor=" in page.text
    assert (await browser.get(f"/api/v1/journals?{asked}&cursor=x")).status_code == 422
    monkeypatch.setattr("exchange.journals.actions.MOST", 1)
    with pytest.raises(Invalid) as refused:
        await read(conn, cast.nord)
    assert "2" in refused.value.rule and refused.value.remedy
