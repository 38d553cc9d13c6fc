"""What comes in about interests (form and JSON alike), and what goes out as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from catalog.contents.model import LegalBasis, TaxCase
from kdnx.web.api import Body, JsonInt, Query

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
# control signs would not survive a file, and PostgreSQL takes no NUL
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$")
]
Quantity = Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=4, allow_inf_nan=False)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Micro = Annotated[JsonInt, Field(ge=0, le=10**15)]
Ordinal = Annotated[JsonInt, Field(ge=1, le=100)]
Period = Literal["once", "month", "quarter", "half", "year", "usage"]
Billing = Literal["month", "quarter", "half", "year", "once", "usage"]


class WantedLine(Body):
    """How much of one price of the offering is wanted; `price` is its place in the price table."""

    price: Ordinal
    quantity: Quantity


class NewInterest(Body):
    """What a member wants of another's offering: quantities, from when, until when, by which way of contract."""

    offering_id: UUID
    starts_on: Day
    ends_on: Day | None = None
    route: Literal["hub", "direct"] = "hub"
    lines: list[WantedLine] = Field(default_factory=list, max_length=40)
    note: Text = Field("", max_length=2000)


class OfferLine(Body):
    """One offered line; `unit_price_micro` net in millionths of a euro, `price` its place in the price table."""

    label: Text = Field(min_length=1, max_length=120)
    unit: Text = Field("", max_length=60)
    period: Period
    quantity: Quantity
    unit_price_micro: Micro
    price: Ordinal | None = None


class OfferBody(Body):
    """The provider's offer: term, lines, validity, legal basis and the tax case of each contract."""

    starts_on: Day
    ends_on: Day | None = None
    valid_until: Day
    notice_months: Annotated[JsonInt, Field(ge=0, le=60)] = 3
    billing: Billing = "month"
    legal_basis: LegalBasis
    legal_reason: Annotated[Text, Field(min_length=3, max_length=2000)]
    entrustment: Text = Field("", max_length=500)
    activity_group: Text = Field("", max_length=120)
    tax_code_1: TaxCase = TaxCase.OPEN
    tax_code_2: TaxCase = TaxCase.OPEN
    note: Text = Field("", max_length=2000)
    lines: list[OfferLine] = Field(min_length=1, max_length=40)


class MoveBody(Body):
    """A move with its reason (needed to return, decline or withdraw)."""

    reason: Text = Field("", max_length=2000)


class MoveForm(BaseModel):
    """A move as a form posts it; `row_version` is what the person saw."""

    row_version: int
    reason: Text = Field("", max_length=2000)


class MessageBody(Body):
    """A message to the other house."""

    body: Annotated[Text, Field(min_length=1, max_length=4000)]


class MessageForm(BaseModel):
    """A message as the form posts it."""

    body: Annotated[Text, Field(min_length=1, max_length=4000)]


class NewInterestQuery(BaseModel):
    """Which offering is wanted."""

    offering: UUID


class InterestFilter(BaseModel):
    """The filters of the list page; `side` is recipient („beziehe“) or provider („liefere“), `late`: overdue only."""

    q: Text = Field("", max_length=100)
    side: str = Field("", pattern="^(provider|recipient)?$")
    state: str = Field("", max_length=20)
    late: bool = False
    offering: UUID | None = None
    cursor: str | None = Field(None, max_length=600)
    size: int = Field(25, ge=1, le=100)


class InterestQuery(Query):
    """Filters of the JSON list; `limit` at most 200."""

    side: Literal["provider", "recipient"] | None = None
    state: str | None = Field(None, max_length=20)
    late: bool = False
    offering_id: UUID | None = None
    q: Text | None = Field(None, max_length=100)
    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)


class LineOut(BaseModel):
    """One line, asked for or offered."""

    model_config = ConfigDict(from_attributes=True)

    ordinal: int
    price: int | None = Field(validation_alias="price_ordinal")
    label: str
    unit: str
    period: str
    quantity: Decimal
    unit_price_micro: int
    net_cents: int


class OfferOut(BaseModel):
    """One offer as it was made; the last one counts."""

    model_config = ConfigDict(from_attributes=True)

    n: int
    offering_version: int
    starts_on: date
    ends_on: date | None
    valid_until: date
    notice_months: int
    billing: str
    legal_basis: str
    legal_reason: str
    entrustment: str
    activity_group: str
    tax_code_1: str
    tax_code_2: str
    note: str
    yearly_net_cents: int
    once_net_cents: int
    at: datetime
    lines: list[LineOut]


class StepOut(BaseModel):
    """One dated step; `due_on` is until when the next one was awaited."""

    model_config = ConfigDict(from_attributes=True)

    n: int
    event: str
    state: str
    offer_n: int
    by_member: UUID | None
    reason: str
    due_on: date | None
    at: datetime


class MessageOut(BaseModel):
    """A message between the two houses."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    by_member: UUID
    body: str
    at: datetime


class MessageList(BaseModel):
    """The newest messages first, at most 200."""

    items: list[MessageOut]


class InterestSummary(BaseModel):
    """An interest in a list; `turn` says who acts next (provider, recipient or nobody)."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str
    recipient_id: UUID = Field(validation_alias="owner_id")
    recipient_code: str = Field(validation_alias="asker_code")
    provider_id: UUID
    provider_code: str
    offering_id: UUID
    title: str
    state: str
    turn: str | None
    due_on: date | None
    is_overdue: bool = False
    starts_on: date
    ends_on: date | None
    valid_until: date | None
    offered_version: int | None
    yearly_net_cents: int
    currency: str = "EUR"
    row_version: int
    updated_at: datetime


class InterestOut(InterestSummary):
    """An interest with what was asked for, all offers, all steps and what the caller may do next."""

    route: str
    note: str
    asked_version: int
    published_version: int | None
    continues_id: UUID | None
    asked: list[LineOut] = Field(default_factory=list)
    offers: list[OfferOut] = Field(default_factory=list)
    steps: list[StepOut] = Field(default_factory=list)
    moves: list[str] = Field(default_factory=list)


class InterestList(BaseModel):
    """A piece of the list; `next` is the cursor of the following one."""

    items: list[InterestSummary]
    next: str | None = None
