"""The form of the offer."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.responses import Response

from exchange.offers.actions import offer_order
from exchange.orders import actions, store
from exchange.orders.model import OrderEvent
from exchange.orders.pages import WORDS, read_number, validate_form
from exchange.orders.schemas import OfferBody
from exchange.taxes.actions import tax_options
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

E, P = OrderEvent, Permission
LINE = re.compile(r"lines\.(\d{1,2})\.(label|unit|period|quantity|unit_price_micro|price)")


async def edit_offer(call: Call) -> Response:
    """The form of the offer, filled with what was asked for."""
    return await _offer_page(call, None)


async def _offer_page(call: Call, form: Form[OfferBody] | None, status: int = 200) -> Response:
    order = await actions.read_order(call.conn, call.viewer, call.path_id())
    actions.check_may(call.viewer, order, E.OFFER)
    lines = await store.list_lines(call.conn, order.owner_id, order.id, order.current_version)
    return await call.page(
        "offers/form.html",
        status=status,
        order=order,
        lines=lines,
        form=form,
        taxes=await tax_options(call.conn, order.starts_on),
        **WORDS,
    )


async def offer(call: Call) -> Response:
    """Make the offer."""
    form = _read_offer(call)
    if form.value is None:
        return await _offer_page(call, form, 422)
    try:
        await offer_order(
            call.conn, call.viewer, call.path_id(), form.value, expected=_version(call)
        )
    except Invalid as error:
        return await _offer_page(call, Form(raw=form.raw, errors=error.errors), 422)
    return call.redirect(
        f"/orders/{call.path_id()}", _("Angebot abgegeben; die Geschäftsstelle prüft.")
    )


def _version(call: Call) -> int | None:
    given = str(call.fields.get("row_version", ""))
    return int(given) if given.isdigit() and len(given) < 9 else -1


def _read_offer(call: Call) -> Form[OfferBody]:
    raw = call.fields
    rows: dict[int, dict[str, Any]] = {}
    for key, value in raw.items():
        if (found := LINE.fullmatch(key)) and str(value).strip():
            rows.setdefault(int(found[1]), {})[found[2]] = str(value).strip()
    lines = [row for _n, row in sorted(rows.items()) if row.keys() - {"period"}]
    for row in lines:
        row["quantity"] = read_number(row.get("quantity", ""))
        row["unit_price_micro"] = _micro(row.get("unit_price_micro", ""))
    values = {k: v for k, v in raw.items() if k in OfferBody.model_fields and str(v).strip()}
    return validate_form(OfferBody, raw, {**values, "lines": lines})


def _micro(text: str) -> Any:
    try:
        value = Decimal(read_number(text)) * 1_000_000
        return int(value) if value == value.to_integral_value() else text
    except (InvalidOperation, OverflowError, ValueError):
        return text


DOORS = (
    get("/orders/{id}/offer", edit_offer, permission=P.ORDER_EDIT),
    post("/orders/{id}/offer", offer, permission=P.ORDER_EDIT),
)
