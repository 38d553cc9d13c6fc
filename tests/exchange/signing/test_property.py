"""Any sequence of acts keeps the books: transit zero, sums zero, report = fold of transfers, chains verify."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.bookings import part as bookings
from exchange.bookings.actions import adjust_booking, reverse_booking, withdraw_booking
from exchange.bookings.model import BookingState, DisputeReason
from exchange.ledger import part as ledger
from exchange.ledger.actions import verify_ledger
from exchange.reports import part as reports
from exchange.reports.model import By
from exchange.reports.reading import read_volume
from exchange.signing.actions import confirm_booking, confirm_part, dispute_booking
from kdnx.errors import KdnxError
from tests.exchange.build import SYSTEM, a_booking, an_order

ACTS = ("propose", "confirm", "confirm", "part", "dispute", "withdraw", "reverse", "adjust")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(ACTS), st.integers(0, 30), st.integers(1, 2_000_00), st.integers(0, 364)
    ),
    min_size=4,
    max_size=22,
)
ALL_BOOKINGS = "SELECT id, owner_id, recipient_id, proposed_by FROM exchange.booking ORDER BY proposed_at, ordinal, order_id"
SUMS = "SELECT coalesce(sum(cents), 0) FROM exchange.entry"
FOLD = """
SELECT coalesce(sum(b.sign * c.confirmed_cents), 0)::bigint FROM exchange.booking b
JOIN exchange.confirmation c ON c.owner_id = b.owner_id AND c.booking_id = b.id WHERE b.service_year = 2026
"""


async def step(conn, cast, orders, act, pick, cents, day):
    if act == "propose":
        provider, order = orders[pick % len(orders)]
        first = date(2026, 1, 1) + timedelta(days=day)
        last = min(first + timedelta(days=cents % 90), date(2026, 12, 31))
        await a_booking(conn, provider, order, cents, first, last)
        return
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(ALL_BOOKINGS)
    if not rows:
        return
    row = rows[pick % len(rows)]
    by_id = {cast.nord.id: cast.nord, cast.sued.id: cast.sued}
    proposer = by_id[row["proposed_by"]]
    other = by_id[
        row["owner_id"] if row["proposed_by"] == row["recipient_id"] else row["recipient_id"]
    ]
    # now and then the wrong side tries
    actor = (
        (proposer if act == "withdraw" else other)
        if day % 7
        else (other if act == "withdraw" else proposer)
    )
    await conn.act_as(actor.viewer)
    v, i = actor.viewer, row["id"]
    if act == "confirm":
        await confirm_booking(conn, v, i)
    elif act == "part":
        await confirm_part(conn, v, i, cents=cents, reason="nur ein Teil")
    elif act == "dispute":
        await dispute_booking(
            conn, v, i, reason=DisputeReason.OTHER, text="stimmt nicht", claimed_cents=0
        )
    elif act == "withdraw":
        await withdraw_booking(conn, v, i, reason="doch nicht")
    elif act == "reverse":
        await reverse_booking(conn, v, i, reason="falsch gebucht")
    else:
        await adjust_booking(conn, v, i, delta_cents=cents if day % 2 else -cents, reason="anders")


async def holds(conn):
    await conn.act_as(SYSTEM)
    for check in (*ledger.CHECKS, *bookings.CHECKS, *reports.CHECKS):
        assert not await conn.fetch(check.sql), check.name
    assert (await verify_ledger(conn)).ok
    assert await conn.fetchval(SUMS) == 0
    assert (
        await conn.fetchval(
            "SELECT count(*) FROM exchange.booking WHERE NOT state = ANY ($1)",
            [s.value for s in BookingState],
        )
        == 0
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_any_sequence_keeps_the_books(conn, cast, steps):
    outer = conn.raw.transaction()
    await outer.start()
    try:
        orders = [
            (
                cast.nord,
                await an_order(conn, cast, cast.nord, cast.sued, surcharge_pct="2.5", fee_cents=7),
            ),
            (cast.sued, await an_order(conn, cast, cast.sued, cast.nord, route="direct")),
        ]
        for act, pick, cents, day in steps:
            try:
                async with conn.savepoint():
                    await step(conn, cast, orders, act, pick, cents, day)
            except KdnxError:
                continue
        await holds(conn)
        await conn.act_as(cast.office)
        fold = await conn.fetchval(FOLD)
        for by in By:
            assert (await read_volume(conn, cast.office, 2026, by=by)).total_cents == fold
    finally:
        await outer.rollback()
