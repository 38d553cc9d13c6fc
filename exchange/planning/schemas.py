"""What comes in about plans and letters, and what goes out; amounts in cents."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from exchange.bookings.schemas import Euro, Text
from kdnx.web.api import Body, JsonInt, Query

MAX_CENTS = 100_000_000_000_000


class PlanForm(BaseModel):
    """A plan on the page: euro in German notation; version 0 = none yet."""

    order: UUID
    amount: Annotated[Euro, Field(ge=0, lt=MAX_CENTS)]
    note: Annotated[Text, Field(max_length=500)] = ""
    version: int = Field(0, ge=0)
    member: UUID | None = None


class MemberQuery(BaseModel):
    """Whose planning; nothing = the own house."""

    member: UUID | None = None


class CalendarQuery(BaseModel):
    """A month ('2027-03') or nothing for the coming eighteen, and one kind of date."""

    month: Annotated[str, StringConstraints(pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")] = ""
    kind: Literal["", "notice", "end", "renewal", "price", "step", "tax", "recheck"] = ""


class PlanBody(Body):
    """What a house plans for an order; `expected` is the version seen, 0 for none."""

    cents: Annotated[JsonInt, Field(ge=0, lt=MAX_CENTS)]
    note: Annotated[Text, Field(max_length=500)] = ""
    expected: Annotated[JsonInt, Field(ge=0)] = 0


class PlanOut(BaseModel):
    """A plan as it is now."""

    order_id: UUID
    year: int
    cents: int
    note: str
    row_version: int


class ForecastQuery(Query):
    """Whose forecast; office and audit may name a member."""

    member: UUID | None = None


class RowOut(BaseModel):
    """An order on one side of the house: base year booked and expected, the year's forecast and plan, net cents.

    `apart_cents`: agreed, but nothing booked for fifteen months; in no sum.
    """

    order_id: UUID
    number: str
    title: str
    side: str
    partner: str
    booked_cents: int
    expected_cents: int
    next_cents: int
    apart_cents: int
    vat_cents: int
    vat_risk_cents: int
    planned_cents: int | None
    variance_cents: int | None
    assumptions: list[str]


class TotalOut(BaseModel):
    """The sums of a side."""

    side: str
    orders: int
    expected_cents: int
    next_cents: int
    apart_cents: int
    vat_cents: int
    vat_risk_cents: int
    planned_cents: int


class ForecastOut(BaseModel):
    """The forecast of a house."""

    member_id: UUID
    year: int
    as_of: date
    rows: list[RowOut]
    totals: list[TotalOut]


class EventOut(BaseModel):
    """A date of a contract."""

    key: str
    kind: str
    day: date
    title: str
    detail: str
    path: str


class EventList(BaseModel):
    """The dates of the coming eighteen months."""

    items: list[EventOut]
