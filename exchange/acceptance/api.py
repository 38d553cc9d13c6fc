"""Accepting for machines: POST /api/v1/interests/{id}/accept answers with the order."""

from uuid import UUID

from exchange.acceptance.actions import accept_offer
from exchange.orders.api import order_out
from exchange.orders.schemas import OrderOut
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("interests")


@api.post(
    "/api/v1/interests/{id}/accept", permission=Permission.ORDER_EDIT, status=201, needs_match=True
)
async def accept_interest_json(call: Call, *, id: UUID) -> OrderOut:
    """Accept the offer as the house that asked; If-Match names the version of the interest."""
    expected = expected_version(call.request)
    return await order_out(call, await accept_offer(call.conn, call.viewer, id, expected=expected))
