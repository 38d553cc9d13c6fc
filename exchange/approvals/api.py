"""Review, signatures and tax cases of an order for the scripts of signed-in people."""

from uuid import UUID

from exchange.approvals import actions
from exchange.approvals.schemas import ApproveBody, ReviewBody, TaxBody, TaxReviewBody
from exchange.orders.api import order_out
from exchange.orders.schemas import OrderOut
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("orders")
P = Permission


@api.post("/api/v1/orders/{id}/review", permission=P.ORDER_REVIEW_LEGAL, needs_match=True)
async def review_order_json(call: Call, *, id: UUID, body: ReviewBody) -> OrderOut:
    """Confirm the legal route."""
    expected = expected_version(call.request)
    order = await actions.review_order(
        call.conn,
        call.viewer,
        id,
        reason=body.reason,
        confirm_tax=body.confirm_tax,
        expected=expected,
    )
    return await order_out(call, order)


@api.post("/api/v1/orders/{id}/approve", permission=P.ORDER_APPROVE, needs_match=True)
async def approve_order_json(call: Call, *, id: UUID, body: ApproveBody) -> OrderOut:
    """Sign for the side whose turn it is; a person's session, never a machine's token."""
    expected = expected_version(call.request)
    return await order_out(
        call,
        await actions.approve_order(call.conn, call.viewer, id, note=body.note, expected=expected),
    )


@api.post("/api/v1/orders/{id}/propose_tax", permission=P.ORDER_REVIEW_TAX, needs_match=True)
async def propose_tax_json(call: Call, *, id: UUID, body: TaxBody) -> OrderOut:
    """Propose the tax case of a contract."""
    expected = expected_version(call.request)
    return await order_out(
        call, await actions.propose_tax(call.conn, call.viewer, id, body, expected=expected)
    )


@api.post("/api/v1/orders/{id}/review_tax", permission=P.ORDER_REVIEW_TAX, needs_match=True)
async def review_tax_json(call: Call, *, id: UUID, body: TaxReviewBody) -> OrderOut:
    """Confirm the newest proposal of a contract."""
    expected = expected_version(call.request)
    return await order_out(
        call, await actions.review_tax(call.conn, call.viewer, id, leg=body.leg, expected=expected)
    )
