"""The yearly maximum on an order's page: what is used of it, and the form while the order is an offer."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from exchange.clearing.caps import may_set, set_cap, use_of
from exchange.clearing.model import CAP_POLICIES
from exchange.clearing.schemas import CapForm
from exchange.clearing.store import find_cap
from exchange.orders.actions import read_order
from kdnx.db.conn import Conn
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.routing import Call, post

P = Permission


async def cap_section(conn: Conn, viewer: Viewer, key: Any) -> tuple[str, Mapping[str, Any]] | None:
    """On an order: its yearly maximum with the use of this year; the form for the provider of an offer."""
    order = await read_order(conn, viewer, key)
    use = await use_of(conn, order.owner_id, order.id, order.current_version, conn.today.year)
    may = may_set(viewer, order)
    if use is None and not may:
        return None
    cap = await find_cap(conn, order.owner_id, order.id, order.current_version)
    return "clearing/cap.html", {
        "order": order, "use": use, "cap": cap, "may_cap": may, "cap_policies": CAP_POLICIES,
    }  # fmt: skip


async def cap_order(call: Call) -> Response:
    """Set the yearly maximum of an offer, or take it away."""
    form = call.form(CapForm).valid()
    order = await set_cap(
        call.conn, call.viewer, call.path_id(), cap_cents=form.cap_cents or None, policy=form.policy
    )
    said = _("Ohne Jahreshöchstbetrag.")
    if form.cap_cents:
        said = _("Der Jahreshöchstbetrag gehört nun zum Angebot.")
    return call.redirect(f"/orders/{order.id}", said)


DOORS = (post("/orders/{id}/cap", cap_order, permission=P.ORDER_EDIT),)
