"""What comes in about orders (form and JSON alike), and what goes out as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from exchange.orders.model import LegalRoute
from kdnx.web.api import Body, JsonInt, Query

MAX_MICRO = 10**15
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
# control signs would not survive a file, and PostgreSQL takes no NUL
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"),
]
Reason = Annotated[Text, Field(min_length=3, max_length=2000)]
Quantity = Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=4, allow_inf_nan=False)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,20}$")]
Period = Literal["once", "month", "quarter", "half", "year", "usage"]
Billing = Literal["month", "quarter", "half", "year", "once", "usage"]
Silence = Literal["escalate", "expire", "consent"]


class WantedLine(Body):
    """How much of one price of the offering is wanted; `price` is its place in the price table."""

    price: Annotated[JsonInt, Field(ge=1, le=100)]
    quantity: Quantity


class NewOrder(Body):
    """What a recipient asks for; `submit` false keeps it as a draft that nobody else sees."""

    offering_id: UUID
    starts_on: Day
    ends_on: Day | None = None
    route: Literal["hub", "direct"] = "hub"
    lines: list[WantedLine] = Field(default_factory=list, max_length=40)
    note: Text = Field("", max_length=2000)
    submit: bool = True


class OfferLine(Body):
    """One line of the offered price schedule; `unit_price_micro` net in millionths of a euro."""

    label: Text = Field(min_length=1, max_length=120)
    unit: Text = Field("", max_length=60)
    period: Period
    quantity: Quantity
    unit_price_micro: Annotated[JsonInt, Field(ge=0, le=MAX_MICRO)]
    price: Annotated[JsonInt, Field(ge=1, le=100)] | None = None


class OfferBody(Body):
    """The provider's offer: term, schedule, terms, proposed legal route and tax case of each leg."""

    starts_on: Day
    ends_on: Day | None = None
    valid_until: Day
    notice_months: Annotated[JsonInt, Field(ge=0, le=60)] = 3
    billing: Billing = "month"
    silence: Silence = "escalate"
    confirm_days: Annotated[JsonInt, Field(ge=1, le=365)] = 30
    legal_route: LegalRoute
    legal_reason: Reason
    entrustment: Text = Field("", max_length=500)
    tax_code_1: Code = "undecided"
    tax_code_2: Code = "undecided"
    activity_group: Text = Field("", max_length=120)
    note: Text = Field("", max_length=2000)
    lines: list[OfferLine] = Field(min_length=1, max_length=40)


class MoveBody(Body):
    """A move with its reason (needed to return, decline, withdraw or pause) and a day where it asks for one."""

    reason: Text = Field("", max_length=2000)
    on: Day | None = None


class MoveForm(BaseModel):
    """A move as a form posts it; `row_version` is what the person saw."""

    model_config = ConfigDict(str_strip_whitespace=True)

    row_version: int
    reason: Text = Field("", max_length=2000)
    on: Day | None = None


class OrderFilter(BaseModel):
    """The filters of the list page; `side` is provider („liefere“) or recipient („beziehe“)."""

    q: str = Field("", max_length=100)
    side: str = Field("", pattern="^(provider|recipient)?$")
    state: str = Field("", max_length=20)
    offering: UUID | None = None
    cursor: str | None = Field(None, max_length=600)
    size: int = Field(50, ge=1, le=100)


class OrderQuery(Query):
    """Filters of the JSON list; `limit` at most 200."""

    side: Literal["provider", "recipient"] | None = None
    state: str | None = Field(None, max_length=20)
    offering_id: UUID | None = None
    q: str | None = Field(None, max_length=100)
    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)


class LineOut(BaseModel):
    """One line of the schedule."""

    model_config = ConfigDict(from_attributes=True)

    ordinal: int
    label: str
    unit: str
    period: str
    quantity: Decimal
    unit_price_micro: int
    net_cents: int


class LegOut(BaseModel):
    """One contract of the order."""

    model_config = ConfigDict(from_attributes=True)

    leg: int
    supplier_id: UUID
    customer_id: UUID


class OrderSummary(BaseModel):
    """An order in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str | None
    provider_id: UUID = Field(validation_alias="owner_id")
    provider_code: str
    recipient_id: UUID
    recipient_code: str
    route: str
    state: str
    title: str
    offering_id: UUID
    category_id: UUID
    starts_on: date
    runs_until: date | None
    billing: str
    yearly_net_cents: int
    currency: str = "EUR"
    row_version: int
    updated_at: datetime


class OrderOut(OrderSummary):
    """An order with its terms, schedule, legs and what the caller may do next."""

    hub_id: UUID | None
    version: int = Field(validation_alias="current_version")
    offering_version: int
    origin: str
    ends_on: date | None
    valid_until: date | None = Field(validation_alias="offer_valid_until")
    notice_months: int
    surcharge_pct: Decimal
    surcharge_fee_cents: int
    silence: str
    confirm_days: int
    legal_route: str
    legal_reason: str
    note: str
    termination_on: date | None
    continues_id: UUID | None
    lines: list[LineOut] = Field(default_factory=list)
    legs: list[LegOut] = Field(default_factory=list)
    moves: list[str] = Field(default_factory=list)


class OrderList(BaseModel):
    """A piece of the list; `next` is the cursor of the following one."""

    items: list[OrderSummary]
    next: str | None = None
