"""Notices for machines; they are given and answered by the named moves of the order."""

from uuid import UUID

from exchange.orders.actions import read_order
from exchange.running import store
from exchange.running.schemas import TerminationList, TerminationOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("orders")


@api.get("/api/v1/orders/{id}/terminations", permission=Permission.ORDER_READ)
async def list_terminations_json(call: Call, *, id: UUID) -> TerminationList:
    """The notices of an order: day, reason, answer, and whether the service goes on."""
    order = await read_order(call.conn, call.viewer, id)
    rows = await store.list_terminations(call.conn, order.owner_id, order.id)
    return TerminationList(items=[TerminationOut.model_validate(t) for t in rows])
