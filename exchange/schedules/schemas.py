"""What comes in about a booking plan (form and JSON), and what goes out as JSON."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from exchange.bookings.schemas import Text
from exchange.orders.schemas import Day
from exchange.schedules.model import PieceKind
from kdnx.web.api import Body, JsonInt, Query

Quantity = Annotated[Decimal, Field(strict=False, ge=0, max_digits=18, decimal_places=4)]


class SwitchForm(BaseModel):
    """Switch the calendar on from a day, or off."""

    is_on: Literal["yes", "no"]
    begins: Day | None = None
    version: int


class QuantityForm(BaseModel):
    """The period the posted quantities are for; the fields `quantity_<place>` are read beside it."""

    first: Day
    note: Annotated[Text, Field(max_length=500)] = ""


class AgainForm(BaseModel):
    """The period that is proposed once more."""

    first: Day
    kind: PieceKind


class SchedulePageQuery(BaseModel):
    """Which side, calendars on or off, and where the list goes on."""

    plan: Literal["on", "off"] = "on"
    side: Literal["", "provider", "recipient"] = ""
    cursor: str | None = Field(None, max_length=600)
    size: int = Field(25, ge=1, le=100)


class ScheduleQuery(Query):
    """Up to which day periods begin; a year from today without it."""

    until: Day | None = None


class SwitchBody(Body):
    """Switch the calendar of an order on from a day, or off."""

    is_on: bool
    begins: Annotated[date, Field(strict=False)] | None = None


class QuantityLine(Body):
    """What was used of one line; `line` is its place in the price schedule."""

    line: Annotated[JsonInt, Field(ge=1, le=1000)]
    quantity: Quantity


class QuantityBody(Body):
    """What was used in the period that begins on `first`, every line by use named."""

    first: Annotated[date, Field(strict=False)]
    lines: list[QuantityLine] = Field(min_length=1, max_length=40)
    note: Annotated[Text, Field(max_length=500)] = ""


class AmountOut(BaseModel):
    """One line of a period; net cents."""

    line: int
    label: str
    cents: int


class PeriodOut(BaseModel):
    """One period: days inclusive, net cents (null while the quantity is missing), and its booking."""

    kind: str
    first: date
    last: date
    label: str
    version: int
    net_cents: int | None
    lines: list[AmountOut]
    standing: str
    reference: str
    booking_id: UUID | None
    booking_state: str | None


class ScheduleOut(BaseModel):
    """The booking plan of an order."""

    order_id: UUID
    number: str
    is_on: bool
    begins: date
    row_version: int
    items: list[PeriodOut]


class ProposedOut(BaseModel):
    """The bookings an act proposed."""

    booking_ids: list[UUID]
