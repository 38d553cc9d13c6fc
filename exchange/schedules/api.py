"""Booking plans for machines: read, switch, report what was used."""

from datetime import timedelta
from uuid import UUID

from exchange.orders.actions import read_order
from exchange.schedules.actions import read_outlook, report_quantities, switch_schedule
from exchange.schedules.reading import Entry
from exchange.schedules.schemas import (
    AmountOut,
    PeriodOut,
    ProposedOut,
    QuantityBody,
    ScheduleOut,
    ScheduleQuery,
    SwitchBody,
)
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("schedules")
YEAR, FARTHEST = timedelta(days=366), timedelta(days=5 * 366)


def _period(number: str, e: Entry) -> PeriodOut:
    p, b = e.piece, e.booking
    lines = [AmountOut(line=x.ordinal, label=x.label, cents=c) for x, c in p.amounts]
    return PeriodOut(
        kind=p.kind.value, first=p.first, last=p.last, label=p.label, version=p.version, net_cents=p.cents,
        lines=lines, standing=e.standing.value, reference=p.reference(number), booking_id=b.id if b else None,
        booking_state=b.state if b else None,
    )  # fmt: skip


@api.get("/api/v1/orders/{id}/schedule", permission=Permission.BOOKING_READ)
async def get_schedule_json(call: Call, *, id: UUID, query: ScheduleQuery) -> ScheduleOut:
    """The periods of an order from its beginning up to a day, each with where it stands."""
    await read_order(call.conn, call.viewer, id)
    until = query.until or call.conn.today + YEAR
    if until > call.conn.today + FARTHEST:
        raise Invalid(_("Der Plan reicht höchstens fünf Jahre voraus."), code="too_far")
    found = await read_outlook(call.conn, id, until)
    h = found.head
    return ScheduleOut(
        order_id=h.order_id, number=h.number, is_on=h.is_on, begins=h.begins, row_version=h.row_version,
        items=[_period(h.number, e) for e in found.entries],
    )  # fmt: skip


@api.post("/api/v1/orders/{id}/schedule", permission=Permission.BOOKING_PROPOSE)
async def switch_schedule_json(call: Call, *, id: UUID, body: SwitchBody) -> ProposedOut:
    """Switch the calendar of an order on from a day, or off; gives what was due and is proposed now."""
    rows = await switch_schedule(
        call.conn, call.viewer, id, is_on=body.is_on, begins=body.begins, expected=None
    )
    return ProposedOut(booking_ids=[r.id for r in rows])


@api.post("/api/v1/orders/{id}/quantities", permission=Permission.BOOKING_PROPOSE, status=201)
async def report_quantities_json(call: Call, *, id: UUID, body: QuantityBody) -> ProposedOut:
    """Report what was used in an elapsed period."""
    amounts = {x.line: x.quantity for x in body.lines}
    rows = await report_quantities(call.conn, call.viewer, id, body.first, amounts, body.note)
    return ProposedOut(booking_ids=[r.id for r in rows])
