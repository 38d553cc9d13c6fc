"""Self-billing for people: agreements, proposing, answering, ending; objecting to a self-billed invoice."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from starlette.responses import Response

from exchange.invoices import store as invoices
from exchange.selfbilling import store
from exchange.selfbilling.actions import (
    answer_agreement,
    end_agreement,
    object_to_invoice,
    propose_agreement,
)
from exchange.selfbilling.model import BADGES, LABELS, AgreementEvent, AgreementState
from exchange.selfbilling.reading import read_piece
from exchange.selfbilling.schemas import (
    AgreementPageQuery,
    EndForm,
    MoveForm,
    ObjectForm,
    ProposalForm,
)
from kdnx.documents.model import Kind, Visibility
from kdnx.documents.panel import Panel, panel_of
from kdnx.errors import FieldError, Invalid, KdnxError, Refused
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P = Permission
E = AgreementEvent
PAGE = 50
WORDS: dict[str, Any] = {"labels": LABELS, "badges": BADGES}
DONE = {
    E.AGREE: "Vereinbart. Ab jetzt rechnet der Abnehmer ab.",
    E.DECLINE: "Abgelehnt.",
    E.WITHDRAW: "Zurückgezogen.",
}


async def list_agreements(call: Call) -> Response:
    """All agreements the viewer may see, newest first."""
    query = call.query(AgreementPageQuery)
    secret = call.house.settings.secret()
    piece = await read_piece(
        call.conn, call.viewer, query.state, query.cursor, limit=PAGE, secret=secret
    )
    state = f"&state={query.state}" if query.state else ""
    return await call.page(
        "selfbilling/list.html",
        rows=piece.items,
        query=query,
        states=[(s.value, t) for s, t in LABELS.items()],
        next_href=f"/self-billing?cursor={piece.next}{state}" if piece.next else "",
        may_propose=call.viewer.may(P.INVOICE_ISSUE) and bool(call.viewer.members),
        **WORDS,
    )


async def show_new(call: Call) -> Response:
    """The form of a proposal."""
    return await _new(call)


async def _new(call: Call, form: Form[Any] | None = None, status: int = 200) -> Response:
    partners = [
        (m.id, m.name) for m in await list_members(call.conn) if m.id not in call.viewer.members
    ]
    return await call.page("selfbilling/new.html", status=status, form=form, partners=partners)


async def propose(call: Call) -> Response:
    """Keep the proposal; the other side answers it."""
    form = call.form(ProposalForm)
    if form.value is None:
        return await _new(call, form, 422)
    try:
        async with call.conn.savepoint():
            agreement = await propose_agreement(call.conn, call.viewer, form.value)
    except (Invalid, Refused) as error:
        return await _new(call, Form(form.raw, None, _errors(error, "partner")), 422)
    return call.redirect(
        f"/self-billing/{agreement.id}", _("Vorgeschlagen; die andere Seite antwortet.")
    )


def _errors(error: KdnxError, field: str) -> list[FieldError]:
    """The refusal at its field, or at `field`."""
    said = " ".join(t for t in (error.detail, error.remedy) if t)
    return list(error.errors) or [FieldError(field, said, error.code)]


async def show_agreement(call: Call) -> Response:
    """One agreement: what it says, who is to act, its document."""
    return await _show(call)


async def _show(call: Call, form: Form[Any] | None = None, status: int = 200) -> Response:
    a = await store.get_agreement(call.conn, call.path_id())
    acts, may = call.viewer.acts_for, call.viewer.may(P.INVOICE_ISSUE)
    is_party = acts(a.owner_id) or acts(a.buyer_id)
    is_open = a.state == AgreementState.PROPOSED
    return await call.page(
        "selfbilling/show.html",
        status=status,
        a=a,
        form=form,
        may_answer=may and is_open and acts(a.answerer_id),
        may_withdraw=may and is_open and acts(a.proposed_by),
        may_end=may and a.state == AgreementState.AGREED and is_party,
        waits_for=a.seller_name if a.answerer_id == a.owner_id else a.buyer_name,
        panel=await _documents(call, a.id, (a.owner_id, a.buyer_id), may_add=is_party),
        **WORDS,
    )


async def _documents(
    call: Call, agreement_id: UUID, parties: tuple[UUID, UUID], *, may_add: bool
) -> Panel:
    return await panel_of(
        call, "self_billing", agreement_id, url=f"/self-billing/{agreement_id}", party_ids=parties,
        visibilities=(Visibility.PARTIES, Visibility.OFFICE), kinds=(Kind.CONTRACT, Kind.ANNEX), may_add=may_add,
    )  # fmt: skip


async def agree(call: Call) -> Response:
    """The other side agrees."""
    return await _answer(call, E.AGREE)


async def decline(call: Call) -> Response:
    """The other side declines."""
    return await _answer(call, E.DECLINE)


async def withdraw(call: Call) -> Response:
    """The proposing side takes it back."""
    return await _answer(call, E.WITHDRAW)


async def _answer(call: Call, event: AgreementEvent) -> Response:
    form = call.form(MoveForm)
    if form.value is None:
        return await _show(call, form, 422)
    f, id_ = form.value, call.path_id()
    return await _act_or_show(
        call, form, "reason",
        lambda: answer_agreement(call.conn, call.viewer, id_, event, expected=f.row_version, reason=f.reason),
        _(DONE[event]),
    )  # fmt: skip


async def end(call: Call) -> Response:
    """Either side ends it."""
    form = call.form(EndForm)
    if form.value is None:
        return await _show(call, form, 422)
    f, id_ = form.value, call.path_id()
    return await _act_or_show(
        call, form, "ends_on",
        lambda: end_agreement(
            call.conn, call.viewer, id_, ends_on=f.ends_on, reason=f.reason, expected=f.row_version
        ),
        _("Beendet. Was danach geleistet wird, rechnet wieder der Verkäufer ab."),
    )  # fmt: skip


async def _act_or_show(
    call: Call, form: Form[Any], field: str, act: Callable[[], Awaitable[object]], flash: str
) -> Response:
    try:
        async with call.conn.savepoint():
            await act()
    except Refused as error:
        return await _show(call, Form(form.raw, None, _errors(error, field)), 422)
    return call.redirect(f"/self-billing/{call.path_id()}", flash)


async def show_objection(call: Call) -> Response:
    """What an objection does, and its form."""
    return await _objection(call)


async def _objection(call: Call, form: Form[Any] | None = None, status: int = 200) -> Response:
    invoice = await invoices.get_invoice(call.conn, call.path_id())
    return await call.page(
        "selfbilling/object.html",
        status=status,
        form=form,
        invoice=invoice,
        may_object=invoice.state in ("issued", "settled") and invoice.type == "389" and not invoice.is_correction
        and call.viewer.acts_for(invoice.seller_id),
    )  # fmt: skip


async def object_to(call: Call) -> Response:
    """Object to a self-billed invoice."""
    form = call.form(ObjectForm)
    if form.value is None:
        return await _objection(call, form, 422)
    f, id_ = form.value, call.path_id()
    try:
        async with call.conn.savepoint():
            await object_to_invoice(
                call.conn, call.viewer, id_, reason=f.reason, expected=f.row_version
            )
    except Refused as error:
        return await _objection(call, Form(form.raw, None, _errors(error, "reason")), 422)
    return call.redirect(
        f"/invoices/{id_}", _("Widersprochen. Die Gutschrift wirkt nicht mehr als Rechnung.")
    )


DOORS = (
    get("/self-billing", list_agreements, permission=P.BOOKING_READ),
    get("/self-billing/new", show_new, permission=P.INVOICE_ISSUE),
    post("/self-billing/new", propose, permission=P.INVOICE_ISSUE),
    get("/self-billing/{id}", show_agreement, permission=P.BOOKING_READ),
    post("/self-billing/{id}/agree", agree, permission=P.INVOICE_ISSUE),
    post("/self-billing/{id}/decline", decline, permission=P.INVOICE_ISSUE),
    post("/self-billing/{id}/withdraw", withdraw, permission=P.INVOICE_ISSUE),
    post("/self-billing/{id}/end", end, permission=P.INVOICE_ISSUE),
    get("/invoices/{id}/object", show_objection, permission=P.INVOICE_ISSUE),
    post("/invoices/{id}/object", object_to, permission=P.INVOICE_ISSUE),
)
