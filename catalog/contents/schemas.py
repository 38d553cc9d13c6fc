"""The content of an offering as it comes in and goes out: one schema for form, file and JSON."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator, model_validator

from catalog.contents.model import (
    Audience,
    AudienceKind,
    Contact,
    LegalBasis,
    Protection,
    TaxCase,
    Version,
)
from catalog.prices.model import Per, PriceBase, PriceItem, PriceKind, ProRata, Tier, TierMode
from catalog.prices.schemas import TermsBody, check_price, read_terms, terms_values
from kdnx.audit.actions import content_hash
from kdnx.text import _
from kdnx.web.api import Body, JsonInt

# control signs would not survive a file, and PostgreSQL takes no NUL
Title = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=3,
        max_length=160,
        pattern=r"^[^\x00-\x1f]*\w\w[^\x00-\x1f]*$",
    ),
]


Text = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$")
]


LongText = Annotated[
    str,
    StringConstraints(max_length=4000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"),
]


AttributeKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


Cpv = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}(-[0-9])?$")]


Leika = Annotated[str, StringConstraints(pattern=r"^[0-9]{14}$")]


EMAIL = r"^([^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+)?$"


Region = Annotated[str, StringConstraints(pattern=r"^DEA[1-5]$")]


Level = Annotated[str, StringConstraints(pattern=r"^(local|regional|supraregional)$")]


Micro = Annotated[JsonInt, Field(ge=0, le=10**15)]


Hours = Annotated[JsonInt, Field(ge=0, le=10_000)]


class TierBody(Body):
    """From this quantity on (inclusive) this unit price in millionths of a euro."""

    from_quantity: Decimal = Field(gt=0, le=10**12, decimal_places=4, allow_inf_nan=False)
    unit_price_micro: Micro


class PriceBody(Body):
    """One line of the price table; `unit_price_micro` is net in millionths of a euro."""

    kind: PriceKind
    base: PriceBase
    per: Per
    unit_price_micro: Micro | None = None
    label: Text = Field("", max_length=120)
    tier_mode: TierMode = TierMode.NONE
    tiers: list[TierBody] = Field(default_factory=list, max_length=20)
    pro_rata: ProRata = ProRata.MONTHS
    frozen_until: date | None = None
    index_clause: Text = Field("", max_length=300)
    valid_from: date | None = None
    terms: TermsBody = Field(default_factory=TermsBody)

    @model_validator(mode="after")
    def _fits(self) -> "PriceBody":
        if (self.kind == PriceKind.ONE_OFF) != (self.per == Per.ONCE):
            raise ValueError(_("„einmalig“ gilt für Art und Zeitraum zugleich."))
        if self.unit_price_micro is None and self.kind not in {
            PriceKind.SHARE,
            PriceKind.COST_RECOVERY,
        }:
            raise ValueError(
                _("Bitte einen Preis angeben; nur Anteil und Kostenerstattung kommen ohne aus.")
            )
        if (self.tier_mode == TierMode.NONE) != (not self.tiers):
            raise ValueError(_("Eine Staffel braucht ihre Art und mindestens eine Stufe."))
        if len({t.from_quantity for t in self.tiers}) != len(self.tiers):
            raise ValueError(_("Jede Stufe beginnt bei einer anderen Menge."))
        check_price(self.kind, self.base, self.per, self.terms)
        return self


class AudienceBody(Body):
    """Whom the offering is for, with the legal basis and tax case that hold towards them."""

    kind: AudienceKind
    legal_basis: LegalBasis
    tax_code: TaxCase
    member_ids: list[UUID] = Field(default_factory=list, max_length=100)
    levels: list[Level] = Field(default_factory=list, max_length=3)
    regions: list[Region] = Field(default_factory=list, max_length=5)

    @field_validator("member_ids", "levels", "regions")
    @classmethod
    def _sorted(cls, named: list[Any]) -> list[Any]:
        return sorted(set(named))  # a set: the order somebody ticked in says nothing

    @model_validator(mode="after")
    def _named(self) -> "AudienceBody":
        wanted = {"members": self.member_ids, "level": self.levels, "region": self.regions}
        if self.kind in wanted and not wanted[self.kind]:
            raise ValueError(
                _("Bitte angeben, für welche Mitglieder, Ebenen oder Bezirke die Leistung ist.")
            )
        if any(found for kind, found in wanted.items() if kind != self.kind):
            raise ValueError(
                _("Mitglieder, Ebenen und Bezirke passen nicht zur gewählten Zielgruppe.")
            )
        return self


class SlaBody(Body):
    """Service levels as promised."""

    availability_pct: Decimal | None = Field(
        None, ge=0, le=100, decimal_places=3, allow_inf_nan=False
    )
    service_hours: Text = Field("", max_length=200)
    reaction_hours: Hours | None = None
    recovery_hours: Hours | None = None
    maintenance_window: Text = Field("", max_length=200)


class ContactBody(Body):
    """A function mailbox or person, and who steps in."""

    name: Text = Field("", max_length=120)
    email: Text = Field("", max_length=200, pattern=EMAIL)
    phone: Text = Field("", max_length=60)
    deputy: Text = Field("", max_length=120)
    deputy_email: Text = Field("", max_length=200, pattern=EMAIL)


class ContactsBody(Body):
    """Whom to ask, by role."""

    lead: ContactBody | None = None
    deputy: ContactBody | None = None
    technical: ContactBody | None = None
    contract: ContactBody | None = None


# what each is and may be is said by the schema of the category (catalog.attributes); here only the outer form
Answer = bool | JsonInt | Annotated[Decimal, Field(allow_inf_nan=False)] | LongText | list[LongText]


class OfferingBody(Body):
    """The content of an offering; only title and category are needed for a draft."""

    title: Title
    category_id: UUID
    reference: Text = Field("", max_length=60)
    summary: Text = Field("", max_length=400)
    description: Text = Field("", max_length=8000)
    prerequisites: Text = Field("", max_length=4000)
    site: Text = Field("", max_length=200)
    protection_level: Protection | None = None
    lead_time_days: Annotated[JsonInt, Field(ge=0, le=1000)] | None = None
    capacity: Text = Field("", max_length=200)
    capacity_amount: Decimal | None = Field(
        None, ge=0, le=10**12, decimal_places=2, allow_inf_nan=False
    )
    capacity_unit: Text = Field("", max_length=40)
    notice_months: Annotated[JsonInt, Field(ge=0, le=60)] | None = None
    min_term_months: Annotated[JsonInt, Field(ge=0, le=120)] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    cpv: list[Cpv] = Field(default_factory=list, max_length=20)
    leika: list[Leika] = Field(default_factory=list, max_length=20)
    sla: SlaBody = Field(default_factory=SlaBody)
    attributes: dict[AttributeKey, Answer] = Field(default_factory=dict, max_length=100)
    prices: list[PriceBody] = Field(default_factory=list, max_length=20)
    audiences: list[AudienceBody] = Field(default_factory=list, max_length=5)
    contacts: ContactsBody = Field(default_factory=ContactsBody)

    @model_validator(mode="after")
    def _ordered(self) -> "OfferingBody":
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise ValueError(_("Das Ende der Gültigkeit liegt vor dem Beginn."))
        return self


PLAIN = ("category_id", "title", "summary", "description", "prerequisites", "site", "lead_time_days", "capacity",
         "capacity_amount", "capacity_unit",
         "notice_months", "min_term_months", "valid_from", "valid_to", "cpv", "leika")  # fmt: skip


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without exponent."""
    return Decimal(f"{value.normalize():f}")


def to_version(body: OfferingBody, offering_id: UUID, version: int, **around: Any) -> Version:
    """The content as a version; `around` gives author, editors and origin."""
    prices = tuple(
        PriceItem(
            ordinal=n, kind=p.kind.value, base=p.base.value, per=p.per.value, unit_price_micro=p.unit_price_micro,
            label=p.label, tier_mode=p.tier_mode.value, pro_rata=p.pro_rata.value, frozen_until=p.frozen_until,
            tiers=tuple(Tier(plain(t.from_quantity), t.unit_price_micro) for t in p.tiers),
            index_clause=p.index_clause, valid_from=p.valid_from,
            terms=read_terms(p.terms.model_dump(mode="json", exclude_defaults=True)),
        )
        for n, p in enumerate(body.prices, start=1)
    )  # fmt: skip
    audiences = tuple(
        Audience(
            n,
            a.kind.value,
            a.legal_basis.value,
            a.tax_code.value,
            tuple(a.member_ids),
            tuple(a.levels),
            tuple(a.regions),
        )
        for n, a in enumerate(body.audiences, start=1)
    )
    content = body.model_dump(mode="json", exclude={"contacts", "reference"})
    # what came later counts only where it is said: the same words keep their hash
    later = ("attributes", "capacity_amount", "capacity_unit")
    content = {n: v for n, v in content.items() if n not in later or v}
    for given, price in zip(content["prices"], prices, strict=True):
        if not (said := terms_values(price.terms)):
            del given["terms"]
        else:
            given["terms"] = said
    return Version(
        offering_id=offering_id, version=version, prices=prices, audiences=audiences,
        sla=body.sla.model_dump(mode="json", exclude_defaults=True),
        attributes=dict(body.attributes), content_hash=content_hash(content) or b"",
        protection_level=body.protection_level.value if body.protection_level else None,
        **{name: getattr(body, name) for name in PLAIN}, **around,
    )  # fmt: skip


def to_body(version: Version, reference: str, contacts: Sequence[Contact]) -> OfferingBody:
    """The version as it came in, for JSON, files and the form."""
    values: dict[str, Any] = {
        name: list(v) if isinstance(v := getattr(version, name), tuple) else v for name in PLAIN
    }
    audience = ("kind", "legal_basis", "tax_code", "member_ids", "levels", "regions")
    lists = {"member_ids", "levels", "regions"}
    values |= {
        "reference": reference,
        "protection_level": version.protection_level,
        "sla": version.sla,
        "attributes": version.attributes,
        "capacity_amount": None
        if version.capacity_amount is None
        else plain(version.capacity_amount),
        "prices": [_price_values(p) for p in version.prices],
        "audiences": [
            {n: list(getattr(a, n)) if n in lists else getattr(a, n) for n in audience}
            for a in version.audiences
        ],
        "contacts": {
            c.role: {n: getattr(c, n) for n in ContactBody.model_fields} for c in contacts
        },
    }
    return OfferingBody.model_validate(values, strict=False)


def _price_values(item: PriceItem) -> dict[str, Any]:
    values = {
        name: getattr(item, name)
        for name in PriceBody.model_fields
        if name not in {"tiers", "terms"}
    }
    tiers = [
        {"from_quantity": t.from_quantity, "unit_price_micro": t.unit_price_micro}
        for t in item.tiers
    ]
    return {**values, "tiers": tiers, "terms": terms_values(item.terms)}
