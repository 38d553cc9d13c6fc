"""What silence means: escalate, expire, consent; disputes that nobody settles; all once."""

from datetime import timedelta

import pytest

from exchange.bookings.model import DisputeReason
from exchange.bookings.store import find_booking
from exchange.signing.actions import dispute_booking
from exchange.silence.actions import run_disputes, run_silence
from kdnx.db.conn import Conn
from tests.exchange.build import SYSTEM, a_booking, an_order


async def later(conn, days):
    """The same transaction, days on."""
    it = Conn(conn.raw, conn.now + timedelta(days=days), "later")
    await it.act_as(SYSTEM)
    return it


@pytest.mark.parametrize(
    ("silence", "state", "escalated"),
    [("escalate", "proposed", True), ("expire", "expired", False), ("consent", "confirmed", False)],
)
async def test_after_the_day_to_confirm(conn, cast, silence, state, escalated):
    order = await an_order(conn, cast, cast.nord, cast.sued, silence=silence, confirm_days=10)
    row = await a_booking(conn, cast.nord, order, 500_00)
    on_time = await later(conn, 10)
    assert await run_silence(on_time) == 0
    late = await later(conn, 11)
    assert await run_silence(late) == 1
    after = await find_booking(late, row.id)
    assert (after.state, after.escalated_at is not None) == (state, escalated)
    assert await run_silence(late) == 0
    if silence == "consent":
        assert (after.origin, after.confirmed_by, after.confirmed_person) == (
            "policy",
            cast.sued.id,
            None,
        )
        assert await conn.fetchval("SELECT sum(cents) FROM exchange.volume") == 500_00
    else:
        assert await conn.fetchval("SELECT count(*) FROM exchange.transfer") == 0
    open_tasks = await conn.fetchval(
        "SELECT count(*) FROM kdnx.task WHERE object_id = $1 AND state = 'open' AND owner_id = $2",
        row.id,
        cast.hub.id,
    )
    assert open_tasks == (1 if escalated else 0)


async def test_a_correction_is_never_signed_by_silence(conn, cast):
    from exchange.bookings.actions import adjust_booking
    from exchange.signing.actions import confirm_booking

    order = await an_order(conn, cast, cast.nord, cast.sued, silence="consent", confirm_days=5)
    row = await a_booking(conn, cast.nord, order, 500_00)
    await conn.act_as(cast.sued.viewer)
    await confirm_booking(conn, cast.sued.viewer, row.id)
    more = await adjust_booking(
        conn, cast.sued.viewer, row.id, delta_cents=-100_00, reason="zu viel"
    )
    late = await later(conn, 30)
    await run_silence(late)
    assert (await find_booking(late, more.id)).state == "proposed"


async def test_a_dispute_nobody_settles_goes_to_the_office(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued)
    row = await a_booking(conn, cast.nord, order, 500_00)
    await conn.act_as(cast.sued.viewer)
    await dispute_booking(
        conn, cast.sued.viewer, row.id, reason=DisputeReason.AMOUNT, text="zu hoch", claimed_cents=1
    )
    assert await run_disputes(await later(conn, 30)) == 0
    late = await later(conn, 31)
    assert await run_disputes(late) == 1
    assert await run_disputes(late) == 0
    assert (await find_booking(late, row.id)).escalated_at is not None
