"""What comes in about a booking (form and JSON), and what goes out as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from exchange.bookings.model import BookingState
from kdnx.money import parse_euro, plain_number
from kdnx.text import _
from kdnx.web.api import Body, JsonInt, Query

MAX_CENTS = 10**13


def _euro(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return parse_euro(value)
    except ValueError:
        raise ValueError(_("Bitte einen Betrag eingeben, zum Beispiel 1.234,50.")) from None


def _quantity(value: Any) -> Any:
    return plain_number(value) if isinstance(value, str) else value


Euro = Annotated[int, BeforeValidator(_euro)]
Quantity = Annotated[
    Decimal, BeforeValidator(_quantity), Field(ge=0, max_digits=18, decimal_places=4)
]
# no control characters: the database keeps no NUL, and a name is read aloud and printed
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$")
]
Reason = Annotated[Text, Field(min_length=3, max_length=2000)]


class ProposalForm(BaseModel):
    """A booking as the provider types it; the amount in euro, German notation."""

    order: UUID
    service_from: date
    service_to: date
    net: Annotated[Euro, Field(gt=0, lt=MAX_CENTS)]
    quantity: Quantity | None = None
    reference: Annotated[Text, Field(max_length=120)] | None = None
    note: Annotated[Text, Field(max_length=2000)] = ""


class ReasonForm(BaseModel):
    """A move with its reason; `version` is what the person saw."""

    reason: Reason
    version: int | None = None


class AdjustForm(BaseModel):
    """The difference in euro, with sign, and why."""

    delta: Annotated[Euro, Field(gt=-MAX_CENTS, lt=MAX_CENTS)]
    reason: Reason
    version: int | None = None


class BookingPageQuery(BaseModel):
    """Filters of the page; view 'inbox' is what waits for me."""

    view: str = Field("inbox", pattern="^(inbox|all)$")
    state: BookingState | None = None
    year: int | None = Field(None, ge=2000, le=2100)
    order: UUID | None = None
    q: Annotated[Text, Field(max_length=100)] = ""
    cursor: str | None = Field(None, max_length=600)
    size: int = Field(50, ge=1, le=100)


class BookingQuery(Query):
    """Filters of the JSON list."""

    state: BookingState | None = None
    year: int | None = Field(None, ge=2000, le=2100)
    order: UUID | None = None
    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)


class ProposalBody(Body):
    """A booking to propose; `net_cents` is leg 1, days inclusive."""

    order_id: Annotated[UUID, Field(strict=False)]
    service_from: Annotated[date, Field(strict=False)]
    service_to: Annotated[date, Field(strict=False)]
    net_cents: Annotated[JsonInt, Field(gt=0, lt=MAX_CENTS)]
    quantity: (
        Annotated[Decimal, Field(strict=False, ge=0, max_digits=18, decimal_places=4)] | None
    ) = None
    reference: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    note: Annotated[Text, Field(max_length=2000)] = ""


class ReasonBody(Body):
    """A move with its reason."""

    reason: Reason


class AdjustBody(Body):
    """A difference in cents, with sign, not zero."""

    delta_cents: Annotated[JsonInt, Field(gt=-MAX_CENTS, lt=MAX_CENTS)]
    reason: Reason


class BookingOut(BaseModel):
    """One booking; amounts in cents, `moves` are open to the caller."""

    id: UUID
    number: str
    order_id: UUID
    provider_id: UUID
    recipient_id: UUID
    kind: str
    sign: int
    service_from: date
    service_to: date
    quantity: Decimal | None
    net_cents: int
    currency: str = "EUR"
    reference: str | None
    note: str
    state: str
    reverses_id: UUID | None
    parent_id: UUID | None
    proposed_by: UUID
    proposed_at: datetime
    due_on: date
    escalated_at: datetime | None
    confirmed_cents: int | None
    surcharge_cents: int | None
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    origin: str | None
    book_year: int | None
    book_month: int | None
    evidence: str | None
    moves: list[str] = Field(default_factory=list)
    row_version: int


class BookingList(BaseModel):
    """A piece of the list, newest first."""

    items: list[BookingOut]
    next: str | None = None
