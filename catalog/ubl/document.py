"""A UBL 2.1 Catalogue from plain values (OASIS UBL 2.1, UBL-Catalogue-2.1.xsd; codes as in EN 16931); pure.

A tier is a location quantity of its own with its first and last quantity; a tier of the kind slab says so in the
type of its price, for UBL has no word for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

CATALOGUE = "urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
for prefix, uri in (("", CATALOGUE), ("cbc", CBC), ("cac", CAC)):
    ET.register_namespace(prefix, uri)
# UN/ECE Recommendation 20: what a price counts; one (C62) where the list has no word of its own
UNITS = {
    "inhabitant": "IE", "user": "IE", "hour": "HUR", "day": "DAY", "page": "ZP", "gb": "E34",
    "device": "H87", "flat": "LS",
}  # fmt: skip
# tax case of the catalogue → UNCL5305 category, per cent, reason
TAXES = {
    "U19": ("S", "19", ""),
    "F29": ("E", "0", "§ 4 Nr. 29 UStG"),
    "FX": ("E", "0", "steuerfrei nach anderer Vorschrift"),
    "N2B": ("O", "", "§ 2b UStG"),
    "NALT": ("O", "", "§ 2 Abs. 3 UStG in der bis 31.12.2015 geltenden Fassung"),
    "KU": ("E", "0", "§ 19 UStG"),
}


@dataclass(frozen=True)
class Party:
    """A member: code within the alliance, name, VAT number where it has one."""

    code: str
    name: str
    vat_id: str = ""


@dataclass(frozen=True)
class PriceLine:
    """One price (or one tier of it): net euros a unit, from and to which quantity (inclusive)."""

    euros: Decimal
    base: str
    words: str
    label: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    valid_from: date | None = None


@dataclass(frozen=True)
class Item:
    """One offering; `action` is Add, Update or Delete, `properties` are (label, text) pairs."""

    number: str
    version: int
    seller: Party
    name: str
    is_orderable: bool
    description: str = ""
    keywords: Sequence[str] = ()
    cpv: Sequence[str] = ()
    lead_time_days: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    prices: Sequence[PriceLine] = ()
    tax_code: str = ""
    properties: Sequence[tuple[str, str]] = ()
    certificates: Sequence[tuple[str, str, str]] = ()
    replaces: Sequence[str] = ()
    requires: Sequence[str] = ()
    action: str = "Update"


@dataclass(frozen=True)
class Header:
    """The document: number, day, who sends it for whom."""

    id: str
    name: str
    issued_on: date
    provider: Party
    receiver: Party
    note: str = ""
    items: Sequence[Item] = field(default_factory=tuple)


def write_catalogue(header: Header) -> bytes:
    """The document in UTF-8; ValueError without a line, which UBL does not know."""
    if not header.items:
        raise ValueError("a catalogue has at least one line")
    root = ET.Element(f"{{{CATALOGUE}}}Catalogue")
    _text(root, "UBLVersionID", "2.1")
    _text(root, "ID", header.id)
    _text(root, "ActionCode", "Replace", listID="UBLCatalogueAction")
    _text(root, "Name", header.name)
    _text(root, "IssueDate", header.issued_on.isoformat())
    _text(root, "Note", header.note)
    _text(root, "VersionID", header.id)
    _text(root, "LineCountNumeric", str(len(header.items)))
    _party(root, "ProviderParty", header.provider)
    _party(root, "ReceiverParty", header.receiver)
    for item in header.items:
        _line(root, item)
    ET.indent(root, " ")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _line(root: ET.Element, item: Item) -> None:
    line = _group(root, "CatalogueLine")
    _text(line, "ID", item.number)
    _text(line, "ActionCode", item.action, listID="UBLCatalogueAction")
    _text(line, "OrderableIndicator", "true" if item.is_orderable else "false")
    seller = _group(line, "SellerSupplierParty")
    _party(seller, "Party", item.seller)
    if item.valid_from or item.valid_to:
        _period(line, "LineValidityPeriod", item.valid_from, item.valid_to)
    for name, numbers in (
        ("RequiredRelatedItem", item.requires),
        ("ReplacedRelatedItem", item.replaces),
    ):
        for number in numbers:
            _text(_group(line, name), "ID", number)
    for price in item.prices:
        _price(line, item, price)
    _item(line, item)


def _price(line: ET.Element, item: Item, price: PriceLine) -> None:
    unit = UNITS.get(price.base, "C62")
    place = _group(line, "RequiredItemLocationQuantity")
    if item.lead_time_days is not None:
        _text(place, "LeadTimeMeasure", str(item.lead_time_days), unitCode="DAY")
    for name, quantity in (("MinimumQuantity", price.minimum), ("MaximumQuantity", price.maximum)):
        if quantity is not None:
            _text(place, name, f"{quantity:f}", unitCode=unit)
    node = _group(place, "Price")
    _text(node, "PriceAmount", f"{price.euros:f}", currencyID="EUR")
    _text(node, "BaseQuantity", "1", unitCode=unit)
    _text(node, "PriceType", ", ".join(x for x in (price.label, price.words) if x))
    if price.valid_from:
        _period(node, "ValidityPeriod", price.valid_from, None)


def _item(line: ET.Element, item: Item) -> None:
    node = _group(line, "Item")
    _text(node, "Description", item.description)
    _text(node, "Name", item.name)
    for word in item.keywords:
        _text(node, "Keyword", word)
    _text(_group(node, "SellersItemIdentification"), "ID", item.number)
    for code in item.cpv:
        _text(_group(node, "CommodityClassification"), "ItemClassificationCode", code, listID="STI")
    if item.tax_code in TAXES:
        category, percent, reason = TAXES[item.tax_code]
        tax = _group(node, "ClassifiedTaxCategory")
        _text(tax, "ID", category)
        _text(tax, "Percent", percent)
        _text(tax, "TaxExemptionReason", reason)
        _text(_group(tax, "TaxScheme"), "ID", "VAT")
    for label, text in (("Fassung", str(item.version)), *item.properties):
        each = _group(node, "AdditionalItemProperty")
        _text(each, "Name", label)
        _text(each, "Value", text)
    for number, kind, issuer in item.certificates:
        each = _group(node, "Certificate")
        _text(each, "ID", number)
        _text(each, "CertificateTypeCode", "NA")
        _text(each, "CertificateType", kind)
        _text(_group(_group(each, "IssuerParty"), "PartyName"), "Name", issuer)


def _party(parent: ET.Element, name: str, party: Party) -> None:
    node = _group(parent, name)
    _text(_group(node, "PartyIdentification"), "ID", party.code)
    _text(_group(node, "PartyName"), "Name", party.name)
    if party.vat_id:
        tax = _group(node, "PartyTaxScheme")
        _text(tax, "CompanyID", party.vat_id)
        _text(_group(tax, "TaxScheme"), "ID", "VAT")


def _period(parent: ET.Element, name: str, first: date | None, last: date | None) -> None:
    node = _group(parent, name)
    _text(node, "StartDate", first.isoformat() if first else "")
    _text(node, "EndDate", last.isoformat() if last else "")


def _group(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{CAC}}}{name}")


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    # an empty element says nothing and is forbidden by EN 16931's habits
    if text:
        ET.SubElement(parent, f"{{{CBC}}}{name}", attributes).text = text


def split_tiers(
    first_euros: Decimal, tiers: Sequence[tuple[Decimal, Decimal]]
) -> Iterator[tuple[Decimal, Decimal | None, Decimal | None]]:
    """(euros, from, to) of the quantities below and in each tier; `tiers` are (from quantity, euros), whole units."""
    ordered = sorted(tiers)
    starts: list[tuple[Decimal | None, Decimal]] = [(None, first_euros), *ordered]
    for n, (start, euros) in enumerate(starts):
        following = starts[n + 1][0] if n + 1 < len(starts) else None
        end = None if following is None else following - 1
        if end is None or end >= (start or Decimal(0)):
            yield euros, start, end
