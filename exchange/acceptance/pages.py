"""The button on the interest's page, the page that shows what accepting orders, and the links to and fro."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from catalog.interface import InterestRef, get_interest
from exchange.acceptance import store
from exchange.acceptance.actions import accept_offer, order_lines, policy_of
from exchange.acceptance.model import ROUTES, surcharge_cents, tax_codes
from exchange.orders.actions import read_order
from exchange.orders.model import (
    BADGES,
    BILLING_LABELS,
    LABELS,
    LEGAL_ROUTE_LABELS,
    PERIOD_LABELS,
    ROUTE_LABELS,
    SILENCE_LABELS,
    TIMES_A_YEAR,
    OrderState,
)
from exchange.taxes.actions import tax_options
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.routing import Call, get, post

P = Permission


class AcceptForm(BaseModel):
    """The confirmation as the form posts it; `row_version` is the interest the person saw."""

    row_version: int


async def accept_action(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """The button to accept, for the recipient of an offer that can be taken."""
    interest = await _offered(conn, viewer, key)
    if interest is None or not viewer.may(P.ORDER_EDIT) or interest.obstacle is not None:
        return None
    return "acceptance/action.html", {"interest": interest}


async def _offered(conn: Conn, viewer: Viewer, key: Any) -> InterestRef | None:
    try:
        interest = await get_interest(conn, viewer, key)
    except (NotFound, Refused):
        return None
    is_mine = viewer.acts_for(interest.recipient_id)
    return interest if is_mine and interest.state == "offered" else None


async def order_of_interest(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """On the interest's page: the order that was made of it."""
    found = await store.find_by_interest(conn, key) if viewer.may(P.ORDER_READ) else None
    if found is None:
        return None
    state = OrderState(found.order_state)
    return "acceptance/order.html", {
        "found": found, "state": state, "label": LABELS[state], "kind": BADGES.get(state, ""),
    }  # fmt: skip


async def interest_of_order(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """On the order's page: the interest it was made of."""
    order = await read_order(conn, viewer, key)
    found = await store.find_by_order(conn, order.owner_id, order.id)
    return None if found is None else ("acceptance/interest.html", {"found": found})


async def ask_accept(call: Call) -> Response:
    """Exactly what would be ordered: lines, sums, term, legal route, tax of each contract, surcharge."""
    interest = await get_interest(call.conn, call.viewer, call.path_id())
    _check_side(call.viewer, interest)
    done = await store.find_by_interest(call.conn, interest.id)
    if done is not None:
        return call.redirect(
            f"/orders/{done.order_id}", _("Dieses Angebot ist schon angenommen."), "info"
        )
    if interest.state != "offered":
        raise Refused(
            _("Zu diesem Interesse liegt kein Angebot vor, das sich annehmen lässt."),
            code="wrong_state",
            remedy=_("Die Seite des Interesses sagt, welcher Schritt ansteht."),
            remedy_url=f"/interests/{interest.id}",
        )
    if interest.obstacle is not None:
        raise interest.obstacle
    policy = await policy_of(call.conn, interest)
    lines = order_lines(interest)
    yearly = sum(x.net_cents * TIMES_A_YEAR[x.period] for x in lines)
    names = {m.id: m.name for m in await list_members(call.conn)}
    cases = dict(await tax_options(call.conn, interest.starts_on))
    return await call.page(
        "acceptance/confirm.html", interest=interest, policy=policy, lines=lines, yearly=yearly,
        once=sum(x.net_cents for x in lines if x.period == "once"), surcharge=surcharge_cents(yearly, policy),
        legs=[
            (leg, names.get(leg.supplier_id, ""), names.get(leg.customer_id, ""), cases.get(code, code))
            for leg, code in zip(policy.legs, tax_codes(interest.tax_codes, len(policy.legs)), strict=True)
        ],
        legal=LEGAL_ROUTE_LABELS[ROUTES[interest.legal_basis]], periods=PERIOD_LABELS, billing=BILLING_LABELS,
        routes=ROUTE_LABELS, silences=SILENCE_LABELS,
    )  # fmt: skip


def _check_side(viewer: Viewer, interest: InterestRef) -> None:
    if not viewer.acts_for(interest.recipient_id):
        raise Forbidden(_("Ein Angebot nimmt das Haus an, das angefragt hat."), code="other_side")


async def accept(call: Call) -> Response:
    """Accept; whoever comes second is led to the order that is there."""
    interest = await get_interest(call.conn, call.viewer, call.path_id())
    _check_side(call.viewer, interest)
    form = call.form(AcceptForm).valid()
    try:
        order = await accept_offer(call.conn, call.viewer, interest.id, expected=form.row_version)
    except Refused as error:
        done = await store.find_by_interest(call.conn, interest.id)
        if error.code != "interest_accepted" or done is None:
            raise
        said = _("Dieses Angebot war schon angenommen; das ist der Leistungsschein.")
        return call.redirect(f"/orders/{done.order_id}", said, "info")
    said = _("Angebot angenommen: Leistungsschein {number}. Jetzt prüft die Geschäftsstelle.")
    return call.redirect(f"/orders/{order.id}", said.format(number=order.number))


DOORS = (
    get("/interests/{id}/accept", ask_accept, permission=P.ORDER_EDIT),
    post("/interests/{id}/accept", accept, permission=P.ORDER_EDIT),
)
