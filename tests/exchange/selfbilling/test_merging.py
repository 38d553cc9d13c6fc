"""Succession: what was issued stays, what is open and every correction comes from the successor's series."""

from dataclasses import replace
from datetime import date

import pytest

from exchange.invoices import checks, store
from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.model import read_term
from exchange.selfbilling.merging import carry_out, preview
from exchange.selfbilling.store import list_agreements
from tests.exchange.build import SYSTEM
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable, validate
from tests.exchange.selfbilling.making import agreed, proposed

YEAR = read_term("2026")
DAY = date(2026, 8, 1)
SUCCESSION = """
INSERT INTO kdnx.succession (id, predecessor_id, successor_id, effective_on, kind, basis, recorded_at) VALUES (gen_random_uuid(), $1, $2, $3, 'merger', 'Beschluss (erfunden)', $4)
"""


async def merge(conn, cast, predecessor, successor):
    """As the platform calls it: the office, acting for both; the successor's people act for both from now on."""
    await conn.act_as(SYSTEM)
    await conn.execute(SUCCESSION, predecessor.id, successor.id, DAY, conn.now)
    office = replace(cast.office, members=(cast.hub.id, successor.id, predecessor.id))
    await conn.act_as(office)
    said = await preview(conn, office, predecessor.id, successor.id, DAY)
    await carry_out(conn, office, predecessor.id, successor.id, DAY)
    return said, replace(successor.viewer, members=(successor.id, predecessor.id))


@pytest.fixture
async def order(conn, cast):
    await make_billable(conn, cast.nord, cast.sued, cast.hub, cast.fremd)
    found = await a_taxed_order(conn, cast, cast.nord, cast.sued, number="L-2026-0009")
    await a_confirmed(conn, cast.nord, cast.sued, found, 100_00, 6)
    return found


async def issue(conn, viewer):
    await conn.act_as(viewer)
    return (await issue_invoices(conn, viewer, YEAR)).issued


async def sound(conn):
    await conn.act_as(SYSTEM)
    for check in (checks.WRONG_INVOICES, checks.GAPS, checks.STILL_BILLED):
        assert await conn.fetch(check) == []


async def test_the_successor_bills_and_corrects_with_its_own_numbers(conn, cast, order, tmp_path):
    (before,) = await issue(conn, cast.nord.viewer)
    await a_confirmed(conn, cast.nord, cast.sued, order, 50_00, 7)
    said, acting = await merge(conn, cast, cast.nord, cast.fremd)
    assert "1 gestellte bleiben" in said[0]
    (after,) = await issue(conn, acting)
    assert (after.seller_id, after.net_cents) == (cast.fremd.id, 50_00)
    assert after.number.startswith("RE-FREMD-")
    assert await store.get_invoice(conn, before.id) == before
    note = await credit_invoice(conn, acting, before.id, reason="Menge")
    assert note.number.startswith("RE-FREMD-") and note.refers_number == before.number
    assert (note.owner_id, note.seller_id, note.issuer_id) == (
        cast.nord.id, cast.fremd.id, cast.fremd.id,
    )  # fmt: skip
    (anew,) = await issue(conn, acting)
    assert anew.net_cents == 100_00
    validate(tmp_path, *[await store.get_xml(conn, i) for i in (after, note, anew)])
    await sound(conn)


async def test_the_recipients_successor_is_billed(conn, cast, order):
    _said, acting = await merge(conn, cast, cast.sued, cast.fremd)
    bills = await issue(conn, cast.hub.viewer)
    assert [i.buyer_id for i in bills] == [cast.fremd.id]
    await conn.act_as(acting)
    assert (await store.get_invoice(conn, bills[0].id)).buyer_name == "Fremd"


async def test_agreements_go_on_and_proposals_are_made_anew(conn, cast, order, tmp_path):
    await agreed(conn, cast.nord, cast.hub)
    await proposed(conn, cast.nord, cast.sued)
    said, acting = await merge(conn, cast, cast.nord, cast.fremd)
    assert any("1 Vereinbarung" in line for line in said)
    await conn.act_as(SYSTEM)
    rows = await list_agreements(conn, None, None, None, 10)
    assert sorted((a.seller_name, a.state, a.valid_from, a.ends_on) for a in rows) == [
        ("Fremd", "agreed", DAY, None),
        ("Nordrechen", "ended", date(2020, 1, 1), date(2026, 7, 31)),
        ("Nordrechen", "withdrawn", date(2020, 1, 1), None),
    ]
    # June was agreed with the predecessor: the hub bills it, in the successor's name
    assert await issue(conn, acting) == ()
    (bill,) = [i for i in await issue(conn, cast.hub.viewer) if i.type == "389"]
    assert (bill.seller_id, bill.net_cents) == (cast.fremd.id, 100_00)
    validate(tmp_path, await store.get_xml(conn, bill))
    await sound(conn)


async def test_an_order_that_does_not_go_on_can_still_be_billed(conn, cast, order):
    await agreed(conn, cast.nord, cast.hub, order="L-2026-0009")
    await merge(conn, cast, cast.nord, cast.fremd)
    bills = [i for i in await issue(conn, cast.hub.viewer) if i.type == "389"]
    assert [i.seller_id for i in bills] == [cast.fremd.id]
    await sound(conn)


async def test_both_sides_become_one(conn, cast, order):
    """Nothing is billed within a house, and its agreement simply ends."""
    direct = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19",), route="direct")
    await a_confirmed(conn, cast.nord, cast.sued, direct, 10_00, 7)
    await agreed(conn, cast.nord, cast.sued)
    _said, acting = await merge(conn, cast, cast.nord, cast.sued)
    bills = await issue(conn, acting)
    assert [i.buyer_id for i in bills] == [cast.hub.id]
    await conn.act_as(SYSTEM)
    rows = await list_agreements(conn, None, None, None, 10)
    assert [a.state for a in rows] == ["ended"]
