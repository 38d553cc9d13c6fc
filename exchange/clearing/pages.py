"""The test on an order's page: light, sign-off, and the cooperation it names."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from exchange.clearing import store
from exchange.clearing.actions import (
    finding_of,
    grey_effect,
    is_lawyer,
    may_name,
    name_cooperation,
    sign_off,
    usable,
)
from exchange.clearing.model import COOPERATION, TESTED, needs_sign_off
from exchange.clearing.schemas import NameForm, SignoffForm
from exchange.cooperations.model import LIGHT_LABELS as MARKET_LIGHTS
from exchange.inhouse.model import LIGHT_BADGES, LIGHT_LABELS, Light
from exchange.orders.actions import read_order
from exchange.orders.model import LABELS as ORDER_LABELS
from exchange.orders.model import OrderState
from exchange.orders.pages import order_page
from exchange.orders.store import Order
from kdnx.db.conn import Conn
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.routing import Call, post

P = Permission
WORDS: dict[str, Any] = {"light_badges": LIGHT_BADGES}


async def order_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """On an order: what was kept at its review, or what the review still needs.

    Amounts of a provider: itself, the legal officer, audit. Of a cooperation: the legal officer and audit; its
    parties read the light.
    """
    order = await read_order(conn, viewer, key)
    if order.legal_route == COOPERATION:
        return await _cooperation_section(conn, viewer, order)
    sees = viewer.acts_for(order.owner_id) or viewer.scope == Scope.AUDIT or is_lawyer(viewer)
    if order.legal_route not in TESTED or not sees:
        return None
    return await _section(conn, viewer, order, None)


async def _cooperation_section(
    conn: Conn, viewer: Viewer, order: Order
) -> tuple[str, Mapping[str, Any]] | None:
    is_open = order.state == OrderState.OFFERED
    find = store.find_named if is_open else store.find_last_named
    named = await find(conn, order.owner_id, order.id, order.current_version)
    if named is None and not is_open:
        return None
    may = is_open and may_name(viewer, order) and (named is None or named.light is None)
    choices = await usable(conn, order) if may else []
    if viewer.scope == Scope.AUDIT or is_lawyer(viewer):
        shown = await _section(conn, viewer, order, named)
        values: Mapping[str, Any] = shown[1] if shown else {}
    else:
        values = {}
    return "clearing/cooperation.html", {
        "order": order, "named": named, "may_name": may,
        "choices": [(str(c.id), c.title) for c in choices], "lights": MARKET_LIGHTS,
        "kept": None, "finding": None, "asks": False, "may_sign": False, "test": bool(values), **WORDS, **values,
    }  # fmt: skip


async def _section(
    conn: Conn, viewer: Viewer, order: Order, named: store.Named | None
) -> tuple[str, Mapping[str, Any]] | None:
    kept = await store.find_signoff(conn, order.owner_id, order.id, order.current_version)
    is_due = kept is None and order.state == OrderState.OFFERED
    if kept is None and not is_due:
        return None
    found = await finding_of(conn, order) if is_due else None
    if found is None and kept is None:
        return None
    light = Light(kept.light) if kept else (found.light if found else Light.GREY)
    asks = found is not None and needs_sign_off(light, await grey_effect(conn))
    return "clearing/order.html", {
        "order": order, "kept": kept, "finding": found, "light": light.value, "asks": asks,
        "may_sign": asks and is_lawyer(viewer) and viewer.person_id != order.author_id,
        "is_cooperation": named is not None,
        "lights": LIGHT_LABELS if named is None else MARKET_LIGHTS, **WORDS,
    }  # fmt: skip


async def orders_section(
    conn: Conn, _viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """On a cooperation: the orders that rest on it and that the viewer sees."""
    rows = await store.list_orders(conn, key)
    return "clearing/orders.html", {
        "rows": rows,
        "states": ORDER_LABELS,
        "lights": MARKET_LIGHTS,
        **WORDS,
    }


async def sign_order(call: Call) -> Response:
    """Sign a red order off."""
    form = call.form(SignoffForm)
    if form.value is None:
        return await order_page(call, form, 422)
    order = await sign_off(call.conn, call.viewer, call.path_id(), reason=form.value.reason)
    said = _("Freigezeichnet; die Begründung steht am Leistungsschein.")
    return call.redirect(f"/orders/{order.id}", said)


async def name(call: Call) -> Response:
    """Name the cooperation of an order."""
    form = call.form(NameForm).valid()
    order = await name_cooperation(call.conn, call.viewer, call.path_id(), form.cooperation_id)
    return call.redirect(f"/orders/{order.id}", _("Die Zusammenarbeit ist genannt."))


DOORS = (
    post("/orders/{id}/inhouse", sign_order, permission=P.ORDER_REVIEW_LEGAL),
    post("/orders/{id}/cooperation", name, permission=P.ORDER_READ),
)
