"""The part of an order's page on law, tax and signatures."""

from collections.abc import Awaitable, Mapping
from typing import Any

from starlette.responses import Response

from exchange.approvals import actions, store
from exchange.approvals.schemas import ApproveForm, ReviewForm, TaxBody, TaxForm, TaxReviewForm
from exchange.orders import store as orders
from exchange.orders.actions import possible, read_order
from exchange.orders.model import (
    DECIDABLE,
    EVENT_LABELS,
    LEGAL_ROUTE_LABELS,
    ORIGIN_LABELS,
    SIDE_LABELS,
    OrderEvent,
)
from exchange.orders.pages import order_page
from exchange.orders.store import Order
from exchange.taxes import store as taxes
from exchange.taxes.actions import tax_options
from exchange.taxes.model import UNDECIDED, in_force, latest
from kdnx.db.conn import Conn
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.routing import Call, post

P, E = Permission, OrderEvent


async def approval_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """Legal route, tax case of each contract the viewer may read, signatures, and the forms that are his."""
    order = await read_order(conn, viewer, key)
    if order.number is None:
        return None
    moves = possible(viewer, order)
    approvals = await store.list_approvals(conn, order.owner_id, order.id)
    signing = next((m for m in moves if m in actions.APPROVALS.values()), None)
    if signing == E.APPROVE_HUB and not viewer.acts_for(order.hub_id):
        signing = None
    signed = {
        a.person_id
        for a in approvals
        if a.version == order.current_version and a.origin == "signed"
    }
    return "approvals/section.html", {
        "order": order, "approvals": approvals, "taxes": await _taxes(conn, viewer, order),
        "sides": SIDE_LABELS, "origins": ORIGIN_LABELS,
        "legal_routes": LEGAL_ROUTE_LABELS, "may_review": E.REVIEW in moves,
        "may_confirm_tax": viewer.may(P.ORDER_REVIEW_TAX),
        "signing": signing, "event_labels": EVENT_LABELS,
        "is_author": viewer.person_id is not None and viewer.person_id == order.author_id,
        "has_signed": viewer.person_id in signed, "tax_options": await tax_options(conn, conn.today),
    }  # fmt: skip


async def _taxes(conn: Conn, viewer: Viewer, order: Order) -> list[dict[str, Any]]:
    decisions = await taxes.list_decisions(conn, order.owner_id, order.id)
    on = max(conn.today, order.starts_on)
    holding = dict(await tax_options(conn, on))
    labels = {**dict(await tax_options(conn, order.starts_on)), **holding}
    legs = await orders.list_legs(conn, order.owner_id, order.id, order.current_version)
    sees_all = viewer.scope in {Scope.OFFICE, Scope.AUDIT, Scope.SYSTEM}
    found = []
    for leg in legs:
        is_own = any(m in (leg["supplier_id"], leg["customer_id"]) for m in viewer.members)
        if not (is_own or sees_all):
            continue
        number = int(str(leg["leg"]))
        newest = latest(decisions, number)
        code = in_force(decisions, number, on)
        code = code if code in holding else UNDECIDED  # its rule has ended: decided anew
        proposal = newest if newest is not None and newest.is_proposal else None
        may = (
            viewer.may(P.ORDER_REVIEW_TAX)
            and order.state in DECIDABLE
            and (is_own or viewer.scope == Scope.OFFICE)
        )
        found.append({
            "leg": leg, "code": code, "label": labels.get(code, code), "proposal": proposal,
            "proposal_label": labels.get(proposal.tax_code, proposal.tax_code) if proposal else "", "may_propose": may,
            "may_review": may and proposal is not None and viewer.person_id != proposal.author_id,
            "rows": [d for d in decisions if d.leg == number and not d.is_proposal], "labels": labels,
        })  # fmt: skip
    return found


async def review(call: Call) -> Response:
    """Confirm the legal route."""
    form = call.form(ReviewForm)
    if form.value is None:
        return await order_page(call, form, 422)
    v = form.value
    act = actions.review_order(
        call.conn,
        call.viewer,
        call.path_id(),
        reason=v.reason,
        confirm_tax=v.confirm_tax,
        expected=v.row_version,
    )
    return await _done(call, act, _("Rechtlich geprüft."))


async def approve(call: Call) -> Response:
    """Sign for the side whose turn it is."""
    form = call.form(ApproveForm)
    if form.value is None:
        return await order_page(call, form, 422)
    v = form.value
    act = actions.approve_order(
        call.conn, call.viewer, call.path_id(), note=v.note, expected=v.row_version
    )
    return await _done(call, act, _("Freigegeben."))


async def propose_tax(call: Call) -> Response:
    """Propose a tax case."""
    form = call.form(TaxForm)
    if form.value is None:
        return await order_page(call, form, 422)
    v = form.value
    wish = TaxBody(leg=v.leg, tax_code=v.tax_code, valid_from=v.valid_from, reason=v.reason)
    act = actions.propose_tax(call.conn, call.viewer, call.path_id(), wish, expected=v.row_version)
    return await _done(call, act, _("Steuerfall vorgeschlagen; eine zweite Person prüft ihn."))


async def review_tax(call: Call) -> Response:
    """Confirm a proposed tax case."""
    v = call.form(TaxReviewForm).valid()
    act = actions.review_tax(
        call.conn, call.viewer, call.path_id(), leg=v.leg, expected=v.row_version
    )
    return await _done(call, act, _("Steuerfall geprüft."))


async def _done(call: Call, act: Awaitable[Order], said: str) -> Response:
    await act
    return call.redirect(f"/orders/{call.path_id()}", said)


DOORS = (
    post("/orders/{id}/review", review, permission=P.ORDER_REVIEW_LEGAL),
    post("/orders/{id}/approve", approve, permission=P.ORDER_APPROVE),
    post("/orders/{id}/propose_tax", propose_tax, permission=P.ORDER_REVIEW_TAX),
    post("/orders/{id}/review_tax", review_tax, permission=P.ORDER_REVIEW_TAX),
)
