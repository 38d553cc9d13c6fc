"""Invoices for people: list, preview and issue of a period, the readable view beside the XML, PDF, correction."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from exchange.invoices import store
from exchange.invoices.actions import credit_invoice, issue_invoices
from exchange.invoices.document import read_document
from exchange.invoices.drafting import preview
from exchange.invoices.model import (
    BADGES,
    CATEGORY_LABELS,
    CREDIT_NOTE,
    LABELS,
    TYPE_LABELS,
    InvoiceState,
    read_term,
)
from exchange.invoices.paper import hint_of, print_invoice
from exchange.invoices.reading import filter_of, read_piece, write_table, zip_invoices
from exchange.invoices.schemas import (
    CreditForm,
    InvoicePageQuery,
    IssueForm,
    PeriodQuery,
    SettleForm,
)
from exchange.invoices.settling import settle_direct
from exchange.invoices.store import Invoice
from exchange.ledger.reading import own_or_all
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, Refused
from kdnx.members.store import list_members
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P = Permission
DIRECTIONS = {"all": "alle", "out": "Verkauf", "in": "Einkauf"}
WORDS: dict[str, Any] = {
    "labels": LABELS,
    "badges": BADGES,
    "types": TYPE_LABELS,
    "categories": CATEGORY_LABELS,
}
ON_ORDER = 10  # so many of an order's invoices stand on its page


def _periods(today: date) -> list[tuple[str, str]]:
    """What can be billed or searched: years, half years, quarters, and the months of this and the last year."""
    found = []
    for year in range(today.year, today.year - 4, -1):
        found.append((f"{year}", f"{year}"))
        found += [(f"{year}-H{h}", _("{h}. Halbjahr {y}").format(h=h, y=year)) for h in (2, 1)]
        found += [(f"{year}-Q{q}", _("{q}. Quartal {y}").format(q=q, y=year)) for q in (4, 3, 2, 1)]
        if year >= today.year - 1:
            found += [(f"{year}-{m:02d}", f"{m:02d}/{year}") for m in range(12, 0, -1)]
    return found


def _address(path: str, **values: object) -> str:
    return path + "?" + urlencode({k: v for k, v in values.items() if v})


async def list_invoices(call: Call) -> Response:
    """All invoices the viewer may see, newest first, with the sums of the whole selection."""
    query = call.query(InvoicePageQuery)
    secret = call.house.settings.secret()
    wanted = filter_of(secret, query)
    piece = await read_piece(call.conn, call.viewer, wanted, limit=query.size, secret=secret)
    kept = query.model_dump(mode="json", exclude={"cursor", "size"})
    may_issue = call.viewer.may(P.INVOICE_ISSUE) and bool(call.viewer.members)
    return await call.page(
        "invoices/list.html",
        query=query,
        rows=piece.items,
        sums=await store.sum_invoices(call.conn, own_or_all(call.viewer), wanted),
        tabs=[
            (t, _address("/invoices", **{**kept, "direction": d}), d == query.direction)
            for d, t in DIRECTIONS.items()
        ],
        states=[(s.value, t) for s, t in LABELS.items() if s.value != "draft"],
        periods=_periods(call.conn.today),
        partners=[(m.id, m.short_name) for m in await list_members(call.conn)],
        may_issue=may_issue,
        is_narrowed=any(v for k, v in kept.items() if k != "direction"),
        zip_href=_address("/invoices/download", **kept),
        csv_href=_address("/invoices/export", **kept),
        next_href=_address("/invoices", **kept, cursor=piece.next) if piece.next else "",
        first_href=_address("/invoices", **kept) if query.cursor else "",
        **WORDS,
    )


async def show_preview(call: Call) -> Response:
    """What would be issued for a period, pair by pair, and what stands in its way."""
    query = call.query(PeriodQuery)
    before = (
        call.conn.today.month - 1
    ) // 3 or 4  # the last full quarter is what people bill mostly
    year = call.conn.today.year - (before == 4)
    term = read_term(query.period or f"{year}-Q{before}")
    drafts = await preview(call.conn, call.viewer, term, legacy=query.legacy)
    left_out = await store.left_out(call.conn, call.viewer.members, *term.months)
    names = {m.id: m.short_name for m in await list_members(call.conn)}
    drafts.sort(
        key=lambda d: (bool(d.hindrances), d.key.self_billed, names[d.key.buyer_id], d.key.leg)
    )
    good = [d for d in drafts if not d.hindrances]
    return await call.page(
        "invoices/preview.html",
        term=term,
        drafts=drafts,
        names=names,
        good=good,
        periods=_periods(call.conn.today),
        net=sum(d.net_cents for d in good),
        vat=sum(d.vat_cents for d in good),
        gross=sum(d.gross_cents for d in good),
        elsewhere=left_out.get(False, (0, 0)),
        before=left_out.get(True, (0, 0)),
        legacy=query.legacy,
        may_issue=call.viewer.may(P.INVOICE_ISSUE),
        **WORDS,
    )


async def issue(call: Call) -> Response:
    """Issue what was ticked; what could not be issued stands on the preview with its reason."""
    form = call.form(IssueForm).valid()
    back = _address("/invoices/new", period=form.period, legacy="true" if form.legacy else "")
    if not form.draft:
        return call.redirect(back, _("Nichts ausgewählt."), "info")
    outcome = await issue_invoices(
        call.conn, call.viewer, read_term(form.period), form.draft, legacy=form.legacy
    )
    n = len(outcome.issued)
    said = ngettext("{n} Rechnung gestellt.", "{n} Rechnungen gestellt.", n).format(n=n)
    if outcome.refused:
        rest = _(" {n} nicht: Der Grund steht in der Vorschau.").format(n=len(outcome.refused))
        return call.redirect(back, said + rest, "warning")
    if n < len(form.draft):
        rest = _(" Der Rest hat sich seit der Vorschau geändert.")
        return call.redirect(back, said + rest, "warning")
    return call.redirect("/invoices?direction=out", said)


async def show_invoice(call: Call) -> Response:
    """The readable view of the document."""
    return await _show(call)


async def _show(call: Call, form: Form[Any] | None = None, status: int = 200) -> Response:
    invoice = await store.get_invoice(call.conn, call.path_id())
    may_issue, is_open = call.viewer.may(P.INVOICE_ISSUE), invoice.state == InvoiceState.ISSUED
    is_bill = not invoice.is_correction and invoice.type != CREDIT_NOTE
    acts = call.viewer.acts_for
    is_self_billed = invoice.issuer_id == invoice.buyer_id
    return await call.page(
        "invoices/show.html",
        status=status,
        invoice=invoice,
        lines=await store.list_lines(call.conn, invoice),
        taxes=await store.list_taxes(call.conn, invoice),
        said=read_document(await store.get_xml(call.conn, invoice)),
        credits=await store.list_credits(call.conn, invoice),
        hint=hint_of(invoice),
        is_self_billed=is_self_billed,
        may_credit=may_issue
        and invoice.state in ("issued", "settled")
        and is_bill
        and acts(invoice.issuer_id),
        may_object=may_issue
        and invoice.state in ("issued", "settled")
        and is_bill
        and is_self_billed
        and acts(invoice.seller_id),
        may_settle=may_issue and is_open and invoice.direct and acts(invoice.seller_id),
        form=form,
        **WORDS,
    )


async def download_xml(call: Call) -> Response:
    """The stored bytes."""
    invoice = await store.get_invoice(call.conn, call.path_id())
    return _file(
        await store.get_xml(call.conn, invoice), f"{invoice.number}.xml", "application/xml"
    )


async def download_pdf(call: Call) -> Response:
    """The readable document with the hash of the stored bytes on it."""
    conn, invoice = call.conn, await store.get_invoice(call.conn, call.path_id())
    lines, taxes = await store.list_lines(conn, invoice), await store.list_taxes(conn, invoice)
    made = await print_invoice(invoice, lines, taxes, await store.get_xml(conn, invoice))
    return _file(made, f"{invoice.number}.pdf", "application/pdf")


async def download_zip(call: Call) -> Response:
    """The documents of a selection."""
    query = call.query(InvoicePageQuery)
    wanted = filter_of(call.house.settings.secret(), query, whole=True)
    name = f"rechnungen-{query.period or 'alle'}.zip"
    return _file(await zip_invoices(call.conn, call.viewer, wanted), name, "application/zip")


async def export_table(call: Call) -> Response:
    """The selection of the list as CSV."""
    query = call.query(InvoicePageQuery)
    wanted = filter_of(call.house.settings.secret(), query, whole=True)
    text = await write_table(call.conn, call.viewer, wanted)
    return _file(text.encode(), "rechnungen.csv", "text/csv; charset=utf-8")


def _file(content: bytes, name: str, media: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)


async def credit(call: Call) -> Response:
    """Take back the ticked lines, or all of them."""
    form = call.form(CreditForm)
    if form.value is None:
        return await _show(call, form, 422)
    f = form.value
    try:
        async with call.conn.savepoint():
            note = await credit_invoice(
                call.conn,
                call.viewer,
                call.path_id(),
                reason=f.reason,
                lines=f.line,
                expected=f.row_version,
            )
    except Refused as error:
        words = " ".join(t for t in (error.detail, error.remedy) if t)
        return await _show(
            call, Form(form.raw, None, [FieldError("reason", words, error.code)]), 422
        )
    return call.redirect(
        f"/invoices/{note.id}",
        _("{label} {n} ist gestellt.").format(label=note.label, n=note.number),
    )


async def settle(call: Call) -> Response:
    """Note the bank day of a direct invoice."""
    form = call.form(SettleForm)
    if form.value is None:
        return await _show(call, form, 422)
    try:
        async with call.conn.savepoint():
            await settle_direct(call.conn, call.viewer, call.path_id(), form.value.on)
    except (Refused, Invalid) as error:
        return await _show(
            call, Form(form.raw, None, [FieldError("on", error.detail, error.code)]), 422
        )
    return call.redirect(f"/invoices/{call.path_id()}", _("Als beglichen vermerkt."))


async def order_section(
    conn: Conn, viewer: Viewer, order_id: UUID
) -> tuple[str, Mapping[str, Any]] | None:
    """The newest invoices of an order on its page."""
    return _section(viewer, await store.invoices_of_order(conn, order_id, ON_ORDER))


async def booking_section(
    conn: Conn, viewer: Viewer, booking_id: UUID
) -> tuple[str, Mapping[str, Any]] | None:
    """The documents a booking stands on, on its page."""
    return _section(viewer, await store.invoices_of_booking(conn, booking_id))


def _section(viewer: Viewer, rows: list[Invoice]) -> tuple[str, Mapping[str, Any]] | None:
    if not rows or not viewer.may(P.BOOKING_READ):
        return None
    return "invoices/section.html", {"rows": rows, **WORDS}


DOORS = (
    get("/invoices", list_invoices, permission=P.BOOKING_READ),
    get("/invoices/new", show_preview, permission=P.BOOKING_READ),
    post("/invoices/new", issue, permission=P.INVOICE_ISSUE),
    get("/invoices/download", download_zip, permission=P.BOOKING_READ),
    get("/invoices/export", export_table, permission=P.BOOKING_READ),
    get("/invoices/{id}", show_invoice, permission=P.BOOKING_READ),
    get("/invoices/{id}/xml", download_xml, permission=P.BOOKING_READ),
    get("/invoices/{id}/pdf", download_pdf, permission=P.BOOKING_READ),
    post("/invoices/{id}/credit", credit, permission=P.INVOICE_ISSUE),
    post("/invoices/{id}/settle", settle, permission=P.INVOICE_ISSUE),
)
