"""What the tax watch takes and gives; amounts in cents, shares between 0 and 1."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from kdnx.web.api import Query

MAX_PAGE = 400


class WatchQuery(BaseModel):
    """The calendar year of the receipts (nothing = this one), one house or all, the page of a list."""

    year: Annotated[int, Field(ge=2017, le=2200)] | None = None
    house: Annotated[UUID | None, BeforeValidator(lambda v: v or None)] = None
    page: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1


class WatchApiQuery(Query):
    """The same for machines."""

    year: Annotated[int, Field(ge=2017, le=2200)] | None = None


class GroupOut(BaseModel):
    """An activity group of a supplier: gross receipts so far and expected."""

    supplier_id: UUID
    supplier: str
    group: str
    is_named: bool
    so_far_cents: int
    forecast_cents: int
    light: str


class LegOut(BaseModel):
    """A contract with its tax codes before and from 2027."""

    order_id: UUID
    number: str
    leg: int
    supplier_id: UUID
    customer_id: UUID
    yearly_cents: int
    code_before: str
    code_after: str
    is_ready: bool


class ReadyOut(BaseModel):
    """How far a house is decided for 2027."""

    member_id: UUID
    legs: int
    ready: int
    cents: int
    ready_cents: int


class WatchOut(BaseModel):
    """The watch of the houses the caller answers for."""

    year: int
    limit_cents: int
    warn_cents: int
    groups: list[GroupOut]
    contracts: list[LegOut]
    readiness: list[ReadyOut]
