"""From the name of a move to the action that makes it."""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

from exchange.approvals.actions import approve_order
from exchange.orders.actions import (
    coordinate_order,
    decline_order,
    express_interest,
    return_order,
    withdraw_order,
)
from exchange.orders.model import OrderEvent
from exchange.orders.store import Order
from exchange.running.actions import (
    confirm_termination,
    pause_order,
    refuse_termination,
    request_termination,
    resume_order,
    withdraw_termination,
)
from kdnx.db.conn import Conn
from kdnx.viewer import Viewer

E = OrderEvent
# moves that need a reason at most
PLAIN: dict[OrderEvent, Callable[..., Awaitable[Order]]] = {
    E.COORDINATE: coordinate_order,
    E.RETURN: return_order,
    E.WITHDRAW: withdraw_order,
    E.DECLINE: decline_order,
    E.PAUSE: pause_order,
    E.RESUME: resume_order,
    E.CONFIRM_TERMINATION: confirm_termination,
    E.REFUSE_TERMINATION: refuse_termination,
    E.WITHDRAW_TERMINATION: withdraw_termination,
}
SIMPLE = frozenset({*PLAIN, E.EXPRESS, E.REQUEST_TERMINATION})


async def make_move(
    conn: Conn,
    viewer: Viewer,
    order_id: UUID,
    event: OrderEvent,
    *,
    reason: str,
    on: date | None,
    expected: int | None,
) -> Order:
    """Make one of the simple moves, or sign for the side whose turn it is."""
    if event == E.EXPRESS:
        return await express_interest(conn, viewer, order_id, expected=expected)
    if event == E.REQUEST_TERMINATION:
        return await request_termination(
            conn, viewer, order_id, on=on, reason=reason, expected=expected
        )
    if event in PLAIN:
        return await PLAIN[event](conn, viewer, order_id, reason=reason, expected=expected)
    return await approve_order(conn, viewer, order_id, note=reason, expected=expected)
