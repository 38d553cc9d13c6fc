"""Bookings as JSON: list, read, propose, withdraw, reverse, adjust."""

from datetime import datetime
from uuid import UUID

from exchange.bookings import store
from exchange.bookings.actions import (
    Proposal,
    adjust_booking,
    propose_booking,
    reverse_booking,
    withdraw_booking,
)
from exchange.bookings.model import possible
from exchange.bookings.schemas import (
    AdjustBody,
    BookingList,
    BookingOut,
    BookingQuery,
    ProposalBody,
    ReasonBody,
)
from exchange.bookings.store import BookingFilter, Row
from exchange.ledger.reading import own_or_all
from kdnx.errors import Invalid, NotFound
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.api import Api, expected_version
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call

api = Api("bookings")


def booking_out(viewer: Viewer, row: Row) -> BookingOut:
    """A booking as the caller sees it, with the moves open to the caller."""
    moves = possible(
        row,
        viewer.members,
        may_propose=viewer.may(Permission.BOOKING_PROPOSE),
        may_confirm=viewer.may(Permission.BOOKING_CONFIRM),
    )
    return BookingOut.model_validate(
        {
            **vars(row),
            "number": row.booking_number,
            "provider_id": row.owner_id,
            "surcharge_cents": row.confirmed_surcharge_cents,
            "evidence": row.evidence.hex() if row.evidence else None,
            "moves": [m.value for m in moves],
        }
    )


@api.get("/api/v1/bookings", permission=Permission.BOOKING_READ)
async def list_bookings_json(call: Call, *, query: BookingQuery) -> BookingList:
    """Bookings of the caller's members, newest first."""
    secret = call.house.settings.secret()
    after = None
    if query.cursor:
        at, last_id = decode_cursor(secret, query.cursor, 2)
        try:
            after = (datetime.fromisoformat(at), UUID(last_id))
        except ValueError:
            raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    wanted = BookingFilter(query.state, query.year, query.order, None, after)
    rows = await store.list_bookings(call.conn, own_or_all(call.viewer), wanted, query.limit + 1)
    shown = rows[: query.limit]
    cursor = (
        encode_cursor(secret, [shown[-1].proposed_at, shown[-1].id])
        if len(rows) > query.limit
        else None
    )
    return BookingList(items=[booking_out(call.viewer, r) for r in shown], next=cursor)


@api.get("/api/v1/bookings/{id}", permission=Permission.BOOKING_READ)
async def get_booking_json(call: Call, *, id: UUID) -> BookingOut:
    """One booking."""
    row = await store.find_booking(call.conn, id)
    if row is None:
        raise NotFound(_("Diese Buchung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return booking_out(call.viewer, row)


@api.post("/api/v1/bookings", permission=Permission.BOOKING_PROPOSE, status=201)
async def propose_booking_json(call: Call, *, body: ProposalBody) -> BookingOut:
    """Propose a booking on an order of the caller."""
    row = await propose_booking(call.conn, call.viewer, Proposal(**body.model_dump()))
    return booking_out(call.viewer, row)


@api.post("/api/v1/bookings/{id}/withdraw", permission=Permission.BOOKING_PROPOSE, needs_match=True)
async def withdraw_booking_json(call: Call, *, id: UUID, body: ReasonBody) -> BookingOut:
    """Take back an open proposal."""
    version = expected_version(call.request)
    row = await withdraw_booking(call.conn, call.viewer, id, reason=body.reason, expected=version)
    return booking_out(call.viewer, row)


@api.post(
    "/api/v1/bookings/{id}/reverse",
    permission=Permission.BOOKING_PROPOSE,
    status=201,
    needs_match=True,
)
async def reverse_booking_json(call: Call, *, id: UUID, body: ReasonBody) -> BookingOut:
    """Propose a reversal of a confirmed booking; the new booking comes back."""
    version = expected_version(call.request)
    row = await reverse_booking(call.conn, call.viewer, id, reason=body.reason, expected=version)
    return booking_out(call.viewer, row)


@api.post(
    "/api/v1/bookings/{id}/adjust",
    permission=Permission.BOOKING_PROPOSE,
    status=201,
    needs_match=True,
)
async def adjust_booking_json(call: Call, *, id: UUID, body: AdjustBody) -> BookingOut:
    """Propose an adjustment of a confirmed booking; the new booking comes back."""
    version = expected_version(call.request)
    row = await adjust_booking(
        call.conn,
        call.viewer,
        id,
        delta_cents=body.delta_cents,
        reason=body.reason,
        expected=version,
    )
    return booking_out(call.viewer, row)
