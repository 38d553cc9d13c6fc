"""What comes in for tenders, by form and JSON alike, and what goes out as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from kdnx.money import parse_euro
from kdnx.text import _
from kdnx.web.api import Body, JsonInt, Query
from procurement.bundles.schemas import Cents, Day, Euro, Title

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
ProcedureKey = Literal[
    "open",
    "restricted",
    "negotiated",
    "negotiated_without_notice",
    "dialogue",
    "innovation_partnership",
    "public_call",
    "restricted_with_call",
    "restricted_without_call",
    "negotiated_award_with_call",
    "negotiated_award",
    "direct",
]
SIGNED_LIMIT = 10**13


def _signed(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return parse_euro(text)
    except ValueError:
        raise ValueError(
            _("Bitte einen Betrag eingeben, zum Beispiel 1.234,50 oder -500,00.")
        ) from None


SignedEuro = Annotated[int, BeforeValidator(_signed), Field(ge=-SIGNED_LIMIT, le=SIGNED_LIMIT)]


class TenderIn(BaseModel):
    """Everything of a tender's head that people set; amounts in German notation."""

    title: Title
    buyer_mode: Literal["resale", "agency"] = "resale"
    subject: Literal["supplies_services", "social_services", "works"] = "supplies_services"
    authority: Literal["sub_central", "central"] = "sub_central"
    contract_kind: Literal["framework", "fixed_total", "recurring", "no_total"] = "framework"
    starts_on: Day
    term_months: Annotated[int, Field(ge=1, le=480)] | None = None
    options_cents: Euro = 0
    extensions_cents: Euro = 0
    premiums_cents: Euro = 0
    monthly_cents: Euro | None = None
    previous_year_cents: Euro | None = None
    expected_change_cents: SignedEuro | None = None
    next_year_cents: Euro | None = None
    is_urgent: bool = False
    is_electronic: bool = False
    has_prior_notice: bool = False
    documents_online: bool = False
    is_funded: bool = False
    uses_small_lots: bool = False
    joint_award_reason: Annotated[Text, Field(max_length=2000)] = ""
    splitting_reason: Annotated[Text, Field(max_length=2000)] = ""


class ProcedureIn(BaseModel):
    """The procedure chosen, with its reason."""

    procedure: ProcedureKey
    reason: Annotated[Text, Field(max_length=4000)] = ""


class TenderBody(Body):
    """The head as JSON; amounts in cents net."""

    title: Title
    buyer_mode: Literal["resale", "agency"] = "resale"
    subject: Literal["supplies_services", "social_services", "works"] = "supplies_services"
    authority: Literal["sub_central", "central"] = "sub_central"
    contract_kind: Literal["framework", "fixed_total", "recurring", "no_total"] = "framework"
    starts_on: Day
    term_months: Annotated[JsonInt, Field(ge=1, le=480)] | None = None
    options_cents: Cents = 0
    extensions_cents: Cents = 0
    premiums_cents: Cents = 0
    monthly_cents: Cents | None = None
    previous_year_cents: Cents | None = None
    expected_change_cents: Annotated[JsonInt, Field(ge=-SIGNED_LIMIT, le=SIGNED_LIMIT)] | None = (
        None
    )
    next_year_cents: Cents | None = None
    is_urgent: bool = False
    is_electronic: bool = True
    has_prior_notice: bool = False
    documents_online: bool = True
    is_funded: bool = False
    uses_small_lots: bool = False
    joint_award_reason: Annotated[Text, Field(max_length=2000)] = ""
    splitting_reason: Annotated[Text, Field(max_length=2000)] = ""


class TenderFromBundleBody(TenderBody):
    """A tender made from a frozen bundle."""

    bundle_id: UUID


class ProcedureBody(Body):
    """The procedure as JSON."""

    procedure: ProcedureKey
    reason: Annotated[Text, Field(max_length=4000)] = ""


class TenderQuery(BaseModel):
    """Filters of the page."""

    q: str = ""
    state: str = ""
    cursor: str = ""
    limit: int = Field(25, ge=1, le=100)


class TenderListQuery(Query):
    """Filters of the JSON list."""

    q: Annotated[str, Field(max_length=100)] = ""
    state: Literal["", "draft", "cancelled"] = ""
    cursor: str = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class TenderSummary(BaseModel):
    """A tender in a list."""

    id: UUID
    number: str
    title: str
    lead_id: UUID
    buyer_id: UUID
    state: str
    regime: str
    procedure: str | None
    starts_on: date
    total_cents: int | None
    row_version: int


class PositionOut(BaseModel):
    """A position of a lot."""

    ordinal: int
    title: str
    cpv: str
    unit: str
    qty_min: Decimal
    qty_expected: Decimal
    qty_max: Decimal
    unit_price_cents: int


class LotOut(BaseModel):
    """A lot."""

    lot_no: int
    title: str
    cpv: str
    value_cents: int
    max_value_cents: int
    is_small: bool
    positions: list[PositionOut]


class OptionOut(BaseModel):
    """An admissible procedure with its periods."""

    key: str
    label: str
    is_free: bool
    when: str
    norm: str
    participation_days: int | None
    offer_days: int | None
    participation_end: date | None
    offer_end: date | None
    earliest_closing: date | None
    note: str


class EstimateOut(BaseModel):
    """The newest estimate."""

    version: int
    total_cents: int
    max_total_cents: int
    threshold_cents: int
    regime: str
    calculation: dict[str, Any]
    rule_ids: list[UUID]
    at: datetime


class AlarmOut(BaseModel):
    """Another procedure that together with this one reaches the threshold."""

    number: str
    title: str
    starts_on: date
    total_cents: int


class TenderOut(TenderSummary):
    """A tender with everything computed."""

    bundle_id: UUID | None
    buyer_mode: str
    subject: str
    authority: str
    contract_kind: str
    term_months: int | None
    is_urgent: bool
    is_electronic: bool
    has_prior_notice: bool
    documents_online: bool
    procedure_reason: str
    law: str
    lots: list[LotOut]
    estimate: EstimateOut
    options: list[OptionOut]
    warnings: list[str]
    splitting: list[AlarmOut]


class TenderList(BaseModel):
    """Tenders, newest first."""

    items: list[TenderSummary]
    next: str | None = None
