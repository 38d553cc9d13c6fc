"""Changes of orders for machines; people sign, machines propose, read and take back."""

from uuid import UUID

from exchange.amendments import store
from exchange.amendments.actions import (
    possible,
    propose_amendment,
    read_amendment,
    step_amendment,
)
from exchange.amendments.law import all_changes
from exchange.amendments.model import Amendment, AmendmentEvent
from exchange.amendments.renewals import renew_orders
from exchange.amendments.schemas import (
    AmendBody,
    AmendmentList,
    AmendmentOut,
    ChangeOut,
    LawOut,
    RenewalBody,
    RenewalList,
    RenewalOut,
    StepBody,
)
from exchange.clearing.store import find_law
from exchange.orders.actions import read_order
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("amendments")
P = Permission


async def _out(call: Call, a: Amendment) -> AmendmentOut:
    old = await store.find_version(call.conn, a.owner_id, a.order_id, a.base_version)
    new = await store.find_version(call.conn, a.owner_id, a.order_id, a.version)
    rows = await all_changes(call.conn, a, old, new) if old and new else []
    out = AmendmentOut.model_validate(a)
    out.changes = [ChangeOut.model_validate(c) for c in rows]
    out.moves = [m.value for m in possible(call.viewer, a)]
    if law := await find_law(call.conn, a.owner_id, a.id):
        m = law.measure
        found = {
            **vars(m),
            "door": m.door.value,
            "rule_ids": law.rule_ids,
            "checked_at": law.checked_at,
        }
        out.law = LawOut.model_validate(found)
    return out


@api.get("/api/v1/orders/{id}/amendments", permission=P.ORDER_READ)
async def list_amendments_json(call: Call, *, id: UUID) -> AmendmentList:
    """The changes of an order, the last one first, each with what differs."""
    order = await read_order(call.conn, call.viewer, id)
    found = await store.list_of_order(call.conn, order.owner_id, order.id)
    return AmendmentList(items=[await _out(call, a) for a in found])


@api.post("/api/v1/orders/{id}/amendments", permission=P.ORDER_EDIT, status=201)
async def propose_amendment_json(call: Call, *, id: UUID, body: AmendBody) -> AmendmentOut:
    """Propose other terms from a day on; every side signs them before they hold."""
    return await _out(call, await propose_amendment(call.conn, call.viewer, id, body))


@api.get("/api/v1/amendments/{id}", permission=P.ORDER_READ)
async def get_amendment_json(call: Call, *, id: UUID) -> AmendmentOut:
    """One change."""
    a, _order = await read_amendment(call.conn, call.viewer, id)
    return await _out(call, a)


@api.post("/api/v1/amendments/{id}/withdraw", permission=P.ORDER_EDIT, needs_match=True)
async def withdraw_amendment_json(call: Call, *, id: UUID, body: StepBody) -> AmendmentOut:
    """Take the own proposal back, with a reason."""
    made = await step_amendment(
        call.conn, call.viewer, id, AmendmentEvent.WITHDRAW, reason=body.reason, expected=expected_version(call.request)
    )  # fmt: skip
    return await _out(call, made)


@api.post("/api/v1/renewals", permission=P.ORDER_EDIT)
async def renew_orders_json(call: Call, *, body: RenewalBody) -> RenewalList:
    """Propose that terms go on for some months; the answer says of each order what became of it."""
    results = await renew_orders(call.conn, call.viewer, body.order_ids, body.months)
    return RenewalList(
        items=[
            RenewalOut(order_id=r.order_id, amendment_id=r.amendment_id, problem=r.problem)
            for r in results
        ]
    )
