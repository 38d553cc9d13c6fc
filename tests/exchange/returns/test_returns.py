"""A payment that did not arrive is owed again, once, in the ledger, the journal and the next run."""

import asyncio
from datetime import timedelta

import pytest

from exchange.journals.actions import read_journal
from exchange.ledger.actions import verify_ledger
from exchange.netting import part as netting_part
from exchange.netting import store as netting
from exchange.netting.actions import approve_run, freeze_run, prepare_run, settle_run
from exchange.netting.model import Mode
from exchange.netting.reading import read_run
from exchange.returns import part
from exchange.returns.actions import return_payment
from kdnx.errors import Forbidden, Invalid, KdnxError, NotFound, Refused
from tests.cast import make_cast
from tests.exchange.build import SYSTEM, committed
from tests.exchange.netting.test_run import books, office, to_frozen


async def settled(conn, cast, mode=Mode.MULTILATERAL):
    await books(conn, cast)
    run = await to_frozen(conn, cast, mode)
    second = await office(conn, cast, second=True)
    await approve_run(conn, second, run.id)
    return await settle_run(conn, second, run.id, bank_day=conn.today)


async def balances(conn, cast):
    return {
        b.member_id: (b.payable, b.receivable)
        for b in await netting.read_balances(conn, cast.hub.id, None)
    }


async def holds(conn):
    await conn.act_as(SYSTEM)
    for check in (*part.CHECKS, *netting_part.CHECKS):
        assert await conn.fetch(check.sql) == [], check.name
    assert (await verify_ledger(conn)).ok


@pytest.mark.parametrize("mode", [m for m in Mode if m != Mode.OPENING])
async def test_it_is_owed_again_and_goes_into_the_next_run(conn, cast, mode):
    run = await settled(conn, cast, mode)
    assert set((await balances(conn, cast)).values()) == {(0, 0)}
    payments = (await read_run(conn, cast.hub.second, run.id)).payments
    first = payments[0]
    conn.now += timedelta(days=3)
    back = await return_payment(
        conn, cast.hub.second, run.id, first.n, returned_on=conn.today, reason="Konto erloschen"
    )
    after = await balances(conn, cast)
    for member, place in ((first.payee_id, 0), (first.payer_id, 1)):
        if member != cast.hub.id:
            assert after[member][place] == back.cents == first.cents
    assert sum(sum(x) for x in after.values()) == first.cents * sum(
        m != cast.hub.id for m in (first.payer_id, first.payee_id)
    )
    await holds(conn)
    viewer = await office(conn, cast)
    again = await freeze_run(conn, viewer, (await prepare_run(conn, viewer, mode)).id)
    paid = (await read_run(conn, viewer, again.id)).payments
    # between two members the same payment; with the hub its other side owes nobody
    assert (first.payer_id, first.payee_id, first.cents) in {(p.payer_id, p.payee_id, p.cents) for p in paid}  # fmt: skip
    await holds(conn)


async def test_once_after_the_settlement_by_the_office_on_a_day_that_was(conn, cast):
    await books(conn, cast)
    frozen = await to_frozen(conn, cast)
    viewer, today = cast.hub.second, conn.today
    with pytest.raises(Refused) as early:
        await return_payment(conn, viewer, frozen.id, 1, returned_on=today, reason="zu früh")
    assert early.value.code == "wrong_state"
    await office(conn, cast, second=True)
    await approve_run(conn, viewer, frozen.id)
    await settle_run(conn, viewer, frozen.id, bank_day=today)
    for n, day, error in (
        (99, today, NotFound),
        (1, today + timedelta(days=1), Invalid),
        (1, today - timedelta(days=1), Invalid),
    ):
        with pytest.raises(error):
            await return_payment(conn, viewer, frozen.id, n, returned_on=day, reason="Rückgabe")
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Forbidden):
        await return_payment(
            conn, cast.nord.viewer, frozen.id, 1, returned_on=today, reason="meins"
        )
    await office(conn, cast, second=True)
    await return_payment(conn, viewer, frozen.id, 1, returned_on=today, reason="Rückgabe")
    with pytest.raises(Refused) as twice:
        await return_payment(conn, viewer, frozen.id, 1, returned_on=today, reason="Rückgabe")
    assert twice.value.code == "returned_once"
    await holds(conn)


async def test_both_houses_read_it_and_their_journals_take_it_back(conn, cast, client):
    run = await settled(conn, cast)
    shown = await read_run(conn, cast.hub.second, run.id)
    between = next(p for p in shown.payments if p.payer_id == cast.sued.id)
    url = f"/settlements/{run.id}/payments/{between.n}/return"
    browser = client.as_(cast.hub.second)
    assert "nicht angekommen?" in (await browser.get(f"/settlements/{run.id}")).text
    assert "Als zurückgekommen buchen" in (await browser.get(url)).text
    wrong = await browser.post(url, {"returned_on": "2020-01-01", "reason": "Konto erloschen"})
    assert (
        wrong.status_code == 422
        and "vor dem Banktag" in wrong.text
        and "Konto erloschen" in wrong.text
    )
    day = conn.today.isoformat()
    done = await browser.post(url, {"returned_on": day, "reason": "Konto erloschen"})
    assert done.status_code == 303
    again = await browser.post(url, {"returned_on": day, "reason": "Konto erloschen"})
    assert again.status_code == 422 and "schon als zurückgekommen" in again.text
    assert (await browser.get(url)).status_code == 409
    for actor, entry in ((cast.nord, "payment_in"), (cast.sued, "payment_out")):
        page = await client.as_(actor.viewer).get(f"/settlements/{run.id}")
        assert "Konto erloschen" in page.text and "nicht angekommen?" not in page.text
        await conn.act_as(actor.viewer)
        journal = await read_journal(conn, actor.viewer, None, conn.today, conn.today)
        back = [x for x in journal.lines if x.text == "Zahlung zurückgekommen"]
        assert [(x.entry, x.net_cents) for x in back] == [(entry, -between.cents)]
        body = (await client.as_(actor.viewer).get(f"/api/v1/settlements/{run.id}")).json()
        assert [p["returned_on"] for p in body["payments"] if p["n"] == between.n] == [day]
    assert (await client.as_(cast.nord.viewer).get(url)).status_code == 403


async def test_eight_at_once_take_it_back_once(fresh_database):
    pool = fresh_database.pool
    async with committed(pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        run = await settled(conn, cast)
    viewer = cast.hub.second

    async def act():
        try:
            async with committed(pool, viewer) as conn:
                await return_payment(
                    conn, viewer, run.id, 1, returned_on=conn.today, reason="Rückgabe"
                )
        except KdnxError as error:
            return error.code
        return "done"

    told = await asyncio.gather(*(act() for _n in range(8)))
    assert sorted(told) == ["done", *["returned_once"] * 7]
    async with committed(pool, SYSTEM) as conn:
        await holds(conn)
