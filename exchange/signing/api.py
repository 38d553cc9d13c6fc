"""The second signature as JSON."""

from uuid import UUID

from exchange.bookings.api import booking_out
from exchange.bookings.schemas import BookingOut
from exchange.signing.actions import (
    Signing,
    confirm_booking,
    confirm_bookings,
    confirm_part,
    dispute_booking,
)
from exchange.signing.schemas import BulkBody, BulkOut, DisputeBody, PartBody, RefusedOut
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("bookings")


@api.post("/api/v1/bookings/confirm", permission=Permission.BOOKING_CONFIRM)
async def confirm_bookings_json(call: Call, *, body: BulkBody) -> BulkOut:
    """Confirm many; those that cannot be signed come back as refused."""
    done = await confirm_bookings(
        call.conn, call.viewer, [Signing(i) for i in body.ids], skip_refused=True
    )
    return BulkOut(
        confirmed=[booking_out(call.viewer, r) for r in done.confirmed],
        refused=[RefusedOut(id=i, code=e.code, detail=e.detail) for i, e in done.refused],
    )


@api.post("/api/v1/bookings/{id}/confirm", permission=Permission.BOOKING_CONFIRM, needs_match=True)
async def confirm_booking_json(call: Call, *, id: UUID) -> BookingOut:
    """Confirm the whole amount."""
    row = await confirm_booking(call.conn, call.viewer, id, expected=expected_version(call.request))
    return booking_out(call.viewer, row)


@api.post(
    "/api/v1/bookings/{id}/confirm-part", permission=Permission.BOOKING_CONFIRM, needs_match=True
)
async def confirm_part_json(call: Call, *, id: UUID, body: PartBody) -> BookingOut:
    """Confirm a part; the rest becomes a disputed booking of its own."""
    version = expected_version(call.request)
    row = await confirm_part(
        call.conn, call.viewer, id, cents=body.confirmed_cents, reason=body.reason, expected=version
    )
    return booking_out(call.viewer, row)


@api.post("/api/v1/bookings/{id}/dispute", permission=Permission.BOOKING_CONFIRM, needs_match=True)
async def dispute_booking_json(call: Call, *, id: UUID, body: DisputeBody) -> BookingOut:
    """Disagree with reason and amount."""
    version = expected_version(call.request)
    row = await dispute_booking(
        call.conn,
        call.viewer,
        id,
        reason=body.reason_code,
        text=body.text,
        claimed_cents=body.claimed_cents,
        expected=version,
    )
    return booking_out(call.viewer, row)
