"""The invoices of model.md 3.3, to the cent."""

from datetime import date

import asyncpg

from exchange.bookings.actions import adjust_booking, reverse_booking
from exchange.invoices import checks, store
from exchange.invoices.actions import issue_invoices
from exchange.invoices.model import read_term
from exchange.ledger.model import AccountKind, account_id
from exchange.signing.actions import confirm_booking, confirm_part
from tests.cast import make_actor, make_cast
from tests.exchange.build import SYSTEM, a_booking, committed
from tests.exchange.invoices.build import a_taxed_order, make_billable, validate

CLOSE = """
INSERT INTO exchange.period (year, month, state, created_at, updated_at)
SELECT 2025, m, 'closed', now(), now() FROM generate_series(1, 12) m
"""
BALANCE = "SELECT account_id, sum(cents)::bigint FROM exchange.entry GROUP BY 1"
JULY, AUGUST = (date(2026, 7, 1), date(2026, 7, 31)), (date(2026, 8, 1), date(2026, 8, 31))


async def sign(conn, actor, row):
    await conn.act_as(actor.viewer)
    return await confirm_booking(conn, actor.viewer, row.id)


async def test_invoices_of_the_worked_example(fresh_database, tmp_path):  # noqa: PLR0915  # one story
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        a, b, c = cast.nord, cast.sued, await make_actor(conn, "CE", "Ce", "Mitte")
        await make_billable(conn, a, b, cast.hub, c)
        await conn.act_as(SYSTEM)
        ab = await a_taxed_order(conn, cast, a, b, ("U19", "F29"))
        ac = await a_taxed_order(conn, cast, a, c, ("U19", "U19"))
        ba = await a_taxed_order(conn, cast, b, a, ("N2B", "N2B"), surcharge_pct="0")
        whole = await a_booking(conn, a, ab, 12_000_00, date(2025, 1, 1), date(2025, 12, 31))
        whole = await sign(conn, b, whole)
    owner = await asyncpg.connect(fresh_database.owner_dsn)
    await owner.execute(CLOSE)
    await owner.execute("UPDATE exchange.chain_head SET closed_through = 202512")
    await owner.close()
    async with committed(fresh_database.pool, SYSTEM) as conn:
        await sign(conn, b, await a_booking(conn, a, ab, 10_000_00, *JULY))
        quarter = await a_booking(conn, a, ac, 5_000_00, date(2026, 7, 1), date(2026, 9, 30))
        await conn.act_as(c.viewer)
        await confirm_part(conn, c.viewer, quarter.id, cents=3_333_33, reason="nur zwei Drittel")
        august = await sign(conn, b, await a_booking(conn, a, ab, 1_000_00, *AUGUST))
        await conn.act_as(a.viewer)
        await sign(conn, b, await reverse_booking(conn, a.viewer, august.id, reason="doppelt"))
        await conn.act_as(a.viewer)
        plus = await adjust_booking(
            conn, a.viewer, whole.id, delta_cents=120_00, reason="Nachberechnung"
        )
        await sign(conn, b, plus)
        await sign(conn, a, await a_booking(conn, b, ba, 2_000_00, *JULY))
        await sign(conn, b, await a_booking(conn, a, ab, 1_000_01, *AUGUST))
        advance = await sign(conn, c, await a_booking(conn, a, ac, 1_000_00, *AUGUST))
        await conn.act_as(a.viewer)
        down = await adjust_booking(
            conn, a.viewer, advance.id, delta_cents=-2_000_00, reason="Spitze"
        )
        await sign(conn, c, down)
        issued = []
        for actor in (a, b, cast.hub):
            await conn.act_as(actor.viewer)
            outcome = await issue_invoices(conn, actor.viewer, read_term("2026"))
            assert not outcome.refused
            issued += outcome.issued
        await conn.act_as(SYSTEM)
        sums = {
            (i.seller_id, i.buyer_id): (i.net_cents, i.vat_cents, i.gross_cents) for i in issued
        }
        hub = cast.hub.id
        assert sums == {
            (a.id, hub): (13_453_34, 2_556_13, 16_009_47),
            (b.id, hub): (2_000_00, 0, 2_000_00),
            (hub, a.id): (2_000_00, 0, 2_000_00),
            (hub, b.id): (11_398_01, 0, 11_398_01),
            (hub, c.id): (2_391_66, 454_42, 2_846_08),
        }
        balances = dict(await conn.fetch(BALANCE))
        kinds = AccountKind
        assert balances[account_id(kinds.PAYABLE, a.id)] == -28_009_47
        assert balances[account_id(kinds.RECEIVABLE, c.id)] == 2_846_08
        assert balances[account_id(kinds.RECEIVABLE, b.id)] == 23_698_01
        assert balances[account_id(kinds.VAT_IN, hub)] == 2_556_13
        assert balances[account_id(kinds.VAT_OUT, hub)] == -454_42
        assert sum(balances.values()) == 0
        assert await conn.fetch(checks.WRONG_INVOICES) == []
        validate(tmp_path, *[await store.get_xml(conn, i) for i in issued])
