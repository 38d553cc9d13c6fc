"""Reads what the order of a booking says about its days."""

from exchange.bookings.model import BookingKind
from exchange.bookings.store import Row
from exchange.expected.model import Expectation, expect
from exchange.schedules.reading import Entry, read_outlooks
from kdnx.db.conn import Conn
from kdnx.viewer import Permission, Viewer, require


async def read_expectation(
    conn: Conn, viewer: Viewer, booking: Row
) -> tuple[Expectation, list[Entry]] | None:
    """The booking beside the plan of its order, and the compared periods with their reported quantities.

    None where there is nothing to compare: reversals, corrections and shares of costs follow from
    another booking or an account of costs, and an order whose terms the viewer may not read says nothing.
    """
    require(viewer, Permission.BOOKING_READ)
    if booking.kind != BookingKind.REGULAR.value or booking.parent_id is not None:
        return None
    found = await read_outlooks(conn, [booking.order_id], booking.service_to, whole=True)
    if not found or not found[0].versions:
        return None
    entries = found[0].entries
    result = expect(
        [e.piece for e in entries], (booking.service_from, booking.service_to), booking.net_cents,
        booking.reference, found[0].head.number,
    )  # fmt: skip
    return result, [e for e in entries if e.piece in result.pieces]
