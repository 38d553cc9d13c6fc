"""The named moves of an order for machines: POST /api/v1/orders/{id}/{move}."""

from typing import Literal
from uuid import UUID

from exchange.moves.actions import make_move
from exchange.orders.api import order_out
from exchange.orders.model import OrderEvent
from exchange.orders.schemas import MoveBody, OrderOut
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("orders")
Move = Literal[
    "express", "coordinate", "return", "withdraw", "decline", "pause", "resume", "request_termination",
    "confirm_termination", "refuse_termination", "withdraw_termination",
]  # fmt: skip


@api.post("/api/v1/orders/{id}/{move}", permission=Permission.ORDER_READ, needs_match=True)
async def move_order_json(call: Call, *, id: UUID, move: Move, body: MoveBody) -> OrderOut:
    """Make a named move with its reason."""
    order = await make_move(
        call.conn,
        call.viewer,
        id,
        OrderEvent(move),
        reason=body.reason,
        on=body.on,
        expected=expected_version(call.request),
    )
    return await order_out(call, order)
