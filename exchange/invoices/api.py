"""Invoices as JSON, and their XML."""

from uuid import UUID

from starlette.responses import Response

from exchange.invoices import actions, store
from exchange.invoices.drafting import preview
from exchange.invoices.model import read_term
from exchange.invoices.reading import filter_of, read_piece
from exchange.invoices.schemas import (
    CreditBody,
    DraftList,
    DraftOut,
    DraftQuery,
    InvoiceList,
    InvoiceOut,
    InvoiceQuery,
    IssueBody,
    OutcomeOut,
    RefusalOut,
    SettleBody,
)
from exchange.invoices.settling import settle_direct
from exchange.invoices.store import Invoice
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("invoices")
P = Permission


def invoice_out(i: Invoice) -> InvoiceOut:
    """A document as JSON."""
    return InvoiceOut.model_validate({**vars(i), "xml_sha256": i.xml_sha256.hex()})


@api.get("/api/v1/invoices", permission=P.BOOKING_READ)
async def list_invoices_json(call: Call, *, query: InvoiceQuery) -> InvoiceList:
    """Invoices and credit notes the caller may see, newest first."""
    secret = call.house.settings.secret()
    wanted = filter_of(secret, query)
    piece = await read_piece(call.conn, call.viewer, wanted, limit=query.limit, secret=secret)
    return InvoiceList(items=[invoice_out(i) for i in piece.items], next=piece.next)


@api.get("/api/v1/invoices/drafts", permission=P.BOOKING_READ)
async def preview_json(call: Call, *, query: DraftQuery) -> DraftList:
    """What could be issued for a period like 2026-Q3."""
    return DraftList(
        items=[
            DraftOut(
                token=d.token, seller_id=d.key.seller_id, buyer_id=d.key.buyer_id, leg=d.key.leg,
            self_billed=d.key.self_billed, bookings=len(d.lines),
                net_cents=d.net_cents, vat_cents=d.vat_cents, gross_cents=d.gross_cents,
            hindrances=[h.text for h in d.hindrances],
            )
            for d in await preview(
                call.conn, call.viewer, read_term(query.period), legacy=query.legacy
            )
        ]
    )  # fmt: skip


@api.get("/api/v1/invoices/{id}", permission=P.BOOKING_READ)
async def get_invoice_json(call: Call, *, id: UUID) -> InvoiceOut:
    """One document."""
    return invoice_out(await store.get_invoice(call.conn, id))


@api.get("/api/v1/invoices/{id}/xml", permission=P.BOOKING_READ)
async def get_xml_json(call: Call, *, id: UUID) -> Response:
    """The stored XRechnung, byte for byte."""
    found = await store.get_invoice(call.conn, id)
    return Response(await store.get_xml(call.conn, found), media_type="application/xml")


@api.post("/api/v1/invoices/issue", permission=P.INVOICE_ISSUE)
async def issue_json(call: Call, *, body: IssueBody) -> OutcomeOut:
    """Issue a period; what is billed already is left alone, so a second call issues nothing."""
    found = await actions.issue_invoices(
        call.conn, call.viewer, read_term(body.period), body.drafts, legacy=body.legacy
    )
    refused = [
        RefusalOut(
            seller_id=r.draft.key.seller_id, buyer_id=r.draft.key.buyer_id, leg=r.draft.key.leg, reasons=list(r.reasons)
        )
        for r in found.refused
    ]  # fmt: skip
    return OutcomeOut(issued=[invoice_out(i) for i in found.issued], refused=refused)


@api.post("/api/v1/invoices/{id}/credit", permission=P.INVOICE_ISSUE, status=201, needs_match=True)
async def credit_json(call: Call, *, id: UUID, body: CreditBody) -> InvoiceOut:
    """A credit note for the named lines or the whole invoice."""
    expected = expected_version(call.request)
    return invoice_out(
        await actions.credit_invoice(
            call.conn, call.viewer, id, reason=body.reason, lines=body.lines, expected=expected
        )
    )


@api.post("/api/v1/invoices/{id}/settle", permission=P.INVOICE_ISSUE)
async def settle_json(call: Call, *, id: UUID, body: SettleBody) -> InvoiceOut:
    """Note that a direct invoice was paid on that bank day; what runs over the hub its settlement run settles."""
    await settle_direct(call.conn, call.viewer, id, body.on)
    return invoice_out(await store.get_invoice(call.conn, id))
