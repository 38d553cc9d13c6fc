"""What comes in for requests, as a form or as JSON, and what goes out."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from catalog.prices.model import PriceBase
from catalog.requests.model import (
    Criterion,
    CriterionKind,
    Item,
    PriceFormula,
    Request,
)
from kdnx.text import _
from kdnx.web.api import Body, JsonInt, Query

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Title = Annotated[Text, Field(min_length=3, max_length=160)]
Reason = Annotated[Text, Field(min_length=5, max_length=1000)]
Region = Annotated[Text, Field(pattern=r"^[A-Z]{2}[A-Z0-9]{2}$")]
Quantity = Annotated[
    Decimal, Field(gt=0, le=Decimal(999999999999), decimal_places=4, allow_inf_nan=False)
]
Weight = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2, allow_inf_nan=False)]
MONEY_LIMIT = 10**15
ITEM_ROWS, CRITERION_ROWS = 5, 8
MOST = 20


class CriterionBody(Body):
    """A criterion; `weight` in per cent, absent for a must."""

    kind: CriterionKind
    name: Annotated[Text, Field(min_length=2, max_length=120)]
    description: Annotated[Text, Field(max_length=1000)] = ""
    weight: Weight = Decimal(0)

    @model_validator(mode="after")
    def _weighted(self) -> Self:
        if (self.kind == CriterionKind.MUST) != (self.weight == 0):
            raise ValueError(
                _("Ein Muss-Kriterium hat kein Gewicht, jedes andere eines über 0 Prozent.")
            )
        return self


class ItemBody(Body):
    """A quantity that is asked for."""

    label: Annotated[Text, Field(min_length=2, max_length=120)]
    base: PriceBase
    quantity: Quantity


class RequestBody(Body):
    """A whole request as JSON; it replaces what the draft held. `budget_cents` is only for the own house."""

    title: Title
    need: Annotated[Text, Field(min_length=10, max_length=5000)]
    category_id: UUID
    closes_on: date
    starts_on: date | None = None
    place: Annotated[Text, Field(max_length=200)] = ""
    protection_level: Literal["normal", "high", "very_high"] | None = None
    audience: Literal["all", "members", "region"] = "all"
    member_ids: Annotated[list[UUID], Field(max_length=500, default_factory=list)]
    regions: Annotated[list[Region], Field(max_length=50, default_factory=list)]
    compare_years: Annotated[JsonInt, Field(ge=1, le=10)] = 4
    price_formula: PriceFormula = PriceFormula.RATIO
    shows_count: bool = False
    budget_cents: Annotated[JsonInt, Field(ge=0, le=MONEY_LIMIT)] | None = None
    items: Annotated[list[ItemBody], Field(max_length=MOST, default_factory=list)]
    criteria: Annotated[list[CriterionBody], Field(max_length=MOST, default_factory=list)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.audience == "members" and not self.member_ids:
            raise ValueError(_("Bitte mindestens ein Mitglied auswählen."))
        if self.audience == "region" and not self.regions:
            raise ValueError(_("Bitte mindestens eine Region angeben, zum Beispiel DEA2."))
        if sum(c.kind == CriterionKind.PRICE for c in self.criteria) > 1:
            raise ValueError(_("Der Preis kann nur einmal Kriterium sein."))
        return self

    def read_items(self) -> list[Item]:
        """As the model has them."""
        return [
            Item(n, x.label, x.base.value, x.quantity) for n, x in enumerate(self.items, start=1)
        ]

    def read_criteria(self) -> list[Criterion]:
        """As the model has them."""
        return [
            Criterion(n, x.kind.value, x.name, x.description, x.weight)
            for n, x in enumerate(self.criteria, start=1)
        ]


class RequestForm(BaseModel):
    """The head of a request as the form posts it."""

    title: Title
    need: Annotated[Text, Field(min_length=10, max_length=5000)]
    category_id: UUID
    closes_on: date
    starts_on: date | None = None
    place: Annotated[Text, Field(max_length=200)] = ""
    protection_level: Literal["normal", "high", "very_high"] | None = None
    audience: Literal["all", "members", "region"] = "all"
    member_ids: list[UUID] = Field(default_factory=list, max_length=500)
    regions: Text = ""
    compare_years: Annotated[int, Field(ge=1, le=10)] = 4
    price_formula: PriceFormula = PriceFormula.RATIO
    shows_count: bool = False
    budget: Text = ""


class VersionIn(BaseModel):
    """The version a page was made from."""

    row_version: int


class ExtendIn(BaseModel):
    """A later deadline and why."""

    closes_on: date
    reason: Reason


class ReasonIn(BaseModel):
    """A move that needs a reason."""

    reason: Reason


class ExtendBody(Body):
    """Extend as JSON."""

    closes_on: date
    reason: Reason


class ReasonBody(Body):
    """A reason as JSON."""

    reason: Reason


class NewQuery(BaseModel):
    """What a search for offerings hands over."""

    q: str = Field("", max_length=160)
    category: list[str] = Field(default_factory=list)


class ListForm(BaseModel):
    """Filters of the page."""

    view: str = "open"
    q: str = ""
    category: str = ""
    cursor: str = ""
    limit: int = Field(25, ge=1, le=100)


class RequestListQuery(Query):
    """Filters of the JSON list; `view`: all, open to me, mine, answered by me, decided."""

    view: Literal["all", "open", "mine", "answered", "decided"] = "all"
    q: Annotated[str, Field(max_length=100)] = ""
    category_id: UUID | None = None
    cursor: str = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class CriterionOut(BaseModel):
    """A criterion."""

    ordinal: int
    kind: str
    name: str
    description: str
    weight: Decimal


class ItemOut(BaseModel):
    """A quantity."""

    ordinal: int
    label: str
    base: str
    quantity: Decimal


class RequestSummary(BaseModel):
    """A request in a list; `answers` is null where the caller may not know."""

    id: UUID
    number: str | None
    title: str
    owner_id: UUID
    category_id: UUID
    state: str
    closes_at: datetime
    outcome: str | None
    answers: int | None
    my_state: str | None
    row_version: int


class RequestOut(RequestSummary):
    """A request with everything the caller may know; `budget_cents` only for the own house."""

    need: str
    starts_on: date | None
    place: str
    protection_level: str | None
    audience: str
    member_ids: list[UUID]
    regions: list[str]
    compare_years: int
    price_formula: str
    shows_count: bool
    announced_at: datetime | None
    closed_at: datetime | None
    decided_at: datetime | None
    extension_reason: str | None
    cancel_reason: str | None
    decision_reason: str | None
    budget_cents: int | None
    items: list[ItemOut]
    criteria: list[CriterionOut]


class RequestList(BaseModel):
    """Requests, the latest deadline first."""

    items: list[RequestSummary]
    next: str | None = None


def out_of(
    request: Request, items: Sequence[Item], criteria: Sequence[Criterion], budget: int | None
) -> RequestOut:
    """As JSON."""
    plain = {n: getattr(request, n) for n in RequestOut.model_fields if hasattr(request, n)}
    return RequestOut.model_validate(
        plain | {
            "member_ids": list(request.member_ids), "regions": list(request.regions), "budget_cents": budget,
            "items": [vars(i) for i in items], "criteria": [vars(c) for c in criteria],
        }
    )  # fmt: skip
