"""What comes in about index steps, and what goes out as JSON."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kdnx.web.api import Body

Ids = Annotated[list[UUID], Field(min_length=1, max_length=200)]


class StepsForm(BaseModel):
    """The ticked orders."""

    order: Annotated[list[UUID], Field(max_length=200)] = Field(default_factory=list)


class StepsBody(Body):
    """The orders whose due steps shall be proposed."""

    order_ids: Ids


class StepOut(BaseModel):
    """One line that follows an index; prices in millionths of a euro, `yearly_cents` net of contract 1."""

    model_config = ConfigDict(from_attributes=True)

    label: str
    series: str
    finding: str
    since_month: str
    since_value: Decimal
    month: str | None
    value: Decimal | None
    change_pct: Decimal
    old_micro: int
    new_micro: int | None
    yearly_cents: int
    reason: str


class IndexedOut(BaseModel):
    """An order with its lines that follow an index; `is_changing`: another change is under way."""

    order_id: UUID
    number: str
    is_changing: bool
    yearly_cents: int
    steps: list[StepOut]


class IndexedList(BaseModel):
    """The orders of a house that follow an index."""

    items: list[IndexedOut]


class ProposedOut(BaseModel):
    """What became of one order."""

    model_config = ConfigDict(from_attributes=True)

    order_id: UUID
    number: str
    amendment_id: UUID | None
    problem: str
    remedy: str


class ProposedList(BaseModel):
    """What became of each order."""

    items: list[ProposedOut]
