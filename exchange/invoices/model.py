"""What may stand on one invoice, how its tax is summed, and which states it has; pure (model.md 2, 3.2)."""

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from exchange.ledger.model import (
    AccountKind,
    Period,
    Posting,
    TransferKind,
    account_id,
    reversed_posting,
)
from kdnx.errors import Invalid, Refused
from kdnx.members.model import Member
from kdnx.money import percent_of
from kdnx.text import _

INVOICE, CREDIT_NOTE, SELF_BILLED = "380", "381", "389"
# „Gutschrift“ is in tax law only what the buyer bills itself (§ 14 Abs. 2 UStG)
TYPE_LABELS = {INVOICE: "Rechnung", CREDIT_NOTE: "Rechnungskorrektur", SELF_BILLED: "Gutschrift"}
SELF_BILLED_CORRECTION = "Korrektur der Gutschrift"
CATEGORY_LABELS = {"S": "steuerpflichtig", "E": "steuerfrei", "O": "nicht steuerbar"}
# the codes of VATEX that fit German law; every other ground is text alone (standards.md 3)
REASON_CODES = {"F29": "VATEX-EU-132-1F"}
NOT_TAXABLE = "VATEX-EU-O"
MAX_LINES = 20_000


class InvoiceState(StrEnum):
    """Where an invoice stands; a draft is shown, never stored."""

    DRAFT = "draft"
    ISSUED = "issued"
    SETTLED = "settled"
    CREDITED = "credited"
    OBJECTED = "objected"


class InvoiceEvent(StrEnum):
    """What happens to an invoice."""

    ISSUE = "issue"
    SETTLE = "settle"
    CREDIT = "credit"
    OBJECT = "object"


LABELS = {
    InvoiceState.DRAFT: "Entwurf",
    InvoiceState.ISSUED: "gestellt",
    InvoiceState.SETTLED: "beglichen",
    InvoiceState.CREDITED: "berichtigt",
    InvoiceState.OBJECTED: "widersprochen",
}
BADGES = {
    "draft": "", "issued": "info", "settled": "success", "credited": "warning", "objected": "danger"
}  # fmt: skip
MOVES: Mapping[tuple[InvoiceState, InvoiceEvent], InvoiceState] = {
    (InvoiceState.DRAFT, InvoiceEvent.ISSUE): InvoiceState.ISSUED,
    (InvoiceState.ISSUED, InvoiceEvent.SETTLE): InvoiceState.SETTLED,
    (InvoiceState.ISSUED, InvoiceEvent.CREDIT): InvoiceState.CREDITED,
    # nor a correction: § 14c Abs. 1 UStG and § 31 Abs. 5 UStDV set it no term
    (InvoiceState.SETTLED, InvoiceEvent.CREDIT): InvoiceState.CREDITED,
    (InvoiceState.ISSUED, InvoiceEvent.OBJECT): InvoiceState.OBJECTED,
    # payment does not make an objection void (§ 14 Abs. 2 UStG sets it no term)
    (InvoiceState.SETTLED, InvoiceEvent.OBJECT): InvoiceState.OBJECTED,
    # it goes into the settlement together with its corrections
    (InvoiceState.CREDITED, InvoiceEvent.SETTLE): InvoiceState.SETTLED,
}


def advance(state: str, event: InvoiceEvent) -> InvoiceState:
    """The state after the event; Refused where the table has none."""
    now = InvoiceState(state)
    if (after := MOVES.get((now, event))) is None:
        raise Refused(
            _("Diese Rechnung ist {state}; das ist hier nicht möglich.").format(state=LABELS[now]),
            code="wrong_state",
        )
    return after


@dataclass(frozen=True)
class Term:
    """A billing period: its word ('2026-Q3') and its days, both inclusive."""

    word: str
    first: date
    last: date

    @property
    def months(self) -> tuple[int, int]:
        """First and last booking period as yyyymm."""
        return self.first.year * 100 + self.first.month, self.last.year * 100 + self.last.month


def read_term(word: str) -> Term:
    """'2026', '2026-H1', '2026-Q3' or '2026-07'; Invalid otherwise."""
    found = re.fullmatch(
        r"(20\d\d)(?:-(?:H([12])|Q([1-4])|(0[1-9]|1[0-2])))?", word.strip().upper()
    )
    if found is None:
        raise Invalid(
            _("Diesen Abrechnungszeitraum gibt es nicht."),
            remedy=_("Möglich sind 2026, 2026-H1, 2026-Q3 und 2026-07."),
            code="bad_period",
        )
    year, half, quarter, month = int(found[1]), found[2], found[3], found[4]
    if half:
        first, last = int(half) * 6 - 5, int(half) * 6
    elif quarter:
        first, last = int(quarter) * 3 - 2, int(quarter) * 3
    else:
        first, last = (int(month), int(month)) if month else (1, 12)
    return Term(
        word.strip().upper(),
        date(year, first, 1),
        date(year, last, calendar.monthrange(year, last)[1]),
    )


@dataclass(frozen=True)
class TaxCase:
    """A tax code as the rule in force says it."""

    code: str
    category: str
    rate_pct: Decimal
    reason: str


@dataclass(frozen=True)
class Line:
    """A confirmed booking on one leg, not yet billed; `net_cents` carries its sign."""

    booking_owner_id: UUID
    booking_id: UUID
    leg: int
    round: int
    net_cents: int
    tax_code: str
    title: str
    order_number: str
    contract_ref: str
    booking_number: str
    service_from: date
    service_to: date
    category: str = ""
    rate_pct: Decimal = Decimal(0)


@dataclass(frozen=True)
class Key:
    """What one invoice has in common: O stands alone (BR-O-11 to 14); `self_billed` by the buyer."""

    seller_id: UUID
    buyer_id: UUID
    leg: int
    direct: bool
    leitweg_id: str
    not_taxable: bool
    self_billed: bool = False

    @property
    def issuer_id(self) -> UUID:
        """Who writes the document and draws its number."""
        return self.buyer_id if self.self_billed else self.seller_id


@dataclass(frozen=True)
class Tax:
    """A tax group (BG-23); amounts in cents."""

    category: str
    rate_pct: Decimal
    basis_cents: int
    vat_cents: int
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Replaced:
    """A document that lost its effect and whose lines are billed anew; gross cents."""

    number: str
    objected_on: date
    settled_on: date | None
    gross_cents: int


@dataclass(frozen=True)
class Hindrance:
    """What stops an invoice, as a German sentence; `href` is where it is put right, `place` its name."""

    text: str
    href: str = ""
    place: str = ""


@dataclass(frozen=True)
class Draft:
    """An invoice before it has a number, and what stops it."""

    key: Key
    lines: tuple[Line, ...]
    taxes: tuple[Tax, ...]
    hindrances: tuple[Hindrance, ...] = field(default=())

    @property
    def net_cents(self) -> int:
        """Sum of the lines."""
        return sum(x.net_cents for x in self.lines)

    @property
    def vat_cents(self) -> int:
        """Sum of the tax groups."""
        return sum(t.vat_cents for t in self.taxes)

    @property
    def gross_cents(self) -> int:
        """What is to pay."""
        return self.net_cents + self.vat_cents

    @property
    def token(self) -> str:
        """Names exactly these lines, so that nothing else is issued than what was seen."""
        text = "|".join(
            f"{x.booking_id}:{x.leg}:{x.round}:{x.net_cents}:{x.tax_code}" for x in self.lines
        )
        return sha256(f"{self.key}|{text}".encode()).hexdigest()[:24]

    @property
    def type(self) -> str:
        """A sum below zero is a credit note; self-billed is self-billed either way."""
        if self.key.self_billed:
            return SELF_BILLED
        return INVOICE if self.net_cents >= 0 else CREDIT_NOTE


Cases = Mapping[tuple[str, date], TaxCase]  # by tax code and last service day


def taxes_of(lines: Sequence[Line], cases: Cases) -> tuple[Tax, ...]:
    """One group a category and rate; tax half-up on the sum of the group (BR-CO-17)."""
    groups: dict[tuple[str, Decimal], list[Line]] = {}
    for x in lines:
        groups.setdefault((x.category, x.rate_pct), []).append(x)
    found = []
    for (category, rate), members in sorted(groups.items()):
        basis = sum(x.net_cents for x in members)
        codes = sorted({x.tax_code for x in members})
        found_cases = [
            cases[k] for k in sorted({(x.tax_code, x.service_to) for x in members}) if k in cases
        ]
        found.append(
            Tax(
                category, rate, basis, percent_of(basis, rate) if category == "S" else 0,
                _reason_code(category, codes),
                "; ".join(dict.fromkeys(c.reason for c in found_cases if c.reason)),
            )
        )  # fmt: skip
    return tuple(found)


def _reason_code(category: str, codes: Sequence[str]) -> str:
    if category == "O":
        return NOT_TAXABLE
    named = {REASON_CODES.get(c, "") for c in codes}
    return named.pop() if category == "E" and len(named) == 1 else ""


def drafts_of(
    rows: Sequence[tuple[Key, Line]], cases: Cases
) -> tuple[list[Draft], list[tuple[Key, Line]]]:
    """The invoices these lines make, and the lines whose tax case is not decided."""
    groups: dict[Key, list[Line]] = {}
    undecided = []
    for key, line in rows:
        case = cases.get((line.tax_code, line.service_to))
        if case is None or not case.category:
            undecided.append((key, line))
            continue
        whole = replace(line, category=case.category, rate_pct=case.rate_pct)
        groups.setdefault(replace(key, not_taxable=case.category == "O"), []).append(whole)
    return [Draft(k, tuple(ls), taxes_of(ls, cases)) for k, ls in groups.items()], undecided


def missing_data(key: Key, seller: Member, buyer: Member, *, has_contact: bool) -> list[Hindrance]:
    """What an XRechnung needs and the register lacks, naming member, field and the page to enter it."""
    wanted = [
        (seller, _("Postleitzahl"), bool(seller.postal_code), True),
        (seller, _("IBAN"), bool(seller.iban), True),
        (seller, _("Umsatzsteuer-ID"), key.not_taxable or bool(seller.vat_id), True),
        (seller, _("Kontakt für Rechnungen"), has_contact, False),
        (buyer, _("Postleitzahl"), bool(buyer.postal_code), True),
        (buyer, _("Leitweg-ID"), bool(key.leitweg_id), False),
    ]
    said = _("{member}: {field} fehlt.")
    # what stands in the register is kept by the administration, the rest by whoever bills for the house
    return [
        Hindrance(
            said.format(member=m.short_name, field=name),
            f"/members/{m.id}" if is_register else "/invoices/sender",
            _("Mitgliederverzeichnis") if is_register else _("Absender und Empfang"),
        )
        for m, name, there, is_register in wanted
        if not there
    ]


def vat_posting(key: Key, hub_side: UUID, cents: int, service: Period) -> Posting:
    """The VAT of one tax group (model.md 3.2); negative cents swap the accounts."""
    if key.direct:
        debit = account_id(AccountKind.DIRECT_OWED, key.buyer_id)
        credit = account_id(AccountKind.DIRECT_DUE, key.seller_id)
    elif key.leg == 1:
        debit = account_id(AccountKind.VAT_IN, hub_side)
        credit = account_id(AccountKind.PAYABLE, key.seller_id)
    else:
        debit = account_id(AccountKind.RECEIVABLE, key.buyer_id)
        credit = account_id(AccountKind.VAT_OUT, hub_side)
    posting = Posting(TransferKind.VAT, key.leg, debit, credit, abs(cents), 1, service)
    return posting if cents > 0 else reversed_posting(posting)


def vat_accounts(key: Key) -> list[tuple[AccountKind, UUID]]:
    """The accounts a VAT posting touches."""
    if key.direct:
        return [(AccountKind.DIRECT_OWED, key.buyer_id), (AccountKind.DIRECT_DUE, key.seller_id)]
    if key.leg == 1:
        return [(AccountKind.VAT_IN, key.buyer_id), (AccountKind.PAYABLE, key.seller_id)]
    return [(AccountKind.RECEIVABLE, key.buyer_id), (AccountKind.VAT_OUT, key.seller_id)]


def invoice_evidence(values: Sequence[object]) -> bytes:
    """SHA-256 of the canonical values of an invoice: owner, id, number, type, parties, sums, day, hash of its bytes."""
    return sha256("|".join(["kdnx.invoice.v1", *map(str, values)]).encode()).digest()
