"""Any order of confirming, billing, correcting, objecting, agreeing and ending keeps every booking billed once or open.

Three seeds of eighty steps each; after every step the invariants hold, at the end everything left is billed.
"""

import random
from datetime import date

import pytest

from exchange.invoices import checks, store
from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.model import read_term
from exchange.ledger.actions import verify_ledger
from exchange.selfbilling.actions import end_agreement, object_to_invoice
from exchange.selfbilling.store import list_agreements
from kdnx.errors import KdnxError
from tests.exchange.build import SYSTEM
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable
from tests.exchange.selfbilling.making import agreed

STEPS = 80
YEAR = read_term("2026")
EFFECTIVE = """
SELECT l.leg, sum(l.net_cents)::bigint AS billed FROM exchange.invoice_line l GROUP BY l.leg ORDER BY l.leg
"""
CONFIRMED = """
SELECT coalesce(sum(b.sign * b.confirmed_cents), 0)::bigint AS one, coalesce(sum(b.sign * (b.confirmed_cents + b.confirmed_surcharge_cents)), 0)::bigint AS two
FROM exchange.booking_row b WHERE b.state = 'confirmed'
"""
OPEN = "SELECT count(*) FROM exchange.open_leg"
VAT = """
SELECT coalesce((SELECT sum(sign * cents) FROM exchange.transfer WHERE kind = 'vat'), 0)::bigint AS posted,
  coalesce((SELECT sum(vat_cents) FROM exchange.invoice WHERE state <> 'objected'), 0)::bigint AS said
"""


async def hold(conn):
    await conn.act_as(SYSTEM)
    for check in (checks.WRONG_INVOICES, checks.GAPS, checks.STILL_BILLED):
        assert await conn.fetch(check) == []
    row = await conn.fetchrow(VAT)
    assert row["posted"] == row["said"]


class Walk:
    """One random walk of the three houses."""

    def __init__(self, conn, cast, orders, chance):
        self.conn, self.cast, self.orders, self.chance = conn, cast, orders, chance
        self.houses = (cast.nord, cast.sued, cast.hub)
        self.done = dict.fromkeys(("confirm", "bill", "correct", "object", "agree", "end"), 0)

    async def step(self):
        name = self.chance.choices(list(self.done), [5, 5, 3, 3, 2, 1])[0]
        try:
            async with self.conn.savepoint():
                await getattr(self, name)()
            self.done[name] += 1
        except KdnxError:
            pass  # a refusal changes nothing

    async def confirm(self):
        order, cents = self.chance.choice(self.orders), self.chance.randint(1, 99_999)
        await a_confirmed(
            self.conn, self.cast.nord, self.cast.sued, order, cents, self.chance.randint(6, 9)
        )

    async def bill(self):
        actor = self.chance.choice(self.houses)
        await self.conn.act_as(actor.viewer)
        await issue_invoices(self.conn, actor.viewer, YEAR)

    async def one(self, kinds=("380", "389")):
        await self.conn.act_as(SYSTEM)
        rows = await store.list_invoices(self.conn, None, store.InvoiceFilter(), 500)
        return self.chance.choice(
            [r for r in rows if r.state == "issued" and r.type in kinds] or [None]
        )

    def house(self, member_id):
        return next(h for h in self.houses if h.id == member_id)

    async def correct(self):
        if found := await self.one():
            actor = self.house(found.issuer_id)
            lines = [s.n for s in await store.list_lines(self.conn, found)]
            some = self.chance.sample(lines, self.chance.randint(1, len(lines)))
            await self.conn.act_as(actor.viewer)
            await credit_invoice(self.conn, actor.viewer, found.id, reason="Zufall", lines=some)

    async def object(self):
        if found := await self.one(["389"]):
            actor = self.house(found.seller_id)
            await self.conn.act_as(actor.viewer)
            await object_to_invoice(self.conn, actor.viewer, found.id, reason="Zufall")

    async def agree(self):
        seller, buyer = self.chance.sample(self.houses, 2)
        await agreed(self.conn, seller, buyer, valid_from=date(2026, self.chance.randint(6, 9), 1))

    async def end(self):
        await self.conn.act_as(SYSTEM)
        deals = await list_agreements(self.conn, None, "agreed", None, 100)
        if deals:
            deal = self.chance.choice(deals)
            actor = self.house(deal.owner_id)
            await self.conn.act_as(actor.viewer)
            day = date(2026, self.chance.randint(6, 9), 28)
            await end_agreement(self.conn, actor.viewer, deal.id, ends_on=day, reason="Zufall")


@pytest.mark.parametrize("seed", [11, 23, 47])
async def test_whatever_happens_every_booking_is_billed_once(conn, cast, seed):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    orders = [
        await a_taxed_order(conn, cast, cast.nord, cast.sued, ("U19", "U19")),
        await a_taxed_order(conn, cast, cast.nord, cast.sued, ("F29", "U19")),
        await a_taxed_order(conn, cast, cast.nord, cast.sued, ("N2B", "N2B")),
    ]
    await agreed(conn, cast.nord, cast.hub, valid_from=date(2026, 8, 1))
    walk = Walk(conn, cast, orders, random.Random(seed))
    for _n in range(STEPS):
        await walk.step()
        await hold(conn)
    assert all(walk.done.values()), walk.done
    for actor in walk.houses:
        await conn.act_as(actor.viewer)
        await issue_invoices(conn, actor.viewer, YEAR)
    await hold(conn)
    assert await conn.fetchval(OPEN) == 0
    confirmed = await conn.fetchrow(CONFIRMED)
    assert [r["billed"] for r in await conn.fetch(EFFECTIVE)] == [
        confirmed["one"],
        confirmed["two"],
    ]
    assert (await verify_ledger(conn)).ok
