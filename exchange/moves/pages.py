"""The forms of the simple moves on an order's page."""

from starlette.responses import Response

from exchange.moves.actions import SIMPLE, make_move
from exchange.orders.model import EVENT_LABELS, OrderEvent
from exchange.orders.pages import order_page
from exchange.orders.schemas import MoveForm
from kdnx.errors import Invalid, NotFound
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, post


async def move_order(call: Call) -> Response:
    """Make a move; a missing reason comes back at its field."""
    order_id, name = call.path_id(), call.path_text("move")
    if name not in {m.value for m in SIMPLE}:
        raise NotFound(_("Diese Adresse gibt es nicht."))
    event = OrderEvent(name)
    form = call.form(MoveForm)
    if form.value is None:
        return await order_page(call, form, 422)
    value = form.value
    try:
        await make_move(
            call.conn,
            call.viewer,
            order_id,
            event,
            reason=value.reason,
            on=value.on,
            expected=value.row_version,
        )
    except Invalid as error:
        return await order_page(call, Form(raw=form.raw, errors=error.errors), 422)
    return call.redirect(
        f"/orders/{order_id}", _("Erledigt: {event}.").format(event=EVENT_LABELS[event])
    )


DOORS = (post("/orders/{id}/moves/{move}", move_order, permission=Permission.ORDER_READ),)
