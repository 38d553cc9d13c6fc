"""A tax case counts while its rule holds; what is taken back keeps its case; what was left open is billed once decided."""

from datetime import UTC, date, datetime

import pytest

from exchange.approvals.actions import propose_tax, review_tax
from exchange.approvals.schemas import TaxBody
from exchange.bookings.actions import adjust_booking, reverse_booking
from exchange.closing.store import list_undecided
from exchange.invoices.actions import issue_invoices
from exchange.invoices.model import read_term
from exchange.invoices.store import list_lines
from exchange.schedules.actions import read_outlook
from exchange.schedules.model import Standing
from exchange.signing.actions import confirm_booking, confirm_part
from kdnx.errors import Refused
from kdnx.tasks.actions import list_my_tasks
from kdnx.viewer import Scope, Viewer
from tests.exchange.build import a_booking
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable
from tests.exchange.order_build import an_offer, an_order_at
from tests.exchange.schedules.test_actions import booked, run

SYSTEM = Viewer(scope=Scope.SYSTEM)
Q3 = read_term("2026-Q3")
DECIDE = """
INSERT INTO exchange.tax_decision (owner_id, order_id, leg, valid_from, version, tax_code, origin, decided_at)
SELECT $1, $2, l, $3, 99, $4, 'legacy', $5 FROM generate_series(1, 2) l
"""


async def decide(conn, provider, order, code, since=date(2026, 7, 1)):
    await conn.act_as(SYSTEM)
    await conn.execute(DECIDE, provider.id, order, since, code, conn.now)


async def lines_of(conn, *actors):
    """(net, code) of every line these members bill for the third quarter."""
    found = []
    for actor in actors:
        await conn.act_as(actor.viewer)
        for bill in (await issue_invoices(conn, actor.viewer, Q3)).issued:
            found += [(x.line.net_cents, x.line.tax_code) for x in await list_lines(conn, bill)]
    return sorted(found)


async def test_the_old_law_ends_with_2026_for_calendar_and_signature(conn, cast):
    offer = an_offer(tax_code_1="NALT", tax_code_2="NALT")
    order = await an_order_at(conn, cast, offer=offer)
    await run(conn, datetime(2027, 2, 2, 9, 0, tzinfo=UTC))
    assert (await booked(conn, order.id))[-1].service_to == date(2026, 12, 31)
    found = await read_outlook(conn, order.id, conn.today)
    assert next(e for e in found.entries if e.piece.first == date(2027, 1, 1)).standing == (
        Standing.NEEDS_TAX
    )
    await conn.act_as(cast.hub.viewer)
    assert len(await list_my_tasks(conn, cast.hub.viewer, kind="schedule.tax")) == 1
    row = await a_booking(conn, cast.nord, order.id, 100_00, date(2027, 1, 1), date(2027, 1, 31))
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Refused, match="noch nicht entschieden"):
        await confirm_booking(conn, cast.sued.viewer, row.id)
    await decide(conn, cast.nord, order.id, "U19", date(2027, 1, 1))
    await conn.act_as(cast.sued.viewer)
    assert (await confirm_booking(conn, cast.sued.viewer, row.id)).tax_code_1 == "U19"


async def test_the_page_says_that_a_case_has_ended(client, conn, cast):
    offer = an_offer(tax_code_1="NALT", tax_code_2="NALT")
    order = await an_order_at(conn, cast, offer=offer)
    before = (await client.as_(cast.hub.viewer).get(f"/orders/{order.id}")).text
    assert "nicht steuerbar nach altem Recht" in before
    conn.now = datetime(2027, 1, 2, 9, 0, tzinfo=UTC)
    after = (await client.as_(cast.hub.viewer).get(f"/orders/{order.id}")).text
    assert "unbestimmt" in after


async def test_what_takes_back_and_what_remains_keep_the_case_they_were_confirmed_with(conn, cast):
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, ("N2B", "N2B"))
    first = await a_confirmed(conn, cast.nord, cast.sued, order, 1_000_00)
    second = await a_confirmed(conn, cast.nord, cast.sued, order, 500_00, month=8)
    third = await a_booking(conn, cast.nord, order, 300_00, date(2026, 9, 1), date(2026, 9, 30))
    await conn.act_as(cast.sued.viewer)
    await confirm_part(conn, cast.sued.viewer, third.id, cents=200_00, reason="nicht alles kam an")
    await decide(conn, cast.nord, order, "U19")
    nord = cast.nord.viewer
    await conn.act_as(nord)
    back = await reverse_booking(conn, nord, first, reason="falscher Leistungsschein")
    less = await adjust_booking(conn, nord, second, delta_cents=-50_00, reason="zu viel")
    rest = (await booked(conn, order))[-3]
    assert rest.parent_id == third.id
    await conn.act_as(cast.sued.viewer)
    for row in (back, less, rest):
        done = await confirm_booking(conn, cast.sued.viewer, row.id)
        assert (done.tax_code_1, done.tax_code_2) == ("N2B", "N2B")
    new = await a_booking(conn, cast.nord, order, 10_00, date(2026, 7, 1), date(2026, 7, 31))
    await conn.act_as(cast.sued.viewer)
    assert (await confirm_booking(conn, cast.sued.viewer, new.id)).tax_code_1 == "U19"


async def test_what_was_left_open_is_billed_once_it_is_decided(conn, cast):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    offer = an_offer(tax_code_1="undecided", tax_code_2="undecided")
    order = (await an_order_at(conn, cast, offer=offer)).id
    await a_confirmed(conn, cast.nord, cast.sued, order, 1_000_00)
    assert await lines_of(conn, cast.nord, cast.hub) == []
    await conn.act_as(SYSTEM)
    assert len(await list_undecided(conn, 2026)) == 1
    await decide(conn, cast.nord, order, "U19")
    assert await list_undecided(conn, 2026) == []
    assert await lines_of(conn, cast.nord, cast.hub) == [(1_000_00, "U19"), (1_000_00, "U19")]


async def test_a_reversal_of_it_is_billed_as_the_booking_was(conn, cast):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    offer = an_offer(tax_code_1="undecided", tax_code_2="undecided")
    order = (await an_order_at(conn, cast, offer=offer)).id
    booking = await a_confirmed(conn, cast.nord, cast.sued, order, 1_000_00)
    await decide(conn, cast.nord, order, "U19")
    assert len(await lines_of(conn, cast.nord, cast.hub)) == 2
    await conn.act_as(SYSTEM)  # decided otherwise later: what was billed is taken back as it was
    await conn.execute(
        DECIDE.replace("99", "100"), cast.nord.id, order, date(2026, 7, 1), "N2B", conn.now
    )
    await conn.act_as(cast.nord.viewer)
    back = await reverse_booking(conn, cast.nord.viewer, booking, reason="falscher Leistungsschein")
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, back.id)
    assert await lines_of(conn, cast.nord, cast.hub) == [(-1_000_00, "U19"), (-1_000_00, "U19")]


async def test_an_ended_order_is_decided_for_what_it_served(conn, cast):
    offer = an_offer(ends_on=date(2026, 9, 30), tax_code_1="undecided", tax_code_2="undecided")
    order = await an_order_at(conn, cast, offer=offer)
    await conn.act_as(SYSTEM)
    await conn.execute("UPDATE exchange.service_order SET state = 'ended' WHERE id = $1", order.id)
    wish = TaxBody(leg=1, tax_code="N2B", valid_from=date(2026, 7, 1), reason="hoheitlich")
    await conn.act_as(cast.hub.viewer)
    order = await propose_tax(conn, cast.hub.viewer, order.id, wish, expected=None)
    await conn.act_as(cast.hub.second)
    await review_tax(conn, cast.hub.second, order.id, leg=1, expected=None)
