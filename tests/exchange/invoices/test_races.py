"""Races over real connections: two offices bill one period, seller and buyer at once, billing while a period closes."""

import asyncio
from datetime import date

import asyncpg
import pytest

from exchange.bookings.actions import Proposal, propose_booking
from exchange.invoices import checks
from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.model import read_term
from exchange.invoices.store import get_invoice
from exchange.ledger.actions import verify_ledger
from exchange.selfbilling.actions import end_agreement, object_to_invoice
from exchange.signing.actions import confirm_booking
from kdnx.errors import KdnxError
from tests.cast import make_cast
from tests.exchange.build import SYSTEM, committed
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable
from tests.exchange.selfbilling.making import agreed

Q3 = read_term("2026-Q3")
# every confirmed booking is billed on a leg an odd number of rounds, no round is there twice
LEGS = """
SELECT booking_id, leg, count(*)::int AS lines, count(DISTINCT round)::int AS rounds, max(round) AS last FROM exchange.invoice_line GROUP BY 1, 2
"""
NUMBERS = "SELECT issuer_id, array_agg(right(number, 5)::int ORDER BY number) AS drawn FROM exchange.invoice GROUP BY 1"
CLOSE = """
WITH heads AS (SELECT owner_id FROM exchange.chain_head ORDER BY owner_id FOR UPDATE)
UPDATE exchange.chain_head SET closed_through = 202609 WHERE owner_id IN (SELECT owner_id FROM heads)
"""
PERIODS = """
INSERT INTO exchange.period (year, month, state, created_at, updated_at) SELECT 2026, m, 'closed', now(), now() FROM generate_series(1, 9) m
"""


@pytest.fixture
async def ground(fresh_database):
    """Two orders of Nord and Fremd to Sued with six confirmed bookings each."""
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        await make_billable(conn, cast.nord, cast.sued, cast.hub, cast.fremd)
        for provider in (cast.nord, cast.fremd):
            order = await a_taxed_order(conn, cast, provider, cast.sued)
            for n in range(6):
                await a_confirmed(conn, provider, cast.sued, order, 100_00 + n, 7 + n % 3)
    return fresh_database, cast


async def bill(pool, viewer):
    """How many documents came of it; a refusal counts as none."""
    try:
        async with committed(pool, viewer) as conn:
            return len((await issue_invoices(conn, viewer, Q3)).issued)
    except KdnxError:
        return 0


async def sound(pool):
    async with committed(pool, SYSTEM) as conn:
        for row in await conn.fetch(LEGS):
            assert row["lines"] == row["rounds"] == row["last"], dict(row)
        for row in await conn.fetch(NUMBERS):
            assert row["drawn"] == list(range(1, len(row["drawn"]) + 1))
        for check in (checks.WRONG_INVOICES, checks.GAPS, checks.STILL_BILLED):
            assert await conn.fetch(check) == []
        assert (await verify_ledger(conn)).ok


async def test_two_people_of_every_house_bill_the_same_period(ground):
    database, cast = ground
    people = [v for a in (cast.nord, cast.fremd, cast.hub) for v in (a.viewer, a.second)]
    made = await asyncio.gather(*(bill(database.pool, v) for v in people * 3))
    assert sum(made) == 3  # one a seller: the hub's leg goes to one buyer
    async with committed(database.pool, SYSTEM) as conn:
        rows = await conn.fetch(LEGS)
    assert len(rows) == 24 and all(r["lines"] == 1 for r in rows)
    await sound(database.pool)


async def test_seller_and_buyer_bill_while_the_agreement_ends(ground):
    """Who bills changes in the middle; nothing is billed by both."""
    database, cast = ground
    async with committed(database.pool, SYSTEM) as conn:
        deals = [await agreed(conn, a, cast.hub) for a in (cast.nord, cast.fremd)]

    async def end(deal, actor):
        async with committed(database.pool, actor.viewer) as conn:
            day = Q3.first.replace(day=30)
            await end_agreement(conn, actor.viewer, deal.id, ends_on=day, reason="nur der Juli")

    await asyncio.gather(
        *(
            bill(database.pool, v)
            for v in (cast.hub.viewer, cast.nord.viewer, cast.fremd.viewer) * 2
        ),
        *(end(d, a) for d, a in zip(deals, (cast.nord, cast.fremd), strict=True)),
        *(
            bill(database.pool, v)
            for v in (cast.hub.second, cast.nord.second, cast.fremd.second) * 2
        ),
    )
    for viewer in (cast.hub.viewer, cast.nord.viewer, cast.fremd.viewer):
        await bill(database.pool, viewer)
    async with committed(database.pool, SYSTEM) as conn:
        assert len(await conn.fetch(LEGS)) == 24
    await sound(database.pool)


async def test_objecting_and_billing_anew_at_once(ground):
    database, cast = ground
    async with committed(database.pool, SYSTEM) as conn:
        await agreed(conn, cast.nord, cast.hub)
    assert await bill(database.pool, cast.hub.viewer) == 2
    async with committed(database.pool, SYSTEM) as conn:
        first = await conn.fetchval("SELECT id FROM exchange.invoice WHERE type = '389'")

    async def object_to(viewer):
        try:
            async with committed(database.pool, viewer) as conn:
                await object_to_invoice(conn, viewer, first, reason="so nicht")
        except KdnxError:
            return 0
        return 1

    done = await asyncio.gather(
        object_to(cast.nord.viewer), object_to(cast.nord.second), *(bill(database.pool, v) for v in (cast.hub.viewer, cast.hub.second) * 2)
    )  # fmt: skip
    assert sum(done[:2]) == 1
    await bill(database.pool, cast.hub.viewer)
    await sound(database.pool)
    async with committed(database.pool, SYSTEM) as conn:
        states = await conn.fetch(
            "SELECT state FROM exchange.invoice WHERE type = '389' ORDER BY number"
        )
    assert [r["state"] for r in states] == ["objected", "issued"]


async def test_billing_while_the_period_closes(ground):
    """Either the VAT stands before the close or after it in the first open month; never behind it."""
    database, cast = ground

    async def close():
        owner = await asyncpg.connect(database.owner_dsn)
        try:
            async with owner.transaction():
                await owner.execute(CLOSE)
                await asyncio.sleep(0.05)
                await owner.execute(PERIODS)
        finally:
            await owner.close()

    people = (cast.nord.viewer, cast.fremd.viewer, cast.hub.viewer)
    await asyncio.gather(close(), *(bill(database.pool, v) for v in people * 2))
    for viewer in people:  # who came in between bills now
        await bill(database.pool, viewer)
    async with committed(database.pool, SYSTEM) as conn:
        assert len(await conn.fetch(LEGS)) == 24
        late = await conn.fetch(
            "SELECT DISTINCT book_month FROM exchange.transfer WHERE kind = 'vat'"
        )
    assert {r["book_month"] for r in late} <= {9, 10}
    await sound(database.pool)


async def test_a_booking_confirmed_meanwhile_waits_for_the_next_run(ground):
    database, cast = ground
    async with committed(database.pool, cast.nord.viewer) as conn:
        order = await conn.fetchval(
            "SELECT id FROM exchange.service_order WHERE owner_id = $1", cast.nord.id
        )
        row = await propose_booking(
            conn, cast.nord.viewer, Proposal(order, Q3.first, Q3.last, 77_00)
        )

    async def confirm():
        async with committed(database.pool, cast.sued.viewer) as conn:
            await confirm_booking(conn, cast.sued.viewer, row.id)

    await asyncio.gather(
        bill(database.pool, cast.nord.viewer), confirm(), bill(database.pool, cast.nord.second)
    )
    await bill(database.pool, cast.nord.viewer)
    async with committed(database.pool, SYSTEM) as conn:
        lines = await conn.fetchval(
            "SELECT count(*) FROM exchange.invoice_line WHERE booking_id = $1 AND leg = 1", row.id
        )
    assert lines == 1
    await sound(database.pool)


async def test_the_seller_objects_while_the_buyer_corrects_a_part(ground):
    """Whoever is second waits: the VAT is taken back once, and the correction loses its effect with its document."""
    database, cast = ground
    async with committed(database.pool, SYSTEM) as conn:
        await agreed(conn, cast.nord, cast.hub)
    async with committed(database.pool, cast.hub.viewer) as conn:
        issued = (await issue_invoices(conn, cast.hub.viewer, Q3)).issued
    bill = next(i for i in issued if i.type == "389")

    async def objects():
        async with committed(database.pool, cast.nord.viewer) as conn:
            await object_to_invoice(conn, cast.nord.viewer, bill.id, reason="So nicht vereinbart")

    async with committed(database.pool, cast.hub.viewer) as conn:
        note = await credit_invoice(conn, cast.hub.viewer, bill.id, reason="Menge", lines=[1])
        waiting = asyncio.create_task(objects())
        await asyncio.sleep(0.3)
        assert not waiting.done()
    await waiting
    async with committed(database.pool, SYSTEM) as conn:
        assert {(await get_invoice(conn, i)).state for i in (bill.id, note.id)} == {"objected"}
    await sound(database.pool)


async def test_the_proof_of_the_ledger_is_true_while_somebody_posts(ground):
    database, cast = ground
    is_over = False

    async def posts():
        nonlocal is_over
        order = None
        for n in range(25):
            async with committed(database.pool, cast.nord.viewer) as conn:
                order = order or await conn.fetchval(
                    "SELECT id FROM exchange.service_order WHERE owner_id = $1", cast.nord.id
                )
                wish = Proposal(
                    order, date(2026, 1 + n % 6, 1), date(2026, 1 + n % 6, 28), 10_00 + n
                )
                row = await propose_booking(conn, cast.nord.viewer, wish)
            async with committed(database.pool, cast.sued.viewer) as conn:
                await confirm_booking(conn, cast.sued.viewer, row.id)
        is_over = True

    async def proves():
        times = 0
        while not is_over:
            async with committed(database.pool, SYSTEM) as conn:
                found = await verify_ledger(conn)
            assert found.ok, found
            times += 1
        return times

    _done, *times = await asyncio.gather(posts(), *(proves() for _n in range(3)))
    assert min(times) > 1
