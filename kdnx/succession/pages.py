"""Succession for people: propose, look at the preview, carry out with a second person."""

from starlette.responses import Response

from kdnx.errors import Refused
from kdnx.members.model import KIND_LABELS
from kdnx.members.schemas import SuccessionForm
from kdnx.members.store import get_member, list_members, list_successions
from kdnx.module import SuccessionPart
from kdnx.succession import store
from kdnx.succession.actions import (
    carry_out_succession,
    discard_succession,
    preview_succession,
    propose_succession,
)
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post


def parts_of(call: Call) -> list[SuccessionPart]:
    """What every module does at a succession."""
    return [p for m in call.house.modules for p in m.successions]


async def list_plans(call: Call) -> Response:
    """Open proposals, past successions, and the form."""
    return await _page(call, None)


async def propose(call: Call) -> Response:
    """Keep a proposal."""
    form = call.form(SuccessionForm)
    if form.value is None:
        return await _page(call, form, 422)
    plan = await propose_succession(call.conn, call.viewer, form.value)
    return call.redirect(
        f"/successions/{plan.id}",
        _("Der Vorschlag ist angelegt. Eine zweite Person vollzieht ihn."),
    )


async def _page(call: Call, form: Form[SuccessionForm] | None, status: int = 200) -> Response:
    members = await list_members(call.conn)
    names = {m.id: m.name for m in members}
    return await call.page(
        "succession/list.html",
        status=status,
        form=form,
        plans=await store.list_plans(call.conn),
        links=await list_successions(call.conn),
        names=names,
        members=[(m.id, m.name) for m in members if m.state == "active"],
        kinds=list(KIND_LABELS.items()),
    )


async def show_plan(call: Call) -> Response:
    """One proposal with what it would do."""
    plan = await store.get_plan(call.conn, call.path_id())
    open_ = plan.state == "proposed"
    lines = await preview_succession(call.conn, call.viewer, plan, parts_of(call)) if open_ else []
    return await call.page(
        "succession/show.html",
        plan=plan,
        lines=lines,
        kind=KIND_LABELS[plan.kind],
        predecessor=await get_member(call.conn, plan.predecessor_id),
        successor=await get_member(call.conn, plan.successor_id),
        is_mine=plan.proposed_by == call.viewer.person_id,
    )


async def carry_out(call: Call) -> Response:
    """Do it."""
    if str(call.fields.get("confirmed", "")) != "yes":
        raise Refused(_("Bitte bestätigen, dass die Vorschau geprüft ist."))
    plan = await carry_out_succession(call.conn, call.viewer, call.path_id(), parts_of(call))
    return call.redirect(f"/members/{plan.successor_id}", _("Die Rechtsnachfolge ist vollzogen."))


async def discard(call: Call) -> Response:
    """Take it back."""
    await discard_succession(call.conn, call.viewer, call.path_id())
    return call.redirect("/successions", _("Der Vorschlag ist verworfen."), "info")


P = Permission.MEMBER_SUCCEED
DOORS = (
    get("/successions", list_plans, permission=P),
    post("/successions", propose, permission=P),
    get("/successions/{id}", show_plan, permission=P),
    post("/successions/{id}/carry-out", carry_out, permission=P),
    post("/successions/{id}/discard", discard, permission=P),
)
