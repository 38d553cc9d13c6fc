"""What comes in for demand calls, by form and JSON alike, and what goes out as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from kdnx.text import _
from kdnx.web.api import Body, JsonInt, Query
from procurement.codes.model import parse_cpv
from procurement.demands.model import Binding

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Title = Annotated[Text, Field(min_length=3, max_length=200)]
Reason = Annotated[Text, Field(min_length=5, max_length=1000)]
CpvCode = Annotated[str, AfterValidator(parse_cpv)]
Year = Annotated[JsonInt, Field(ge=2000, le=2100)]


class CallIn(BaseModel):
    """The head of a demand call; `closes_on` runs to the end of that German day."""

    title: Title
    description: Annotated[Text, Field(max_length=5000)] = ""
    audience: Literal["all", "chosen"] = "all"
    member_ids: list[UUID] = []
    binding: Binding = Binding.NON_BINDING
    first_year: Year
    last_year: Year
    closes_on: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.first_year <= self.last_year <= self.first_year + 9:
            raise ValueError(
                _("Das letzte Jahr liegt vor dem ersten oder mehr als neun Jahre danach.")
            )
        if self.audience == "chosen" and not self.member_ids:
            raise ValueError(_("Bitte mindestens ein Mitglied auswählen."))
        return self


class PositionIn(BaseModel):
    """One position to add."""

    title: Annotated[Text, Field(min_length=2, max_length=200)]
    cpv: CpvCode
    unit: Annotated[Text, Field(min_length=1, max_length=40)]
    spec: Annotated[Text, Field(max_length=4000)] = ""


class ReasonIn(BaseModel):
    """A move that needs a reason."""

    reason: Reason


class ExtendIn(BaseModel):
    """A later deadline and why."""

    closes_on: date
    reason: Reason


class VersionIn(BaseModel):
    """The version a page was made from."""

    row_version: int


class OrdinalIn(BaseModel):
    """Which position."""

    ordinal: Annotated[int, Field(ge=1)]


class CallBody(Body):
    """A demand call as JSON: head and positions at once."""

    title: Title
    description: Annotated[Text, Field(max_length=5000)] = ""
    member_ids: Annotated[list[UUID] | None, Field(max_length=500)] = None
    binding: Binding = Binding.NON_BINDING
    first_year: Year
    last_year: Year
    closes_on: date
    positions: Annotated[list["PositionBody"], Field(max_length=200, default_factory=list)]


class PositionBody(Body):
    """A position as JSON."""

    title: Annotated[Text, Field(min_length=2, max_length=200)]
    cpv: Annotated[CpvCode, Field(examples=["30213100-6"])]
    unit: Annotated[Text, Field(min_length=1, max_length=40)]
    spec: Annotated[Text, Field(max_length=4000)] = ""


class ExtendBody(Body):
    """Extend as JSON."""

    closes_on: date
    reason: Reason


class ReasonBody(Body):
    """A reason as JSON."""

    reason: Reason


class CallQuery(BaseModel):
    """Filters of the page."""

    q: str = ""
    state: str = ""
    cursor: str = ""
    limit: int = Field(25, ge=1, le=100)


class CallListQuery(Query):
    """Filters of the JSON list."""

    q: Annotated[str, Field(max_length=100)] = ""
    state: Literal["", "draft", "open", "closed", "bundled", "cancelled"] = ""
    cursor: str = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class PositionOut(BaseModel):
    """A position with the total of all members where at least three need it."""

    ordinal: int
    title: str
    cpv: str
    unit: str
    spec: str
    members: int | None = None
    qty_min: Decimal | None = None
    qty_expected: Decimal | None = None
    qty_max: Decimal | None = None


class CallSummary(BaseModel):
    """A demand call in a list."""

    id: UUID
    number: str | None
    title: str
    lead_id: UUID
    state: str
    closes_at: datetime
    first_year: int
    last_year: int
    invited: int
    answered: int
    my_state: str | None
    row_version: int


class CallOut(CallSummary):
    """A demand call with everything the viewer may know."""

    description: str
    audience: str
    binding: str
    announced_at: datetime | None
    closed_at: datetime | None
    extension_reason: str | None
    cancel_reason: str | None
    positions: list[PositionOut]


class CallList(BaseModel):
    """Demand calls, open ones with the next deadline first."""

    items: list[CallSummary]
    next: str | None = None
