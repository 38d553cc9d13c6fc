"""The sender page: what a member's invoices say of it, and where it receives those of others."""

from typing import Any

from starlette.responses import Response

from exchange.senders import store
from exchange.senders.actions import save_leitweg, save_profile
from exchange.senders.schemas import LeitwegForm, ProfileForm
from kdnx.errors import Invalid
from kdnx.members.store import get_member
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P = Permission


async def show_sender(call: Call) -> Response:
    """Register data, function mailbox and telephone, Leitweg-ID."""
    return await _sender(call)


async def _sender(call: Call, form: Form[Any] | None = None, status: int = 200) -> Response:
    owner = call.viewer.owner_id
    return await call.page(
        "senders/sender.html",
        status=status,
        form=form,
        member=await get_member(call.conn, owner),
        profile=await store.find_profile(call.conn, owner),
    )


async def save_sender(call: Call) -> Response:
    """Write function mailbox and telephone."""
    form = call.form(ProfileForm)
    if form.value is None:
        return await _sender(call, form, 422)
    f = form.value
    await save_profile(
        call.conn,
        call.viewer,
        contact=f.contact,
        phone=f.phone,
        email=f.email,
        expected=f.row_version,
    )
    return call.redirect("/invoices/sender", _("Absender gespeichert."))


async def save_receiver(call: Call) -> Response:
    """Write the Leitweg-ID the member receives invoices at."""
    form = call.form(LeitwegForm)
    if form.value is None:
        return await _sender(call, form, 422)
    try:
        async with call.conn.savepoint():
            await save_leitweg(call.conn, call.viewer, form.value.leitweg_id)
    except Invalid as error:
        return await _sender(call, Form(form.raw, None, list(error.errors)), 422)
    return call.redirect("/invoices/sender", _("Leitweg-ID gespeichert."))


DOORS = (
    get("/invoices/sender", show_sender, permission=P.INVOICE_ISSUE),
    post("/invoices/sender", save_sender, permission=P.INVOICE_ISSUE),
    post("/invoices/sender/leitweg", save_receiver, permission=P.INVOICE_ISSUE),
)
