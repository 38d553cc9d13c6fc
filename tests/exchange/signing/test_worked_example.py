"""The worked example of model.md 3.3, to the cent, through the actions."""

from datetime import date

import asyncpg
import pytest

from exchange.bookings.actions import adjust_booking, reverse_booking
from exchange.ledger.actions import verify_ledger
from exchange.ledger.model import AccountKind, account_id
from exchange.signing.actions import confirm_booking, confirm_part
from kdnx.errors import Refused
from tests.cast import make_actor, make_cast
from tests.exchange.build import SYSTEM, a_booking, an_order, committed

CLOSE = """
INSERT INTO exchange.period (year, month, state, created_at, updated_at)
SELECT 2025, m, 'closed', now(), now() FROM generate_series(1, 12) m
"""
VOLUME = """
SELECT service_year, sum(cents)::bigint AS current, coalesce(sum(cents) FILTER (WHERE book_year = service_year), 0)::bigint AS reported
FROM exchange.volume GROUP BY 1 ORDER BY 1
"""
BALANCE = "SELECT account_id, sum(cents)::bigint FROM exchange.entry GROUP BY 1"


async def test_worked_example(fresh_database):  # noqa: PLR0915  # the one story of model.md 3.3
    pool = fresh_database.pool
    async with committed(pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        a, b, c = cast.nord, cast.sued, await make_actor(conn, "CE", "Ce", "Mitte")
        ab = await an_order(conn, cast, a, b)
        ac = await an_order(conn, cast, a, c)
        ba = await an_order(conn, cast, b, a, surcharge_pct="0")
        whole = await a_booking(conn, a, ab, 12_000_00, date(2025, 1, 1), date(2025, 12, 31))
        await conn.act_as(b.viewer)
        whole = await confirm_booking(conn, b.viewer, whole.id)
        months = await conn.fetch(
            "SELECT cents FROM exchange.transfer WHERE kind = 'supply' ORDER BY seq"
        )
        assert len(months) == 12 and sum(r["cents"] for r in months) == 12_000_00
    owner = await asyncpg.connect(fresh_database.owner_dsn)
    await owner.execute(CLOSE)
    await owner.execute("UPDATE exchange.chain_head SET closed_through = 202512")
    await owner.close()

    async with committed(pool, SYSTEM) as conn:
        july = await a_booking(conn, a, ab, 10_000_00)
        quarter = await a_booking(conn, a, ac, 5_000_00, date(2026, 7, 1), date(2026, 9, 30))
        august = await a_booking(conn, a, ab, 1_000_00, date(2026, 8, 1), date(2026, 8, 31))
        back = await a_booking(conn, b, ba, 2_000_00)
        await conn.act_as(b.viewer)
        await confirm_booking(conn, b.viewer, july.id)
        await confirm_booking(conn, b.viewer, august.id)
        await conn.act_as(a.viewer)
        await confirm_booking(conn, a.viewer, back.id)
        await conn.act_as(c.viewer)
        part = await confirm_part(
            conn, c.viewer, quarter.id, cents=3_333_33, reason="nur zwei Drittel erbracht"
        )
        parts = await conn.fetch(
            "SELECT cents FROM exchange.transfer WHERE kind = 'supply' AND source_id = $1 ORDER BY seq",
            part.id,
        )
        assert [r["cents"] for r in parts] == [1_123_19, 1_123_19, 1_086_95]
        assert part.confirmed_surcharge_cents == 83_33
        rest = await conn.fetchrow(
            "SELECT * FROM exchange.booking_row WHERE parent_id = $1", part.id
        )
        assert (rest["net_cents"], rest["state"]) == (1_666_67, "disputed")

        await conn.act_as(a.viewer)
        storno = await reverse_booking(conn, a.viewer, august.id, reason="doppelt")
        with pytest.raises(Refused) as refused:
            async with conn.savepoint():
                await reverse_booking(conn, a.viewer, august.id, reason="noch einmal")
        assert refused.value.code in {"booking_reversed_once", "more_than_confirmed"}
        await conn.act_as(b.viewer)
        await confirm_booking(conn, b.viewer, storno.id)
        await conn.act_as(a.viewer)
        plus = await adjust_booking(
            conn, a.viewer, whole.id, delta_cents=120_00, reason="Nachberechnung"
        )
        await conn.act_as(b.viewer)
        plus = await confirm_booking(conn, b.viewer, plus.id)
        assert (plus.book_year, plus.service_from.year, plus.confirmed_surcharge_cents) == (
            2026,
            2025,
            3_00,
        )

        # cost share by 1:1:1 of 90,000.01: +1,000.01 for B, -1,000.00 for C, as bookings signed by them
        await conn.act_as(a.viewer)
        up = await a_booking(conn, a, ab, 1_000_01, date(2026, 8, 1), date(2026, 8, 31))
        advance = await a_booking(conn, a, ac, 1_000_00, date(2026, 6, 1), date(2026, 6, 30))
        await conn.act_as(b.viewer)
        up = await confirm_booking(conn, b.viewer, up.id)
        assert up.confirmed_surcharge_cents == 25_00
        await conn.act_as(c.viewer)
        await confirm_booking(conn, c.viewer, advance.id)
        await conn.act_as(a.viewer)
        down = await adjust_booking(
            conn, a.viewer, advance.id, delta_cents=-2_000_00, reason="Spitzabrechnung"
        )
        await conn.act_as(c.viewer)
        down = await confirm_booking(conn, c.viewer, down.id)
        assert (down.sign, down.confirmed_surcharge_cents) == (-1, 50_00)

        await conn.act_as(SYSTEM)
        volume = {
            r["service_year"]: (r["reported"], r["current"]) for r in await conn.fetch(VOLUME)
        }
        assert volume[2025] == (12_000_00, 12_120_00)
        assert volume[2026] == (15_333_34, 15_333_34)
        sums = dict(await conn.fetch(BALANCE))
        assert sum(sums.values()) == 0
        assert sums[account_id(AccountKind.TRANSIT, cast.hub.id)] == 0
        assert sums[account_id(AccountKind.SURCHARGE, cast.hub.id)] == -636_33
        assert sums[account_id(AccountKind.PAYABLE, a.id)] == -(12_000_00 + 13_453_34)
        assert sums[account_id(AccountKind.PAYABLE, b.id)] == -2_000_00
        assert sums[account_id(AccountKind.RECEIVABLE, a.id)] == 2_000_00
        assert sums[account_id(AccountKind.RECEIVABLE, b.id)] == 23_698_01
        proof = await verify_ledger(conn)
        assert proof.ok


async def test_the_fixed_fee_is_paid_once_and_stays_paid(conn, cast):
    """5.00 a booking: not again for the rest of a part, not back with a correction; a reversal takes it back."""
    order = await an_order(conn, cast, cast.nord, cast.sued, surcharge_pct="1", fee_cents=5_00)
    nord, sued = cast.nord.viewer, cast.sued.viewer
    row = await a_booking(conn, cast.nord, order, 1_000_00)
    await conn.act_as(sued)
    done = await confirm_part(conn, sued, row.id, cents=600_00, reason="vier Tage fehlten")
    rest = await conn.fetchval("SELECT id FROM exchange.booking WHERE parent_id = $1", row.id)
    second = await confirm_booking(conn, sued, rest)
    assert (done.confirmed_surcharge_cents, second.confirmed_surcharge_cents) == (11_00, 4_00)
    for delta, extra in ((-100_00, 1_00), (50_00, 50)):
        await conn.act_as(nord)
        change = await adjust_booking(conn, nord, row.id, delta_cents=delta, reason="nachgezählt")
        await conn.act_as(sued)
        assert (await confirm_booking(conn, sued, change.id)).confirmed_surcharge_cents == extra
    await conn.act_as(nord)
    back = await reverse_booking(conn, nord, row.id, reason="falscher Leistungsschein")
    await conn.act_as(sued)
    assert (await confirm_booking(conn, sued, back.id)).confirmed_surcharge_cents == 11_00
