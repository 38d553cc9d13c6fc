"""Propose, answer and end an agreement on self-billing; object to a self-billed invoice."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import asyncpg

from exchange.invoices import store as invoices
from exchange.invoices.actions import post_vat
from exchange.invoices.drafting import taxes_left
from exchange.invoices.model import (
    SELF_BILLED,
    InvoiceEvent,
    InvoiceState,
    Key,
    invoice_evidence,
)
from exchange.invoices.model import advance as advance_invoice
from exchange.invoices.store import Invoice
from exchange.invoices.telling import ROLES, tell_objected
from exchange.selfbilling import store
from exchange.selfbilling.model import Agreement, AgreementEvent, AgreementState, advance
from exchange.selfbilling.schemas import Proposal
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import get_member
from kdnx.notices.actions import notify
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer, require

TASK = "invoice.agreement"
E = AgreementEvent


async def propose_agreement(conn: Conn, viewer: Viewer, wish: Proposal) -> Agreement:
    """One side proposes that the buyer bills; the other side answers (§ 14 Abs. 2 UStG asks for both).

    Invalid for an order without a contract between the two; Refused where one is open already.
    """
    require(viewer, Permission.INVOICE_ISSUE)
    me = viewer.owner_id
    seller, buyer = (me, wish.partner) if wish.role == "seller" else (wish.partner, me)
    await get_member(conn, wish.partner)
    if wish.partner in viewer.members:
        raise _at("partner", _("Mit sich selbst vereinbart ein Haus nichts."), "same_member")
    if wish.agreed_on > conn.today:
        raise _at(
            "agreed_on", _("Das Datum der Vereinbarung liegt in der Zukunft."), "day_in_future"
        )
    order = await store.find_order(conn, wish.order, seller, buyer) if wish.order else None
    if wish.order and order is None:
        text = _("Diesen Leistungsschein gibt es zwischen den beiden Häusern nicht.")
        raise _at("order", text, "unknown_order")
    agreement = Agreement(
        seller, new_id(), buyer, order[0] if order else None, order[1] if order else None, order[2] if order else "",
        wish.valid_from, wish.agreed_on, wish.document.strip(), me, AgreementState.PROPOSED.value,
    )  # fmt: skip
    await _insert(conn, agreement)
    found = await store.get_agreement(conn, agreement.id)
    _note(conn, viewer, "self_billing.propose", found)
    await open_tasks(conn, [_answer_task(found)])
    await _tell(conn, viewer, found, _("Gutschriftverfahren: Vorschlag von {name}"))
    return found


async def _insert(conn: Conn, agreement: Agreement) -> None:
    try:
        async with conn.savepoint():
            await store.insert_agreement(conn, agreement, conn.now)
    except asyncpg.UniqueViolationError:
        raise Refused(
            _("Dafür gibt es schon eine Vereinbarung oder einen offenen Vorschlag."),
            code="agreement_open",
            rule=_("Je Paar und je Leistungsschein gilt höchstens eine Vereinbarung."),
            remedy=_("Die bestehende zuerst beenden oder den Vorschlag beantworten."),
        ) from None


async def answer_agreement(
    conn: Conn, viewer: Viewer, agreement_id: UUID, event: AgreementEvent, *,
    expected: int | None = None, reason: str = "",
) -> Agreement:  # fmt: skip
    """Agree or decline (the other side), or withdraw (the proposing side)."""
    agreement = await _locked(conn, viewer, agreement_id, expected)
    side = agreement.proposed_by if event == E.WITHDRAW else agreement.answerer_id
    after = advance(agreement.state, event)
    if not viewer.acts_for(side):
        raise Forbidden(
            _("Zurückziehen kann, wer vorgeschlagen hat.")
            if event == E.WITHDRAW
            else _("Darauf antwortet die andere Seite."),
            rule=_("Das Gutschriftverfahren vereinbaren beide Seiten (§ 14 Abs. 2 Satz 5 UStG)."),
        )
    await store.mark_agreement(conn, agreement, after.value, reason=reason.strip())
    await close_tasks(conn, agreement.id, [TASK])
    return await _after(conn, viewer, agreement, event, reason)


async def end_agreement(
    conn: Conn, viewer: Viewer, agreement_id: UUID, *, ends_on: date, reason: str,
    expected: int | None = None,
) -> Agreement:  # fmt: skip
    """Either side ends it; service after `ends_on` is billed by the seller again, what was billed stays."""
    agreement = await _locked(conn, viewer, agreement_id, expected)
    after = advance(agreement.state, E.END)
    await store.mark_agreement(conn, agreement, after.value, ends_on=ends_on, reason=reason.strip())
    return await _after(conn, viewer, agreement, E.END, reason)


async def _locked(
    conn: Conn, viewer: Viewer, agreement_id: UUID, expected: int | None
) -> Agreement:
    require(viewer, Permission.INVOICE_ISSUE)
    agreement = await store.lock_agreement(conn, agreement_id)
    if not (viewer.acts_for(agreement.owner_id) or viewer.acts_for(agreement.buyer_id)):
        raise Forbidden(_("Das regeln die beiden Häuser der Vereinbarung."))
    if expected is not None and agreement.row_version != expected:
        raise Stale(
            _("Diese Vereinbarung wurde inzwischen geändert."), remedy=_("Bitte neu laden.")
        )
    return agreement


async def _after(
    conn: Conn, viewer: Viewer, before: Agreement, event: AgreementEvent, reason: str
) -> Agreement:
    found = await store.get_agreement(conn, before.id)
    _note(conn, viewer, f"self_billing.{event.value}", found, reason)
    await _tell(conn, viewer, found, _("Gutschriftverfahren: Antwort von {name}"))
    return found


def _note(conn: Conn, viewer: Viewer, act: str, a: Agreement, reason: str = "") -> None:
    other = a.buyer_id if viewer.acts_for(a.owner_id) else a.owner_id
    record(
        conn, viewer, act, object_kind="self_billing", object_id=a.id, owner_id=a.owner_id, party_id=other,
        reason=reason or None, row_version=a.row_version, audience="parties", party_ids=(a.owner_id, a.buyer_id),
        after={"state": a.state, "valid_from": a.valid_from.isoformat(), "order": a.order_number,
               "document": a.document},
    )  # fmt: skip


def _answer_task(a: Agreement) -> NewTask:
    name = a.buyer_name if a.proposed_by == a.buyer_id else a.seller_name
    return NewTask(
        owner_id=a.answerer_id, kind=TASK, title=_("Gutschriftverfahren mit {name} beantworten").format(name=name),
        object_kind="self_billing", object_id=a.id, url=f"/self-billing/{a.id}", assignee_role=Role.CONTRACT_MANAGER,
    )  # fmt: skip


async def _tell(conn: Conn, viewer: Viewer, a: Agreement, title: str) -> None:
    mine = viewer.acts_for(a.owner_id)
    await notify(
        conn, viewer, kind="invoice.agreement", owner_id=a.buyer_id if mine else a.owner_id,
        object_kind="self_billing", object_id=a.id, url=f"/self-billing/{a.id}",
        title=title.format(name=a.seller_name if mine else a.buyer_name), roles=ROLES,
    )  # fmt: skip


def _at(field: str, text: str, code: str) -> Invalid:
    return Invalid(text, code=code, errors=[FieldError(field, text, code)])


async def object_to_invoice(
    conn: Conn, viewer: Viewer, invoice_id: UUID, *, reason: str, expected: int | None = None
) -> Invoice:
    """The seller objects: the self-billed invoice and its corrections lose their effect (§ 14 Abs. 2 UStG).

    Its lines are free again, its VAT is taken back in the books; Refused once it is wholly corrected. What was paid
    stays paid: the VAT taken back and that of the new document meet in the next settlement run.
    """
    require(viewer, Permission.INVOICE_ISSUE)
    seen = await invoices.get_invoice(conn, invoice_id)
    _check_objector(viewer, seen)
    # behind the lock of the document nobody corrects it any more
    (invoice,) = await invoices.lock_invoices(conn, [seen.id])
    ids = [c.id for c in await invoices.list_credits(conn, invoice)]
    corrections = await invoices.lock_invoices(conn, ids)
    if expected is not None and invoice.row_version != expected:
        raise Stale(_("Diese Gutschrift wurde inzwischen geändert."), remedy=_("Bitte neu laden."))
    after = _objected(invoice)
    taxes = await taxes_left(conn, invoice, corrections)
    lines = await invoices.list_lines(conn, invoice)
    back = [
        replace(s.line, net_cents=-s.line.net_cents, round=s.line.round + 1)
        for s in lines
        if not s.taken_back
    ]
    if not back:
        raise _nothing_left()
    await invoices.insert_lines(conn, invoice, back, above=len(lines))
    evidence = invoice_evidence([invoice.owner_id, invoice.id, "objection", conn.today, reason])
    key = Key(
        invoice.seller_id, invoice.buyer_id, invoice.leg, invoice.direct, invoice.leitweg_id,
        not_taxable=False, self_billed=True,
    )  # fmt: skip
    await post_vat(conn, invoice, key, taxes, evidence)
    for i in (invoice, *corrections):
        await invoices.mark_state(
            conn, i, after.value, settled_on=i.settled_on, objection=reason.strip()
        )
    record(
        conn, viewer, "invoice.object", object_kind="invoice", object_id=invoice.id, owner_id=invoice.owner_id,
        party_id=invoice.buyer_id, reason=reason, row_version=invoice.row_version + 1, audience="parties",
        party_ids=(invoice.seller_id, invoice.buyer_id),
        after={"state": after.value, "was": invoice.state},
    )  # fmt: skip
    await tell_objected(conn, viewer, invoice)
    return await invoices.get_invoice(conn, invoice.id)


def _check_objector(viewer: Viewer, invoice: Invoice) -> None:
    if invoice.type != SELF_BILLED:
        raise Refused(
            _(
                "Widersprechen kann der Verkäufer nur einer Gutschrift, die der Abnehmer gestellt hat."
            ),
            code="not_self_billed",
            remedy=_("Eine falsche Rechnung berichtigt, wer sie gestellt hat."),
        )
    if invoice.is_correction:
        raise Refused(
            _("Einer Korrektur wird nicht für sich widersprochen."),
            code="correction",
            remedy=_("Der Gutschrift {number} widersprechen; sie wirkt mit ihren Korrekturen nicht mehr.").format(
                number=invoice.refers_number
            ),
        )  # fmt: skip
    if not viewer.acts_for(invoice.seller_id):
        raise Forbidden(_("Widersprechen kann nur, in wessen Namen abgerechnet wurde."))


def _objected(invoice: Invoice) -> InvoiceState:
    """The state after the objection; paid or not makes no difference."""
    if invoice.state == InvoiceState.CREDITED:
        raise _nothing_left()
    return advance_invoice(invoice.state, InvoiceEvent.OBJECT)


def _nothing_left() -> Refused:
    return Refused(
        _("Diese Gutschrift ist schon ganz berichtigt; es ist nichts mehr da, dem zu widersprechen wäre."),
        code="wrong_state",
        remedy=_("Die Buchungen werden neu abgerechnet; dem neuen Dokument lässt sich widersprechen."),
    )  # fmt: skip
