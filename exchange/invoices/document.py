"""An XRechnung 3.0 in UBL 2.1 from plain values (EN 16931, CIUS XRechnung 3.0; standards.md 3); pure.

A credit note carries the amounts it takes back as positive ones; a line against the sign of its document has a
negative quantity, for a price may not be negative (BR-27).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

from exchange.invoices.model import CREDIT_NOTE, Draft, Line, Replaced, Tax
from kdnx.text import _
from kdnx.web.formats import day, eur

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CBC, CAC = f"{UBL}CommonBasicComponents-2", f"{UBL}CommonAggregateComponents-2"
for prefix, uri in (
    ("ubl", f"{UBL}Invoice-2"),
    ("cn", f"{UBL}CreditNote-2"),
    ("cbc", CBC),
    ("cac", CAC),
):
    ET.register_namespace(prefix, uri)
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
LEITWEG, EMAIL = "0204", "EM"  # schemes of electronic addresses
CREDIT_TRANSFER = "58"
ORDER_REFERENCE = "130"  # an object identifier of a line


@dataclass(frozen=True)
class Party:
    """A party as the document names it; contact fields for the seller only."""

    code: str
    name: str
    endpoint: str
    scheme: str
    street: str
    city: str
    postal_code: str
    vat_id: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Header:
    """The document: numbers, days, parties, sums in cents with their sign."""

    number: str
    type: str
    issued_on: date
    due_on: date
    leitweg_id: str
    seller: Party
    buyer: Party
    iban: str
    lines: Sequence[Line]
    taxes: Sequence[Tax]
    terms: str
    note: str = ""
    refers_number: str = ""
    refers_day: date | None = None

    @property
    def is_credit(self) -> bool:
        """It takes back."""
        return self.type == CREDIT_NOTE


def note_of(draft: Draft, reason: str) -> str:
    """BT-22: the reason of a correction; self-billed, the word the law asks for (§ 14 Abs. 4 Nr. 10 UStG)."""
    if not draft.key.self_billed:
        return reason
    word = _("Gutschrift: Abrechnung durch den Leistungsempfänger nach § 14 Abs. 2 UStG.")
    return f"{word} {reason}".strip()


def payment_terms(gross_cents: int, due_on: date) -> str:
    """BT-20 for an amount to pay or, below zero, to give back."""
    if gross_cents < 0:
        return _("Der Betrag wird verrechnet oder bis {day} erstattet.").format(day=day(due_on))
    return _("Zahlbar bis {day} ohne Abzug.").format(day=day(due_on))


def replaced_note(replaced: Sequence[Replaced]) -> str:
    """BT-22 of a document that bills anew what an objection set free: which one, and that its payment counts."""
    said = []
    for r in replaced:
        text = _("Ersetzt die Gutschrift {number}, der am {day} widersprochen wurde.")
        said.append(text.format(number=r.number, day=day(r.objected_on)))
        if r.settled_on:
            text = _("Auf sie wurden am {day} {amount} beglichen; das wird angerechnet.")
            said.append(text.format(day=day(r.settled_on), amount=eur(r.gross_cents)))
    return " ".join(said)


def write_invoice(h: Header) -> bytes:
    """The document in UTF-8."""
    kind = "CreditNote" if h.is_credit else "Invoice"
    root = ET.Element(f"{{{UBL}{kind}-2}}{kind}")
    _head(root, h, kind)
    _references(root, h)
    _party(_group(root, "AccountingSupplierParty"), h.seller, h, is_seller=True)
    _party(_group(root, "AccountingCustomerParty"), h.buyer, h, is_seller=False)
    _payment(root, h)
    _totals(root, h)
    for n, line in enumerate(h.lines, start=1):
        _line(root, h, n, line)
    ET.indent(root, " ")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _head(root: ET.Element, h: Header, kind: str) -> None:
    _text(root, "CustomizationID", CUSTOMIZATION)
    _text(root, "ProfileID", PROFILE)
    _text(root, "ID", h.number)
    _text(root, "IssueDate", h.issued_on.isoformat())
    if not h.is_credit:
        _text(root, "DueDate", h.due_on.isoformat())
    _text(root, f"{kind}TypeCode", h.type)
    _text(root, "Note", h.note)
    _text(root, "DocumentCurrencyCode", "EUR")
    _text(root, "BuyerReference", h.leitweg_id)


def _references(root: ET.Element, h: Header) -> None:
    _period(root, min(x.service_from for x in h.lines), max(x.service_to for x in h.lines))
    orders = {x.order_number for x in h.lines}
    contracts = {x.contract_ref for x in h.lines}
    if len(orders) == 1:
        _text(_group(root, "OrderReference"), "ID", *orders)
    if h.refers_number and h.refers_day:
        before = _group(_group(root, "BillingReference"), "InvoiceDocumentReference")
        _text(before, "ID", h.refers_number)
        _text(before, "IssueDate", h.refers_day.isoformat())
    if len(contracts) == 1 and "" not in contracts:
        _text(_group(root, "ContractDocumentReference"), "ID", *contracts)


def _period(parent: ET.Element, first: date, last: date) -> None:
    period = _group(parent, "InvoicePeriod")
    _text(period, "StartDate", first.isoformat())
    _text(period, "EndDate", last.isoformat())


def _party(parent: ET.Element, p: Party, h: Header, *, is_seller: bool) -> None:
    party = _group(parent, "Party")
    _text(party, "EndpointID", p.endpoint, schemeID=p.scheme)
    _text(_group(party, "PartyIdentification"), "ID", p.code)
    address = _group(party, "PostalAddress")
    _text(address, "StreetName", p.street)
    _text(address, "CityName", p.city)
    _text(address, "PostalZone", p.postal_code)
    _text(_group(address, "Country"), "IdentificationCode", "DE")
    # BR-O-02: a document outside the scope of VAT names no VAT number
    if p.vat_id and all(t.category != "O" for t in h.taxes):
        scheme = _group(party, "PartyTaxScheme")
        _text(scheme, "CompanyID", p.vat_id)
        _text(_group(scheme, "TaxScheme"), "ID", "VAT")
    _text(_group(party, "PartyLegalEntity"), "RegistrationName", p.name)
    if is_seller:
        contact = _group(party, "Contact")
        _text(contact, "Name", p.contact)
        _text(contact, "Telephone", p.phone)
        _text(contact, "ElectronicMail", p.email)


def _payment(root: ET.Element, h: Header) -> None:
    means = _group(root, "PaymentMeans")
    _text(means, "PaymentMeansCode", CREDIT_TRANSFER)
    _text(means, "PaymentID", h.number)
    account = _group(means, "PayeeFinancialAccount")
    _text(account, "ID", h.iban)
    _text(account, "Name", h.seller.name)
    _text(_group(root, "PaymentTerms"), "Note", h.terms)


def _totals(root: ET.Element, h: Header) -> None:
    net, vat = sum(x.net_cents for x in h.lines), sum(t.vat_cents for t in h.taxes)
    total = _group(root, "TaxTotal")
    _money(total, "TaxAmount", _sign(h) * vat)
    for t in h.taxes:
        part = _group(total, "TaxSubtotal")
        _money(part, "TaxableAmount", _sign(h) * t.basis_cents)
        _money(part, "TaxAmount", _sign(h) * t.vat_cents)
        category = _group(part, "TaxCategory")
        _text(category, "ID", t.category)
        _text(category, "Percent", _rate(t.rate_pct))
        _text(category, "TaxExemptionReasonCode", t.reason_code)
        _text(category, "TaxExemptionReason", t.reason if t.category != "S" else "")
        _text(_group(category, "TaxScheme"), "ID", "VAT")
    sums = _group(root, "LegalMonetaryTotal")
    for name, cents in (("LineExtensionAmount", net), ("TaxExclusiveAmount", net),
                        ("TaxInclusiveAmount", net + vat), ("PayableAmount", net + vat)):  # fmt: skip
        _money(sums, name, _sign(h) * cents)


def _line(root: ET.Element, h: Header, n: int, x: Line) -> None:
    cents = _sign(h) * x.net_cents
    line = _group(root, "CreditNoteLine" if h.is_credit else "InvoiceLine")
    _text(line, "ID", str(n))
    quantity = "CreditedQuantity" if h.is_credit else "InvoicedQuantity"
    _text(line, quantity, "-1" if cents < 0 else "1", unitCode="C62")
    _money(line, "LineExtensionAmount", cents)
    _period(line, x.service_from, x.service_to)
    reference = _group(line, "DocumentReference")
    _text(reference, "ID", x.order_number)
    _text(reference, "DocumentTypeCode", ORDER_REFERENCE)
    item = _group(line, "Item")
    _text(item, "Description", f"Leistungsschein {x.order_number}, Buchung {x.booking_number}")
    _text(item, "Name", x.title)
    tax = _group(item, "ClassifiedTaxCategory")
    _text(tax, "ID", x.category)
    if x.category != "O":  # BR-O-05
        _text(tax, "Percent", _rate(x.rate_pct))
    _text(_group(tax, "TaxScheme"), "ID", "VAT")
    _money(_group(line, "Price"), "PriceAmount", abs(cents))


def _sign(h: Header) -> int:
    return -1 if h.is_credit else 1


def _rate(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _group(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{CAC}}}{name}")


def _money(parent: ET.Element, name: str, cents: int) -> None:
    _text(parent, name, f"{Decimal(cents) / 100:.2f}", currencyID="EUR")


def _text(parent: ET.Element, name: str, value: str, **attributes: str) -> None:
    if value:
        ET.SubElement(parent, f"{{{CBC}}}{name}", attributes).text = value


@dataclass(frozen=True)
class Said:
    """What the stored document says of its parties and of paying; the register may have changed since."""

    seller: Sequence[str]
    buyer: Sequence[str]
    contact: str
    seller_vat_id: str
    buyer_vat_id: str
    iban: str
    terms: str
    note: str


def read_document(xml: bytes) -> Said:
    """The stored bytes of one of our documents, for people."""
    root = ET.fromstring(xml)  # noqa: S314  # our own bytes, held to their hash by the database
    seller = _find(root, "AccountingSupplierParty", "Party")
    buyer = _find(root, "AccountingCustomerParty", "Party")
    contact = [_read(seller, "Contact", name) for name in ("Name", "Telephone", "ElectronicMail")]
    return Said(
        seller=_address(seller), buyer=_address(buyer), contact=", ".join(filter(None, contact)),
        seller_vat_id=_read(seller, "PartyTaxScheme", "CompanyID"),
        buyer_vat_id=_read(buyer, "PartyTaxScheme", "CompanyID"),
        iban=_read(root, "PaymentMeans", "PayeeFinancialAccount", "ID"),
        terms=_read(root, "PaymentTerms", "Note"), note=_read(root, "Note"),
    )  # fmt: skip


def _address(party: ET.Element | None) -> list[str]:
    place = " ".join(_read(party, "PostalAddress", n) for n in ("PostalZone", "CityName"))
    name = _read(party, "PartyLegalEntity", "RegistrationName")
    return [t for t in (name, _read(party, "PostalAddress", "StreetName"), place.strip()) if t]


def _find(parent: ET.Element | None, *path: str) -> ET.Element | None:
    return None if parent is None else parent.find("/".join(f"{{{CAC}}}{name}" for name in path))


def _read(parent: ET.Element | None, *path: str) -> str:
    group = parent if len(path) == 1 else _find(parent, *path[:-1])
    return "" if group is None else group.findtext(f"{{{CBC}}}{path[-1]}") or ""
