"""The offer for machines."""

from uuid import UUID

from exchange.offers.actions import offer_order
from exchange.orders.api import order_out
from exchange.orders.schemas import OfferBody, OrderOut
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("orders")


@api.post("/api/v1/orders/{id}/offer", permission=Permission.ORDER_EDIT, needs_match=True)
async def offer_order_json(call: Call, *, id: UUID, body: OfferBody) -> OrderOut:
    """Make the offer as the provider."""
    expected = expected_version(call.request)
    return await order_out(
        call, await offer_order(call.conn, call.viewer, id, body, expected=expected)
    )
