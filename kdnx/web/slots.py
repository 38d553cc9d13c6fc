"""Pieces that modules show on each other's pages."""

from markupsafe import Markup

from kdnx.web.page import make_shell
from kdnx.web.routing import Call

ALL_ORDERS = range(10_000)


async def render_slots(
    call: Call, name: str, key: object, orders: range = ALL_ORDERS
) -> list[Markup]:
    """What the modules show at the place `name`, in their order; `orders` takes some of them."""
    shell = make_shell(call.house, call.request, call.viewer, 0)
    around = {
        "shell": shell, "viewer": call.viewer, "now": call.conn.now, "today": call.conn.today,
    }  # fmt: skip
    found = [s for m in call.house.modules for s in m.slots if s.name == name and s.order in orders]
    pieces = []
    for slot in sorted(found, key=lambda s: s.order):
        given = await slot.render(call.conn, call.viewer, key)
        if given is not None:
            template, values = given
            piece = call.house.env.get_template(template).render({**around, **values})
            pieces.append(Markup(piece))  # noqa: S704  # a template of ours, escaped by Jinja
    return pieces
