"""An opening takes Altbestand off the accounts that was paid before kdnx; no money moves, no journal has it."""

from datetime import date, timedelta

import pytest

from exchange.journals.actions import read_journal
from exchange.netting import store
from exchange.netting.actions import approve_run, freeze_run, prepare_run, settle_run
from exchange.netting.model import Mode
from exchange.netting.reading import pain_of, read_run
from exchange.signing.files import KIND
from kdnx.errors import NotFound, Refused
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable
from tests.exchange.netting.test_run import holds, office
from tests.exchange.signing.test_files import a_row


async def history(conn, cast):
    """100.01 and 100.02 of Altbestand from Nord to Sued, and 40.00 confirmed by kdnx."""
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(
        conn, cast, cast.nord, cast.sued, ("N2B", "N2B"), number="L-2024-0001", surcharge_pct="0"
    )
    await conn.act_as(cast.office)
    assert (await KIND.write(conn, cast.office, [a_row(n, "L-2024-0001") for n in (1, 2)])).new == 2
    await a_confirmed(conn, cast.nord, cast.sued, order, 40_00)


async def opened(conn, cast):
    viewer = await office(conn, cast)
    run = await prepare_run(conn, viewer, Mode.OPENING)
    await freeze_run(conn, viewer, run.id)
    second = await office(conn, cast, second=True)
    await approve_run(conn, second, run.id)
    return await settle_run(conn, second, run.id, bank_day=conn.today)


async def left(conn, cast):
    return {
        b.member_id: (b.payable, b.receivable)
        for b in await store.read_balances(conn, cast.hub.id, None)
    }


async def test_it_takes_altbestand_alone_and_pays_nobody(conn, cast):
    await history(conn, cast)
    run = await opened(conn, cast)
    shown = await read_run(conn, cast.hub.second, run.id)
    assert {(x.member_id, x.out_cents, x.in_cents) for x in shown.lines} == {
        (cast.nord.id, 200_03, 0), (cast.sued.id, 0, 200_03),
    }  # fmt: skip
    assert shown.payments == [] and shown.invoices == 0
    with pytest.raises(NotFound):
        await pain_of(conn, cast.hub.second, shown)
    assert await left(conn, cast) == {cast.nord.id: (40_00, 0), cast.sued.id: (0, 40_00)}
    for actor in (cast.nord, cast.sued, cast.hub):
        await conn.act_as(actor.viewer)
        journal = await read_journal(conn, actor.viewer, None, date(2026, 1, 1), conn.today)
        assert not [x for x in journal.lines if x.entry.startswith("payment")]
    await holds(conn)
    # what is taken over later is opened later; the rest is paid like any other
    await conn.act_as(cast.office)
    assert (await KIND.write(conn, cast.office, [a_row(3, "L-2024-0001")])).new == 1
    conn.now += timedelta(days=1)
    again = await opened(conn, cast)
    assert {
        x.out_cents + x.in_cents for x in (await read_run(conn, cast.hub.second, again.id)).lines
    } == {100_03}
    conn.now += timedelta(days=1)
    viewer = await office(conn, cast)
    run = await prepare_run(conn, viewer, Mode.MULTILATERAL)
    await freeze_run(conn, viewer, run.id)
    assert [p.cents for p in (await read_run(conn, viewer, run.id)).payments] == [40_00]
    await holds(conn)


async def test_after_the_first_payment_there_is_nothing_to_open(conn, cast):
    await history(conn, cast)
    viewer = await office(conn, cast)
    run = await prepare_run(conn, viewer, Mode.BILATERAL)
    await freeze_run(conn, viewer, run.id)
    second = await office(conn, cast, second=True)
    await approve_run(conn, second, run.id)
    await settle_run(conn, second, run.id, bank_day=conn.today)
    with pytest.raises(Refused) as refused:
        await prepare_run(conn, second, Mode.OPENING)
    assert refused.value.code == "opening_late" and run.number in refused.value.detail


async def test_the_pages_say_what_it_is_and_warn_of_paying_twice(client, conn, cast):
    await history(conn, cast)
    me, other = client.as_(cast.hub.viewer), client.as_(cast.hub.second)
    made = await me.post("/settlements", {"mode": "bilateral"})
    page = (await me.get(made.headers["location"])).text
    assert "Altbestand in der Vorschau" in page and "200,03" in page
    version = {"row_version": 1, "reason": "erst eröffnen"}
    await me.post(made.headers["location"] + "/discard", version)
    made = await me.post("/settlements", {"mode": "opening"})
    at = made.headers["location"]
    page = (await me.get(at)).text
    assert (
        "Eröffnung" in page
        and "überwiesen wird nichts" in page
        and "Altbestand in der Vorschau" not in page
    )
    await me.post(at + "/freeze", {"row_version": 1})
    own = (await client.as_(cast.sued.viewer).get(at)).text
    assert "als bezahlt gebucht" in own and "Bankdatei" not in own and "Kontoauszug" not in own
    page = (await other.get(at)).text
    assert "Eröffnung freigeben" in page
    await other.post(at + "/approve", {"row_version": 2})
    page = (await other.get(at)).text
    assert "Altbestand ausbuchen" in page and "pain001" not in page
    await other.post(at + "/settle", {"row_version": 3, "bank_day": str(conn.today)})
    page = (await other.get(at)).text
    assert "war vor kdnx bezahlt" in page and "ausgeglichen" in page
