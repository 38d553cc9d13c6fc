"""A run from preview to settled over the real ledger; who may; what comes later waits; races."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest

from exchange.invoices.actions import issue_invoices
from exchange.invoices.drafting import preview
from exchange.invoices.model import read_term
from exchange.ledger.actions import cut_today, verify_ledger
from exchange.netting import part, store
from exchange.netting.actions import (
    approve_run,
    discard_run,
    freeze_run,
    prepare_run,
    save_terms,
    settle_run,
)
from exchange.netting.model import Mode
from exchange.netting.reading import read_run, read_statement
from exchange.signing.actions import confirm_booking
from kdnx.errors import Forbidden, Invalid, KdnxError, NotFound, Refused, Stale
from tests.cast import make_cast
from tests.exchange.build import SYSTEM, a_booking, an_order, committed
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable

NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


async def books(conn, cast):
    """Nord delivers 1,000.00 to Sued (fee 25.00), Sued delivers 400.00 to Nord (10.00)."""
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    one = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19", "U19"))
    other = await a_taxed_order(conn, cast, cast.sued, cast.nord, ("N2B", "N2B"))
    await a_confirmed(conn, cast.nord, cast.sued, one, 1_000_00)
    await a_confirmed(conn, cast.sued, cast.nord, other, 400_00)


async def office(conn, cast, second=False):
    viewer = cast.hub.second if second else cast.office
    await conn.act_as(viewer)
    return viewer


async def to_frozen(conn, cast, mode=Mode.MULTILATERAL):
    viewer = await office(conn, cast)
    run = await prepare_run(conn, viewer, mode)
    return await freeze_run(conn, viewer, run.id, expected=1)


async def holds(conn):
    await conn.act_as(SYSTEM)
    for check in part.CHECKS:
        assert await conn.fetch(check.sql) == [], check.name
    assert (await verify_ledger(conn)).ok


async def test_the_whole_way(conn, cast):
    await books(conn, cast)
    await conn.act_as(cast.nord.viewer)
    term = read_term(str(conn.today.year))
    drafts = [d.token for d in await preview(conn, cast.nord.viewer, term) if not d.hindrances]
    issued = (await issue_invoices(conn, cast.nord.viewer, term, drafts)).issued
    viewer = await office(conn, cast)
    frozen = await to_frozen(conn, cast)
    shown = await read_run(conn, viewer, frozen.id)
    by = {x.member_id: x for x in shown.lines}
    # leg 1 of Nord carries 19 % once its invoice stands; leg 2 waits for the hub's invoices
    assert by[cast.nord.id].payable_cents == 1_190_00
    assert by[cast.nord.id].receivable_cents == 410_00
    assert (by[cast.sued.id].payable_cents, by[cast.sued.id].receivable_cents) == (400_00, 1_025_00)
    assert by[cast.nord.id].netted_cents == 410_00
    assert {(p.payer_id, p.payee_id, p.cents) for p in shown.payments} == {
        (cast.sued.id, cast.nord.id, 625_00), (cast.hub.id, cast.nord.id, 155_00),
    }  # fmt: skip
    with pytest.raises(Refused, match="nicht selbst frei"):
        await approve_run(conn, viewer, frozen.id)
    second = await office(conn, cast, second=True)
    approved = await approve_run(conn, second, frozen.id, expected=frozen.row_version)
    # what is confirmed after the cut waits for the next run
    late = await an_order(conn, cast, cast.nord, cast.sued)
    await a_confirmed(conn, cast.nord, cast.sued, late, 50_00)
    await office(conn, cast, second=True)
    with pytest.raises(Invalid):
        await settle_run(conn, second, approved.id, bank_day=conn.today + timedelta(days=1))
    settled = await settle_run(conn, second, approved.id, bank_day=conn.today)
    assert settled.state == "settled"
    rest = {b.member_id: b for b in await store.read_balances(conn, cast.hub.id, None)}
    assert (rest[cast.nord.id].payable, rest[cast.nord.id].receivable) == (50_00, 0)
    assert rest[cast.sued.id].receivable == 51_25
    states = {r["state"] for r in await conn.fetch("SELECT state FROM exchange.invoice WHERE id = ANY ($1)", [i.id for i in issued])}  # fmt: skip
    assert states == {"settled"}
    await holds(conn)


async def test_a_statement_leads_to_the_line(conn, cast):
    await books(conn, cast)
    frozen = await to_frozen(conn, cast)
    await conn.act_as(cast.nord.viewer)
    found = await read_statement(conn, cast.nord.viewer, frozen, cast.nord.id)
    by = {"payable": 0, "receivable": 0}
    for m in found.movements:
        by[m.account] += -m.cents if m.account == "payable" else m.cents
    assert by == {"payable": found.line.payable_cents, "receivable": found.line.receivable_cents}
    assert all("/" in m.label for m in found.movements)
    with pytest.raises(NotFound):
        await read_statement(conn, cast.nord.viewer, frozen, cast.sued.id)


async def test_the_next_statement_opens_with_the_last_cut(conn, cast):
    await books(conn, cast)
    first = await to_frozen(conn, cast)
    second = await office(conn, cast, second=True)
    await approve_run(conn, second, first.id)
    await settle_run(conn, second, first.id, bank_day=conn.today)
    conn.now += timedelta(days=1)
    later = await an_order(conn, cast, cast.nord, cast.sued)
    await a_confirmed(conn, cast.nord, cast.sued, later, 50_00)
    run = await to_frozen(conn, cast)
    found = await read_statement(conn, cast.office, run, cast.nord.id)
    assert found.opened_on == first.up_to
    moved = sum(-m.cents for m in found.movements if m.account == "payable")
    assert found.opening_payable + moved == found.line.payable_cents == 50_00
    await holds(conn)


async def test_nothing_is_paid_twice_on_the_day_of_a_settlement(conn, cast):
    await books(conn, cast)
    first = await to_frozen(conn, cast)
    second = await office(conn, cast, second=True)
    await approve_run(conn, second, first.id)
    await settle_run(conn, second, first.id, bank_day=conn.today)
    late = await an_order(conn, cast, cast.nord, cast.sued)
    await a_confirmed(conn, cast.nord, cast.sued, late, 50_00)
    viewer = await office(conn, cast)
    run = await prepare_run(conn, viewer, Mode.MULTILATERAL)
    with pytest.raises(Refused, match=first.number) as refused:
        await freeze_run(conn, viewer, run.id)
    assert refused.value.code == "settled_since_cut"
    conn.now += timedelta(days=1)
    frozen = await freeze_run(conn, viewer, run.id)
    lines = await store.list_lines(conn, frozen)
    assert sum(x.payable_cents for x in lines) == 50_00
    await holds(conn)


async def test_only_the_office_acts_and_others_see_their_own_line(conn, cast, client):
    await books(conn, cast)
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Forbidden):
        await prepare_run(conn, cast.nord.viewer, Mode.BILATERAL)
    frozen = await to_frozen(conn, cast)
    body = (await client.as_(cast.nord.viewer).get(f"/api/v1/settlements/{frozen.id}")).json()
    assert [x["member_id"] for x in body["lines"]] == [str(cast.nord.id)]
    assert all(str(cast.nord.id) in (p["payer_id"], p["payee_id"]) for p in body["payments"])
    page = await client.as_(cast.nord.viewer).get(f"/settlements/{frozen.id}")
    assert "Kontoauszug der eigenen Zeile prüfen" in page.text
    assert "1.025,00" not in page.text  # what Sued owes
    found = await client.as_(cast.nord.viewer).get(f"/search?q={frozen.number[:6]}")
    assert f"/settlements/{frozen.id}" in found.text
    hidden = await client.as_(cast.fremd.viewer).get(f"/search?q={frozen.number}")
    assert str(frozen.id) not in hidden.text
    for path in (f"/settlements/{frozen.id}", f"/settlements/{frozen.id}/lines.csv", f"/settlements/{frozen.id}/members/{cast.nord.id}"):  # fmt: skip
        assert (await client.as_(cast.fremd.viewer).get(path)).status_code == 404
    assert (await client.as_(cast.fremd.viewer).get("/api/v1/settlements")).json()["items"] == []


async def test_an_invoice_whose_vat_missed_the_cut_waits_for_the_next_run(conn, cast):
    await books(conn, cast)
    await conn.act_as(SYSTEM)
    await cut_today(conn)
    conn.now -= timedelta(seconds=5)  # begun before the cut, committed after it
    await conn.act_as(cast.nord.viewer)
    term = read_term(str(conn.today.year))
    drafts = [d.token for d in await preview(conn, cast.nord.viewer, term) if not d.hindrances]
    issued = (await issue_invoices(conn, cast.nord.viewer, term, drafts)).issued
    conn.now += timedelta(seconds=10)
    frozen = await to_frozen(conn, cast)
    line = next(x for x in await store.list_lines(conn, frozen) if x.member_id == cast.nord.id)
    assert line.payable_cents == 1_000_00
    assert await store.count_items(conn, frozen) == 0
    second = await office(conn, cast, second=True)
    await approve_run(conn, second, frozen.id)
    await settle_run(conn, second, frozen.id, bank_day=conn.today)
    states = {await conn.fetchval("SELECT state FROM exchange.invoice WHERE id = $1", i.id) for i in issued}  # fmt: skip
    assert states == {"issued"}
    await holds(conn)


async def test_who_may_not_offset_is_paid_gross(conn, cast):
    await books(conn, cast)
    viewer = await office(conn, cast)
    await save_terms(conn, viewer, cast.nord.id, offsets=False, reason="Bruttoprinzip", expected=0)
    with pytest.raises(Stale):
        await save_terms(conn, viewer, cast.nord.id, offsets=True, reason="doch", expected=7)
    frozen = await to_frozen(conn, cast)
    shown = await read_run(conn, viewer, frozen.id)
    (nord,) = [x for x in shown.lines if x.member_id == cast.nord.id]
    assert (nord.netted_cents, nord.out_cents, nord.in_cents) == (0, 1_000_00, 410_00)
    second = await office(conn, cast, second=True)
    await approve_run(conn, second, frozen.id)
    await settle_run(conn, second, frozen.id, bank_day=conn.today)
    await holds(conn)


async def test_missing_bank_data_is_named_before_anything_is_kept(conn, cast):
    await books(conn, cast)
    await conn.act_as(SYSTEM)
    await conn.execute("UPDATE kdnx.member SET iban = NULL WHERE id = $1", cast.nord.id)
    viewer = await office(conn, cast)
    run = await prepare_run(conn, viewer, Mode.MULTILATERAL)
    with pytest.raises(Refused, match="Nordrechen") as error:
        await freeze_run(conn, viewer, run.id)
    assert error.value.code == "iban_missing"


async def test_bank_data_that_changed_since_stops_the_release(conn, cast, client):
    await books(conn, cast)
    frozen = await to_frozen(conn, cast)
    await conn.act_as(SYSTEM)
    await conn.execute(
        "UPDATE kdnx.member SET iban = 'DE02120300000000202051' WHERE id = $1", cast.nord.id
    )
    page = await client.as_(cast.office).get(f"/settlements/{frozen.id}")
    assert "Bankverbindung geändert" in page.text
    second = await office(conn, cast, second=True)
    with pytest.raises(Refused) as refused:
        await approve_run(conn, second, frozen.id)
    assert refused.value.code == "iban_changed"
    await discard_run(conn, second, frozen.id, reason="neue Bankverbindung")
    again = await to_frozen(conn, cast)
    second = await office(conn, cast, second=True)
    assert (await approve_run(conn, second, again.id)).state == "approved"


async def test_one_open_run_and_dropping_it(conn, cast):
    await books(conn, cast)
    frozen = await to_frozen(conn, cast)
    viewer = await office(conn, cast)
    with pytest.raises(Refused, match="läuft schon"):
        await prepare_run(conn, viewer, Mode.GROSS)
    await discard_run(conn, viewer, frozen.id, reason="falscher Tag")
    again = await to_frozen(conn, cast, Mode.GROSS)
    assert again.number != frozen.number
    await holds(conn)


async def test_by_clicks_with_the_bank_file(conn, cast, client):
    await books(conn, cast)
    browser = client.as_(cast.office)
    sent = await browser.post("/settlements", {"mode": "bilateral"})
    url = sent.headers["location"]
    page = await browser.get(url)
    assert "Zum Stichtag einfrieren" in page.text
    assert (await browser.get(f"{url}/pain001.xml")).status_code == 404
    assert (await browser.post(f"{url}/freeze", {"row_version": "1"})).status_code == 303
    assert "zweite Person" in (await browser.get(url)).text
    other = client.as_(cast.hub.second)
    assert (await other.post(f"{url}/approve", {"row_version": "2"})).status_code == 303
    made = await other.get(f"{url}/pain001.xml")
    tree = ET.fromstring(made.content)  # noqa: S314  # our own file
    amounts = [Decimal(x.text or "0") for x in tree.iterfind(".//p:InstdAmt", NS)]
    assert amounts == [Decimal("590.00")]
    # the same file each time: a bank refuses a message id it knows
    assert (await other.get(f"{url}/pain001.xml")).content == made.content
    number = (await store.get_run(conn, UUID(url.rsplit("/", 1)[1]))).number
    ids = {x.text for name in ("MsgId", "PmtInfId") for x in tree.iterfind(f".//p:{name}", NS)}
    assert ids == {f"{number}-{cast.hub.code}"}
    late = await other.post(f"{url}/settle", {"row_version": "3", "bank_day": "2020-01-01"})
    assert late.status_code == 422
    assert "vor dem Stichtag" in late.text
    day = conn.today.isoformat()
    assert (await other.post(f"{url}/settle", {"row_version": "3", "bank_day": day})).status_code == 303  # fmt: skip
    rows = (await client.as_(cast.nord.viewer).get(f"{url}/lines.csv")).text
    assert "590,00" in rows
    csv = (await client.as_(cast.nord.viewer).get(f"{url}/members/{cast.nord.id}/statement.csv")).text  # fmt: skip
    assert "Verrechnung" in csv
    paper = f"{url}/members/{cast.nord.id}/statement.pdf"
    assert (await client.as_(cast.nord.viewer).get(paper)).content.startswith(b"%PDF")
    assert (await client.as_(cast.sued.viewer).get(paper)).status_code == 404
    await holds(conn)


async def test_eight_at_once_settle_once_while_others_confirm(fresh_database):
    pool = fresh_database.pool
    async with committed(pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        await books(conn, cast)
        order = await an_order(conn, cast, cast.nord, cast.sued)
        rows = [(await a_booking(conn, cast.nord, order, 10_00 + n)).id for n in range(12)]
    async with committed(pool, cast.office) as conn:
        frozen = await to_frozen(conn, cast)
    async with committed(pool, cast.hub.second) as conn:
        await approve_run(conn, cast.hub.second, frozen.id)

    async def settle() -> int:
        try:
            async with committed(pool, cast.hub.second) as conn:
                await settle_run(conn, cast.hub.second, frozen.id, bank_day=conn.today)
        except KdnxError:
            return 0
        return 1

    async def confirm(booking) -> int:
        async with committed(pool, cast.sued.viewer) as conn:
            await confirm_booking(conn, cast.sued.viewer, booking)
        return 0

    done = await asyncio.gather(*(settle() for _ in range(8)), *(confirm(b) for b in rows))
    assert sum(done) == 1
    async with committed(pool, SYSTEM) as conn:
        rest = {b.member_id: b for b in await store.read_balances(conn, cast.hub.id, None)}
        assert rest[cast.nord.id].payable == sum(10_00 + n for n in range(12))
        await holds(conn)
