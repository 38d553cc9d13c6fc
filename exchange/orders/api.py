"""Orders for machines: list, read, ask."""

from uuid import UUID

from exchange.orders import actions, store
from exchange.orders.model import OrderState
from exchange.orders.reading import OrderSelection, find_piece
from exchange.orders.schemas import (
    LegOut,
    LineOut,
    NewOrder,
    OrderList,
    OrderOut,
    OrderQuery,
    OrderSummary,
)
from exchange.orders.store import Order
from kdnx.errors import FieldError, Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("orders")
P = Permission


async def order_out(call: Call, order: Order) -> OrderOut:
    """The order with its schedule, legs and possible moves."""
    key = (order.owner_id, order.id, order.current_version)
    legs = [LegOut.model_validate(x) for x in await store.list_legs(call.conn, *key)]
    lines = [LineOut.model_validate(x) for x in await store.list_lines(call.conn, *key)]
    moves = [m.value for m in actions.possible(call.viewer, order)]
    return OrderOut.model_validate(order).model_copy(
        update={"legs": legs, "lines": lines, "moves": moves}
    )


@api.get("/api/v1/orders", permission=P.ORDER_READ)
async def list_orders_json(call: Call, *, query: OrderQuery) -> OrderList:
    """The caller's orders, newest number first."""
    if query.state is not None and query.state not in set(OrderState):
        message = _("Diesen Zustand gibt es nicht.")
        raise Invalid(message, errors=[FieldError("state", message)])
    wanted = OrderSelection(
        query.side, [query.state] if query.state else None, query.offering_id, query.q or None
    )
    piece = await find_piece(call, wanted, query.cursor, query.limit)
    return OrderList(items=[OrderSummary.model_validate(o) for o in piece.items], next=piece.next)


@api.get("/api/v1/orders/{id}", permission=P.ORDER_READ)
async def get_order_json(call: Call, *, id: UUID) -> OrderOut:
    """One order."""
    return await order_out(call, await actions.read_order(call.conn, call.viewer, id))


@api.post("/api/v1/orders", permission=P.ORDER_EDIT, status=201)
async def create_order_json(call: Call, *, body: NewOrder) -> OrderOut:
    """Ask for an offering as the recipient."""
    return await order_out(call, await actions.create_order(call.conn, call.viewer, body))
