"""What later rooms show on the page of a demand: rendered slots."""

from collections.abc import Sequence

from markupsafe import Markup

from kdnx.module import Module
from kdnx.web.page import make_shell
from kdnx.web.routing import Call


async def render_pieces(call: Call, name: str, key: object) -> list[Markup]:
    """The pieces registered for a place of the page, in their order."""
    modules: Sequence[Module] = call.house.modules
    shell = make_shell(call.house, call.request, call.viewer, 0)
    pieces = []
    for slot in sorted(
        (s for m in modules for s in m.slots if s.name == name), key=lambda s: s.order
    ):
        given = await slot.render(call.conn, call.viewer, key)
        if given is not None:
            template, values = given
            around = {
                "shell": shell,
                "viewer": call.viewer,
                "now": call.conn.now,
                "today": call.conn.today,
            }
            piece = call.house.env.get_template(template).render({**around, **values})
            pieces.append(Markup(piece))  # noqa: S704  # a template of ours, escaped by Jinja
    return pieces
