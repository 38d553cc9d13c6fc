"""What comes in for bundles, by form and JSON alike, and what goes out as JSON."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

from kdnx.money import parse_euro
from kdnx.text import _
from kdnx.web.api import Body, JsonInt, Query
from procurement.responses.model import parse_quantity

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Title = Annotated[Text, Field(min_length=3, max_length=200)]
DecisionWord = Literal["open", "taken", "deferred", "declined"]
MONEY_LIMIT = 10**13
LAST_DAY = date(2099, 12, 31)


def _cents(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return parse_euro(text)
    except ValueError:
        raise ValueError(_("Bitte einen Betrag eingeben, zum Beispiel 1.234,50.")) from None


def _factor(text: object) -> object:
    return parse_quantity(text) if isinstance(text, str) else text


def _soon(day: date) -> date:
    if not date(2000, 1, 1) <= day <= LAST_DAY:
        raise ValueError(_("Bitte ein Datum zwischen 2000 und 2099 wählen."))
    return day


Euro = Annotated[int, BeforeValidator(_cents), Field(ge=0, le=MONEY_LIMIT)]
Cents = Annotated[JsonInt, Field(ge=0, le=MONEY_LIMIT)]
Day = Annotated[date, AfterValidator(_soon)]


class BundleIn(BaseModel):
    """A new bundle from closed calls."""

    title: Title
    starts_on: Day
    call_ids: list[UUID] = []


class LotIn(BaseModel):
    """A further lot."""

    title: Annotated[Text, Field(min_length=2, max_length=200)]


class DecideIn(BaseModel):
    """Where the ticked lines go."""

    line: list[str] = Field([], max_length=5000)
    decision: DecisionWord
    lot_no: int | None = None
    reason: Annotated[Text, Field(max_length=1000)] = ""
    factor: Annotated[Decimal, BeforeValidator(_factor)] | None = None


class PriceIn(BaseModel):
    """The estimated net price of a unit and where it comes from."""

    position: int
    price: Euro
    source: Annotated[Text, Field(min_length=3, max_length=300)]


class FreeIn(BaseModel):
    """Free demands to add: 'owner:response'."""

    free: list[str] = Field([], max_length=500)


class BundleBody(Body):
    """A new bundle as JSON."""

    title: Title
    starts_on: Day
    call_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]


class LotBody(Body):
    """A further lot as JSON."""

    title: Annotated[Text, Field(min_length=2, max_length=200)]


class LineKey(Body):
    """Which line of which version of whose answer."""

    member_id: UUID
    response_id: UUID
    version: Annotated[JsonInt, Field(ge=1, le=1_000_000)]
    ordinal: Annotated[JsonInt, Field(ge=1, le=1_000_000)]


class DecideBody(Body):
    """Where lines go, as JSON."""

    lines: Annotated[list[LineKey], Field(min_length=1, max_length=5000)]
    decision: DecisionWord
    lot_no: Annotated[JsonInt, Field(ge=1, le=99)] | None = None
    reason: Annotated[Text, Field(max_length=1000)] = ""
    unit_factor: (
        Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=6, allow_inf_nan=False)] | None
    ) = None


class PriceBody(Body):
    """A price as JSON."""

    position: Annotated[JsonInt, Field(ge=1, le=1_000_000)]
    unit_price_cents: Cents
    source: Annotated[Text, Field(min_length=3, max_length=300)]


class BundleQuery(Query):
    """Filters of the list."""

    state: Literal["", "collecting", "frozen", "tendered", "dissolved"] = ""
    cursor: str = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class LotPositionOut(BaseModel):
    """Quantities and value of a position in a lot."""

    position: int
    qty_min: Decimal
    qty_expected: Decimal
    qty_max: Decimal
    value_cents: int
    max_value_cents: int


class LotOut(BaseModel):
    """A lot with its positions."""

    lot_no: int
    title: str
    positions: list[LotPositionOut]


class PositionOut(BaseModel):
    """A position of the bundle."""

    ordinal: int
    title: str
    cpv: str
    unit: str
    unit_price_cents: int | None
    price_source: str


class LineOut(BaseModel):
    """A member's line and its place."""

    member_id: UUID
    response_id: UUID
    version: int
    ordinal: int
    position: int
    qty_min: Decimal
    qty_expected: Decimal
    qty_max: Decimal
    unit_factor: Decimal
    decision: str
    lot_no: int | None
    reason: str


class BundleSummary(BaseModel):
    """A bundle in a list."""

    id: UUID
    lead_id: UUID
    title: str
    state: str
    starts_on: date
    row_version: int


class BundleOut(BundleSummary):
    """A bundle with everything in it."""

    positions: list[PositionOut]
    lots: list[LotOut]
    lines: list[LineOut]
    value_cents: int
    max_value_cents: int
    threshold_cents: int | None


class BundleList(BaseModel):
    """Bundles, newest first."""

    items: list[BundleSummary]
    next: str | None = None
