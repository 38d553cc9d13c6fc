"""Returned payments as JSON."""

from uuid import UUID

from exchange.returns.actions import return_payment
from exchange.returns.schemas import ReturnBody, ReturnOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("settlements")
P = Permission


@api.post("/api/v1/settlements/{id}/payments/{n}/return", permission=P.PERIOD_CLOSE, status=201)
async def return_payment_json(call: Call, *, id: UUID, n: int, body: ReturnBody) -> ReturnOut:
    """Record that a payment of a settled run did not arrive; the amount is owed again."""
    back = await return_payment(
        call.conn, call.viewer, id, n, returned_on=body.returned_on, reason=body.reason
    )
    return ReturnOut.model_validate(vars(back))
