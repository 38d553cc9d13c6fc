"""A year's cost is settled against what is confirmed: the worked example to the cent, once, seen by those it concerns."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from exchange.bookings import store as bookings
from exchange.bookings.actions import reverse_booking
from exchange.bookings.store import BookingFilter
from exchange.shares import store
from exchange.shares.actions import (
    Figures,
    create_pool,
    discard_pool,
    propose_pool,
    read_pool,
    save_pool,
)
from exchange.shares.drafting import work_out
from exchange.shares.model import KeyKind
from exchange.signing.actions import confirm_booking, confirm_part
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from kdnx.ids import named_id
from tests.cast import make_actor
from tests.exchange.build import SYSTEM, a_booking, an_order
from tests.exchange.closing.build import closed, proved, started

OFFERING = named_id("offering", "hosting")
AFTER = datetime(2027, 1, 15, 9, 0, tzinfo=UTC)
LAST = date(2026, 12, 31)
NINETY = Figures(KeyKind.EQUAL, 90_000_01, by_days=False, evidence="Kostenstelle 4711")
DECIDE = """
INSERT INTO exchange.tax_decision (owner_id, order_id, leg, valid_from, version, tax_code, origin, decided_at)
SELECT $1, $2, l, '2020-01-01', 1, 'N2B', 'legacy', $3 FROM generate_series(1, 2) l
"""


async def paid(conn, cast, order, payer, cents, last=LAST):
    row = await a_booking(conn, cast.nord, order, cents, date(2026, 1, 1), last)
    await conn.act_as(payer.viewer)
    return await confirm_booking(conn, payer.viewer, row.id)


@pytest.fixture
async def three(conn, cast):
    """Three recipients of one offering who paid 29,000, 31,000 and 30,000 euro in advance."""
    conn.now = AFTER
    await conn.act_as(SYSTEM)
    third = await make_actor(conn, "DRIT", "Drittrechen", "Westen")
    orders = []
    for n, (who, cents) in enumerate(((cast.sued, 29_000_00), (cast.fremd, 31_000_00), (third, 30_000_00)), 1):  # fmt: skip
        order = await an_order(conn, cast, cast.nord, who, number=f"L-2026-000{n}")
        await paid(conn, cast, order, who, cents)
        orders.append(order)
    await conn.act_as(cast.nord.viewer)
    return orders


async def settled(conn, cast, figures=NINETY):
    nord = cast.nord.viewer
    await conn.act_as(nord)
    pool = await create_pool(conn, nord, OFFERING, 2026, figures)
    return pool, await propose_pool(conn, nord, pool.id, expected=1)


async def test_the_worked_example_is_booked_and_signed(conn, cast, three):
    pool, rows = await settled(conn, cast)
    assert sorted((r.number, r.sign * r.net_cents, r.kind, r.state) for r in rows) == [
        ("L-2026-0001", 1_000_01, "cost_share", "proposed"),
        ("L-2026-0002", -1_000_00, "cost_share", "proposed"),
    ]
    first, second = sorted(rows, key=lambda r: r.number)
    assert "90.000,01" in first.note and "1 von 3" in first.note
    await conn.act_as(cast.sued.viewer)
    done = await confirm_booking(conn, cast.sued.viewer, first.id)
    assert (done.confirmed_cents, done.confirmed_surcharge_cents) == (1_000_01, 25_00)
    await conn.act_as(cast.fremd.viewer)
    back = await confirm_booking(conn, cast.fremd.viewer, second.id)
    assert (back.sign, back.confirmed_surcharge_cents) == (-1, 25_00)
    await conn.act_as(cast.nord.viewer)
    volume = await conn.fetchval(
        "SELECT sum(sign * cents) FROM exchange.transfer WHERE owner_id = $1 AND kind = 'supply'", cast.nord.id
    )  # fmt: skip
    assert volume == 90_000_01
    await conn.act_as(SYSTEM)
    assert not await conn.fetch(store.WRONG_SUMS) and not await conn.fetch(store.WRONG_BOOKINGS)
    assert (await store.find_pool(conn, None, pool.id)).state == "proposed"


async def test_a_recipient_sees_its_own_share_once_settled(conn, cast, three):
    nord, sued = cast.nord.viewer, cast.sued.viewer
    pool = await create_pool(conn, nord, OFFERING, 2026, NINETY)
    await conn.act_as(sued)
    with pytest.raises(NotFound):
        await read_pool(conn, sued, pool.id)
    await conn.act_as(nord)
    await propose_pool(conn, nord, pool.id, expected=1)
    await conn.act_as(sued)
    draft = await work_out(conn, await read_pool(conn, sued, pool.id))
    assert [(s.number, s.share_cents) for s in draft.shares] == [("L-2026-0001", 30_000_01)]
    assert (draft.pool.key_total, draft.pool.participants) == (3, 3)
    with pytest.raises(Forbidden):
        await discard_pool(conn, sued, pool.id, expected=None)


async def test_it_is_settled_once_and_corrected_by_another_round(conn, cast, three):
    pool, rows = await settled(conn, cast)
    nord = cast.nord.viewer
    await conn.act_as(nord)
    with pytest.raises(Refused, match="abgerechnet"):
        await propose_pool(conn, nord, pool.id, expected=None)
    more = await create_pool(conn, nord, OFFERING, 2026, replace(NINETY, actual_cents=90_003_01))
    assert more.round == 2
    with pytest.raises(Refused, match="in Vorbereitung"):
        await create_pool(conn, nord, OFFERING, 2026, NINETY)
    with pytest.raises(Refused, match="noch offen"):
        await propose_pool(conn, nord, more.id, expected=None)
    for row in rows:
        who = cast.sued if row.recipient_id == cast.sued.id else cast.fremd
        await conn.act_as(who.viewer)
        await confirm_booking(conn, who.viewer, row.id)
    await conn.act_as(nord)
    again = await propose_pool(conn, nord, more.id, expected=None)
    assert sum(r.sign * r.net_cents for r in again) == 3_00
    assert {r.reference.rsplit("/", 1)[1] for r in again} == {"Spitz-2026-2"}


async def test_keys_are_filled_in_and_can_be_changed(conn, cast, three):
    nord = cast.nord.viewer
    pool = await create_pool(
        conn, nord, OFFERING, 2026, replace(NINETY, key_kind=KeyKind.INHABITANTS)
    )
    shares = (await work_out(conn, pool)).shares
    assert {s.key for s in shares} == {Decimal(100_000)}
    own = replace(NINETY, key_kind=KeyKind.OWN)
    pool = await save_pool(conn, nord, pool.id, own, {}, expected=1)
    draft = await work_out(conn, await read_pool(conn, nord, pool.id))
    assert "Schlüsselwerte" in draft.obstacles[0]
    keys = {three[0]: Decimal(2), three[1]: Decimal(1), three[2]: Decimal(0)}
    with pytest.raises(Stale):
        await save_pool(conn, nord, pool.id, own, keys, expected=1)
    pool = await save_pool(conn, nord, pool.id, own, keys, expected=2)
    shares = (await work_out(conn, pool)).shares
    assert [s.share_cents for s in shares] == [60_000_01, 30_000_00, 0]
    gone = await discard_pool(conn, nord, pool.id, expected=3)
    assert gone.state == "discarded"
    assert (await create_pool(conn, nord, OFFERING, 2026, NINETY)).round == 1


async def test_a_running_year_waits(conn, cast, three):
    nord = cast.nord.viewer
    # half past midnight of the last day in Germany
    conn.now = datetime(2026, 12, 30, 23, 30, tzinfo=UTC)
    pool = await create_pool(conn, nord, OFFERING, 2026, NINETY)
    with pytest.raises(Refused, match=r"31\.12\.2026"):
        await propose_pool(conn, nord, pool.id, expected=None)
    conn.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert len(await propose_pool(conn, nord, pool.id, expected=None)) == 2


async def test_a_year_being_closed_takes_no_share_and_a_closed_one_takes_it_late(conn, cast, three):
    nord = cast.nord.viewer
    pool = await create_pool(conn, nord, OFFERING, 2026, NINETY)
    await started(conn, cast, 2026)
    await conn.act_as(nord)
    with pytest.raises(Refused) as refused:
        await propose_pool(conn, nord, pool.id, expected=None)
    assert (refused.value.code, refused.value.remedy_url) == ("period_closing", "/closings/2026")
    assert any("abgeschlossen" in o for o in (await work_out(conn, pool)).obstacles)
    assert (await read_pool(conn, nord, pool.id)).state == "draft"
    await proved(conn, cast, 2026)
    await closed(conn, cast, 2026)
    await conn.act_as(nord)
    rows = await propose_pool(conn, nord, pool.id, expected=None)
    (mine,) = [r for r in rows if r.recipient_id == cast.sued.id]
    await conn.act_as(cast.sued.viewer)
    done = await confirm_booking(conn, cast.sued.viewer, mine.id)
    assert (done.kind, done.service_to.year, done.book_year) == ("cost_share", 2026, 2027)


async def test_open_bookings_and_undecided_tax_stand_in_the_way(conn, cast, three):
    row = await a_booking(conn, cast.nord, three[0], 100_00, date(2026, 3, 1), date(2026, 3, 31))
    nord = cast.nord.viewer
    pool = await create_pool(conn, nord, OFFERING, 2026, NINETY)
    with pytest.raises(Refused, match="L-2026-0001"):
        await propose_pool(conn, nord, pool.id, expected=None)
    assert (await bookings.find_booking(conn, row.id)).state == "proposed"
    conn.now = datetime(2028, 1, 15, 9, 0, tzinfo=UTC)
    later = await create_pool(conn, nord, OFFERING, 2027, NINETY)
    assert any("2027" in o for o in (await work_out(conn, later)).obstacles)
    await conn.act_as(SYSTEM)
    for order in three:
        await conn.execute(DECIDE, cast.nord.id, order, conn.now)
    await conn.act_as(nord)
    assert not (await work_out(conn, later)).obstacles
    with pytest.raises(Refused, match="niemand"):
        await create_pool(conn, nord, OFFERING, 2019, NINETY)


async def test_a_fee_paid_once_stays_out_however_it_was_corrected(conn, cast, three):
    """The set-up fee is no advance; neither is what takes it back, nor the rest of it that is signed later."""
    order, sued = three[0], cast.sued.viewer
    day = date(2026, 1, 1)
    fee = await a_booking(
        conn, cast.nord, order, 10_000_00, day, day, reference="L-2026-0001/2026-01-01/einmalig"
    )
    await conn.act_as(sued)
    await confirm_part(conn, sued, fee.id, cents=6_000_00, reason="vier Tage fehlten")
    rest = next(
        b
        for b in await bookings.list_bookings(conn, None, BookingFilter(order_id=order), 10)
        if b.parent_id == fee.id
    )
    await confirm_booking(conn, sued, rest.id)
    advances = (await store.get_advances(conn, cast.nord.id, [order], 2026))[order]
    assert advances == (29_000_00, 0)
    for booking_id in (fee.id, rest.id):
        await conn.act_as(cast.nord.viewer)
        back = await reverse_booking(conn, cast.nord.viewer, booking_id, reason="nicht geschuldet")
        await conn.act_as(sued)
        await confirm_booking(conn, sued, back.id)
    assert (await store.get_advances(conn, cast.nord.id, [order], 2026))[order] == advances


async def test_a_draft_follows_its_orders_until_it_is_settled(conn, cast, three):
    """Begun in summer: one recipient leaves in September, another one comes in October."""
    conn.now = datetime(2026, 7, 15, 9, 0, tzinfo=UTC)
    nord = cast.nord.viewer
    figures = replace(NINETY, by_days=True)
    pool = await create_pool(conn, nord, OFFERING, 2026, figures)
    await conn.act_as(SYSTEM)
    await conn.execute(
        "UPDATE exchange.service_order SET terminated_on = '2026-09-30', state = 'ended' WHERE id = $1",
        three[0],
    )
    fourth = await make_actor(conn, "VIER", "Viertrechen", "Westen")
    late = await an_order(
        conn, cast, cast.nord, fourth, number="L-2026-0004", starts_on=date(2026, 10, 1)
    )
    gone = await an_order(
        conn, cast, cast.nord, cast.sued, number="L-2026-0005", ends_on=date(2025, 12, 31)
    )
    conn.now = AFTER
    await conn.act_as(nord)
    days = {s.order_id: s.days for s in (await work_out(conn, pool)).shares}
    assert days == {three[0]: 273, three[1]: 365, three[2]: 365, late: 92} and gone not in days
    rows = await propose_pool(conn, nord, pool.id, expected=1)
    assert {r.order_id: r.service_to for r in rows}[three[0]] == date(2026, 9, 30)
    kept = (await work_out(conn, await read_pool(conn, nord, pool.id))).shares
    assert {s.order_id: s.days for s in kept} == days
    assert sum(s.share_cents for s in kept) == NINETY.actual_cents
