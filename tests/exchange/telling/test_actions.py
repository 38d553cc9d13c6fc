"""Who learns of an order's and a booking's fate: the other side, once a batch, and no stranger."""

from datetime import date, timedelta
from uuid import UUID

from exchange.bookings.model import DisputeReason
from exchange.signing.actions import Signing, confirm_bookings, dispute_booking
from exchange.silence.actions import run_silence
from kdnx.db.conn import Conn
from kdnx.notices.actions import nobody_is_told
from tests.cast import Cast
from tests.exchange.build import SYSTEM, a_booking, an_order
from tests.exchange.order_build import an_order_at, take


async def told(conn: Conn, member: UUID) -> list[tuple[str, str]]:
    """(kind, address) of one person's notices of a member, oldest first."""
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(
        "SELECT DISTINCT kind, url, created_at, object_id FROM kdnx.notice WHERE owner_id = $1 ORDER BY created_at, kind",
        member,
    )
    return [(r["kind"], r["url"]) for r in rows]


async def test_an_order_tells_the_other_side_and_whoever_is_next(conn: Conn, cast: Cast) -> None:
    order = await an_order_at(conn, cast, "interest")
    url = f"/orders/{order.id}"
    assert await told(conn, cast.nord.id) == [("order.moved", url)]
    assert await told(conn, cast.sued.id) == []
    order = await take(conn, cast, order, "coordinating")
    assert await told(conn, cast.sued.id) == [("order.moved", url)]
    assert await told(conn, cast.hub.id) == []
    order = await take(conn, cast, order, "offered")
    assert await told(conn, cast.hub.id) == [("order.submitted", url)]
    await take(conn, cast, order, "reviewed")
    assert ("order.submitted", url) in await told(conn, cast.nord.id)
    assert await told(conn, cast.fremd.id) == []


async def test_a_draft_is_nobodys_business(conn: Conn, cast: Cast) -> None:
    await an_order_at(conn, cast, "draft")
    for member in (cast.nord, cast.sued, cast.hub, cast.fremd):
        assert await told(conn, member.id) == []


async def test_an_approved_order_is_told_as_such(conn: Conn, cast: Cast) -> None:
    order = await an_order_at(conn, cast, "active")
    kinds = {k for k, _url in await told(conn, cast.nord.id)}
    assert "order.approved" in kinds, order.state


async def test_a_proposal_reaches_who_has_to_sign(conn: Conn, cast: Cast) -> None:
    order = await an_order(conn, cast, cast.nord, cast.sued)
    row = await a_booking(conn, cast.nord, order)
    assert await told(conn, cast.sued.id) == [("booking.proposed", f"/bookings/{row.id}")]
    assert await told(conn, cast.nord.id) == []
    assert await told(conn, cast.fremd.id) == []


async def test_a_batch_is_one_notice(conn: Conn, cast: Cast) -> None:
    order = await an_order(conn, cast, cast.nord, cast.sued)
    rows = [await a_booking(conn, cast.nord, order, reference=f"R{n}") for n in range(3)]
    await conn.act_as(cast.sued.viewer)
    await confirm_bookings(conn, cast.sued.viewer, [Signing(r.id) for r in rows])
    assert await told(conn, cast.nord.id) == [
        ("booking.confirmed", "/bookings?view=all&state=confirmed")
    ]
    titles = await conn.fetch(
        "SELECT title, person_id FROM kdnx.notice WHERE owner_id = $1", cast.nord.id
    )
    assert [r["title"] for r in titles] == ["3 Buchungen sind bestätigt"] * 2
    assert {r["person_id"] for r in titles} == {
        cast.nord.viewer.person_id,
        cast.nord.second.person_id,
    }


async def test_a_dispute_goes_to_the_proposer(conn: Conn, cast: Cast) -> None:
    row = await a_booking(conn, cast.nord, await an_order(conn, cast, cast.nord, cast.sued))
    await conn.act_as(cast.sued.viewer)
    await dispute_booking(
        conn, cast.sued.viewer, row.id, reason=DisputeReason.AMOUNT, text="Zu viel", claimed_cents=0
    )
    assert await told(conn, cast.nord.id) == [("booking.disputed", f"/bookings/{row.id}")]
    title = await conn.fetchval(
        "SELECT min(title) FROM kdnx.notice WHERE owner_id = $1", cast.nord.id
    )
    assert "Zu viel" not in title


async def test_silence_tells_both_sides(conn: Conn, cast: Cast) -> None:
    order = await an_order(conn, cast, cast.nord, cast.sued, confirm_days=1)
    row = await a_booking(conn, cast.nord, order, first=date(2025, 7, 1), last=date(2025, 7, 31))
    later = Conn(conn.raw, conn.now + timedelta(days=40), "later")
    await later.act_as(SYSTEM)
    assert await run_silence(later) == 1
    assert await told(conn, cast.nord.id) == [("booking.escalated", f"/bookings/{row.id}")]
    assert ("booking.escalated", f"/bookings/{row.id}") in await told(conn, cast.sued.id)
    assert await told(conn, cast.fremd.id) == []


async def test_history_that_is_taken_over_tells_nobody(conn: Conn, cast: Cast) -> None:
    order = await an_order(conn, cast, cast.nord, cast.sued)
    with nobody_is_told():
        await a_booking(conn, cast.nord, order)
    assert await told(conn, cast.sued.id) == []
    await a_booking(conn, cast.nord, order, reference="R2")
    assert len(await told(conn, cast.sued.id)) == 1
