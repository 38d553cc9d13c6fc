"""An invoice on paper: texts for the template."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from exchange.invoices.document import Said, read_document
from exchange.invoices.model import CATEGORY_LABELS, InvoiceState, Line, Tax
from exchange.invoices.store import Invoice, StoredLine
from kdnx.text import _
from kdnx.web.formats import day, eur, num
from kdnx.web.typesetting import typeset

TEMPLATE = Path(__file__).parent / "templates" / "invoice.typ"


async def print_invoice(
    invoice: Invoice, lines: Sequence[StoredLine], taxes: Sequence[Tax], xml: bytes
) -> bytes:
    """A tagged PDF (PDF/UA-1)."""
    return await typeset(TEMPLATE, values_of(invoice, lines, taxes, xml))


def values_of(
    invoice: Invoice, lines: Sequence[StoredLine], taxes: Sequence[Tax], xml: bytes
) -> dict[str, Any]:
    """Everything the template shows, as texts; parties and terms as the XML says them."""
    said = read_document(xml)
    noon = datetime.combine(invoice.issued_on, time(12), UTC)
    return {
        "at": int(noon.timestamp()), "label": invoice.label, "number": invoice.number,
        "sha256": invoice.xml_sha256.hex(), "seller": said.seller, "buyer": said.buyer,
        "head": head_of(invoice, said), "hint": hint_of(invoice),
        "lines": [_row(s.line) for s in lines],
        "taxes": [[_tax_words(t.category, t), t.reason or "–", eur(t.basis_cents), eur(t.vat_cents)] for t in taxes],
        "net": eur(invoice.net_cents), "vat": eur(invoice.vat_cents), "gross": eur(invoice.gross_cents),
        "terms": said.terms, "iban": said.iban if invoice.gross_cents > 0 else "", "note": said.note,
        "contact": said.contact,
    }  # fmt: skip


def _row(x: Line) -> list[str]:
    return [
        x.title, x.booking_number, f"{day(x.service_from)} – {day(x.service_to)}",
        _tax_words(x.category, x), eur(x.net_cents),
    ]  # fmt: skip


def _tax_words(category: str, of: Line | Tax) -> str:
    return f"{num(of.rate_pct)} %" if category == "S" else CATEGORY_LABELS[category]


def head_of(invoice: Invoice, said: Said) -> list[list[str]]:
    """What stands above the lines: (label, text)."""
    period = f"{day(invoice.period_from)} – {day(invoice.period_to)}"
    rows = [
        [_("Nummer"), invoice.number], [_("Datum"), day(invoice.issued_on)], [_("Abrechnungszeitraum"), period],
        [_("Fällig"), day(invoice.due_on)], [_("Leitweg-ID"), invoice.leitweg_id],
        [_("Umsatzsteuer-ID (Leistender)"), said.seller_vat_id], [_("Umsatzsteuer-ID (Empfänger)"), said.buyer_vat_id],
        [_("Berichtigt"), invoice.refers_number], [_("Grund"), invoice.reason],
    ]  # fmt: skip
    return [row for row in rows if row[1]]


def _paid_hint(invoice: Invoice) -> str:
    """How a payment is treated whose document lost its effect."""
    if not invoice.settled_on:
        return ""
    paid = _("Es war am {day} beglichen.").format(day=day(invoice.settled_on))
    if invoice.direct:
        rest = _(
            "Die Zahlung wird auf das neue Dokument angerechnet; "
            "einen Unterschied gleichen beide Häuser aus."
        )
    else:
        rest = _(
            "Das Netto bleibt bezahlt; die zurückgenommene und die neu berechnete "
            "Umsatzsteuer gleicht der nächste Abrechnungslauf aus."
        )
    return f"{paid} {rest}"


def hint_of(invoice: Invoice) -> str:
    """What a reader must know of the state, or ''."""
    if invoice.state == InvoiceState.OBJECTED and invoice.objected_on:
        text = _(
            "Widersprochen am {day}: Dieses Dokument wirkt nicht mehr als Rechnung (§ 14 Abs. 2 UStG)."
        )
        return f"{text.format(day=day(invoice.objected_on))} {_paid_hint(invoice)}".strip()
    if invoice.state == InvoiceState.CREDITED:
        return f"{_('Dieses Dokument ist ganz berichtigt.')} {_paid_hint(invoice)}".strip()
    return ""
