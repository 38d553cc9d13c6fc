"""Self-billing as JSON: agreements, and the seller's objection."""

from uuid import UUID

from exchange.invoices.api import invoice_out
from exchange.invoices.schemas import InvoiceOut
from exchange.selfbilling import actions, store
from exchange.selfbilling.model import Agreement, AgreementEvent
from exchange.selfbilling.reading import read_piece
from exchange.selfbilling.schemas import (
    AgreementList,
    AgreementOut,
    AgreementQuery,
    EndBody,
    MoveBody,
    ObjectBody,
    ProposalBody,
)
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("self-billing")
P = Permission


def _out(a: Agreement) -> AgreementOut:
    return AgreementOut.model_validate({**vars(a), "seller_id": a.owner_id})


@api.get("/api/v1/self-billing", permission=P.BOOKING_READ)
async def list_agreements_json(call: Call, *, query: AgreementQuery) -> AgreementList:
    """Agreements that the buyer bills, newest first."""
    secret = call.house.settings.secret()
    piece = await read_piece(
        call.conn, call.viewer, query.state, query.cursor, limit=query.limit, secret=secret
    )
    return AgreementList(items=[_out(a) for a in piece.items], next=piece.next)


@api.get("/api/v1/self-billing/{id}", permission=P.BOOKING_READ)
async def get_agreement_json(call: Call, *, id: UUID) -> AgreementOut:
    """One agreement."""
    return _out(await store.get_agreement(call.conn, id))


@api.post("/api/v1/self-billing", permission=P.INVOICE_ISSUE, status=201)
async def propose_agreement_json(call: Call, *, body: ProposalBody) -> AgreementOut:
    """Propose that the buyer bills; the other side answers."""
    return _out(await actions.propose_agreement(call.conn, call.viewer, body))


async def _answer(call: Call, id_: UUID, event: AgreementEvent, body: MoveBody) -> AgreementOut:
    expected = expected_version(call.request)
    return _out(
        await actions.answer_agreement(
            call.conn, call.viewer, id_, event, expected=expected, reason=body.reason
        )
    )


@api.post("/api/v1/self-billing/{id}/agree", permission=P.INVOICE_ISSUE, needs_match=True)
async def agree_json(call: Call, *, id: UUID, body: MoveBody) -> AgreementOut:
    """The other side agrees."""
    return await _answer(call, id, AgreementEvent.AGREE, body)


@api.post("/api/v1/self-billing/{id}/decline", permission=P.INVOICE_ISSUE, needs_match=True)
async def decline_agreement_json(call: Call, *, id: UUID, body: MoveBody) -> AgreementOut:
    """The other side declines."""
    return await _answer(call, id, AgreementEvent.DECLINE, body)


@api.post("/api/v1/self-billing/{id}/withdraw", permission=P.INVOICE_ISSUE, needs_match=True)
async def withdraw_agreement_json(call: Call, *, id: UUID, body: MoveBody) -> AgreementOut:
    """The proposing side takes it back."""
    return await _answer(call, id, AgreementEvent.WITHDRAW, body)


@api.post("/api/v1/self-billing/{id}/end", permission=P.INVOICE_ISSUE, needs_match=True)
async def end_agreement_json(call: Call, *, id: UUID, body: EndBody) -> AgreementOut:
    """Either side ends it after a last service day."""
    expected = expected_version(call.request)
    return _out(
        await actions.end_agreement(
            call.conn, call.viewer, id, ends_on=body.ends_on, reason=body.reason, expected=expected
        )
    )


@api.post("/api/v1/invoices/{id}/object", permission=P.INVOICE_ISSUE, needs_match=True)
async def object_to_invoice_json(call: Call, *, id: UUID, body: ObjectBody) -> InvoiceOut:
    """The seller objects to a self-billed invoice, which loses its effect."""
    expected = expected_version(call.request)
    return invoice_out(
        await actions.object_to_invoice(
            call.conn, call.viewer, id, reason=body.reason, expected=expected
        )
    )
