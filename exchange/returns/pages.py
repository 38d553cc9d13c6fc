"""The page on which the office records that a payment did not arrive."""

from typing import Any

from starlette.responses import Response

from exchange.netting import store as netting
from exchange.netting.actions import require_office
from exchange.returns import store
from exchange.returns.actions import check_returnable, find_payment, return_payment
from exchange.returns.schemas import ReturnForm
from kdnx.errors import Conflict, FieldError, Invalid, NotFound, Refused
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P = Permission


def _number(call: Call) -> int:
    text = call.path_text("n")
    if not (text.isascii() and text.isdigit() and len(text) <= 6):  # far beyond any run
        raise NotFound(_("Diese Adresse gibt es nicht."))
    return int(text)


async def show_return(call: Call) -> Response:
    """The payment, what recording it does, and the form."""
    return await _show(call)


async def _show(call: Call, form: Form[Any] | None = None, status: int = 200) -> Response:
    require_office(call.viewer)
    run = await netting.get_run(call.conn, call.path_id())
    paid = await find_payment(call.conn, run, _number(call))
    known = (await store.list_returns(call.conn, run.id)).get(paid.n)
    if form is None:
        check_returnable(run, known)
    members = await list_members(call.conn, [paid.payer_id, paid.payee_id])
    return await call.page(
        "returns/form.html", status=status, form=form, run=run, paid=paid, today=call.conn.today,
        names={m.id: m.name for m in members},
    )  # fmt: skip


async def save_return(call: Call) -> Response:
    """Take the payment back."""
    form, id_ = call.form(ReturnForm), call.path_id()
    if form.value is None:
        return await _show(call, form, 422)
    wanted = form.value
    try:
        async with call.conn.savepoint():
            await return_payment(
                call.conn, call.viewer, id_, _number(call), returned_on=wanted.returned_on, reason=wanted.reason
            )  # fmt: skip
    except (Conflict, Invalid, Refused) as error:
        said = " ".join(t for t in (error.detail, error.rule, error.remedy) if t)
        errors = [FieldError("returned_on", said, error.code)]
        return await _show(call, Form(form.raw, None, errors), 422)
    return call.redirect(
        f"/settlements/{id_}", _("Zurückgebucht. Der Betrag kommt in den nächsten Ausgleich.")
    )


DOORS = (
    get("/settlements/{id}/payments/{n}/return", show_return, permission=P.PERIOD_CLOSE),
    post("/settlements/{id}/payments/{n}/return", save_return, permission=P.PERIOD_CLOSE),
)
