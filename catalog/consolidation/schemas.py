"""What the reader may assume, and what goes out."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from kdnx.money import parse_euro, plain_number
from kdnx.web.api import JsonInt, Query


def _number(value: object) -> object:
    return plain_number(value.replace("%", "")) if isinstance(value, str) else value


def _euros(value: object) -> object:
    return parse_euro(value) if isinstance(value, str) else value


Percent = Annotated[Decimal | None, BeforeValidator(_number), Field(ge=0, le=100)]
Cents = Annotated[int | None, BeforeValidator(_euros), Field(ge=0, le=10**12)]
Count = Annotated[int | None, BeforeValidator(_number)]


class AssumptionQuery(BaseModel):
    """Own assumptions in the address; absent ones come from the rules. Euros as people write them."""

    low: Percent = None
    high: Percent = None
    migration: Cents = None
    procedures: Annotated[Count, Field(ge=0, le=50)] = None
    procedure: Cents = None
    years: Annotated[Count, Field(ge=1, le=20)] = None
    users: Annotated[Count, Field(ge=0, le=1_000_000)] = None
    unit: Cents = None
    group: str = Field("", max_length=40)


class CandidateApiQuery(Query):
    """The same for machines: per cent and cents as numbers."""

    low_pct: Decimal | None = Field(None, ge=0, le=100)
    high_pct: Decimal | None = Field(None, ge=0, le=100)
    migration_cents: int | None = Field(None, ge=0, le=10**12)
    procedures: int | None = Field(None, ge=0, le=50)
    procedure_cents: int | None = Field(None, ge=0, le=10**12)
    years: int | None = Field(None, ge=1, le=20)
    least_users: int | None = Field(None, ge=0, le=1_000_000)


class AssumptionsOut(BaseModel):
    """What was assumed; `sources` says where each value comes from."""

    low_pct: Decimal
    high_pct: Decimal
    migration_cents: JsonInt
    procedures: JsonInt
    procedure_cents: JsonInt
    years: JsonInt
    least_users: JsonInt
    sources: dict[str, str]


class EstimateOut(BaseModel):
    """A range, not a promise; cents."""

    members: JsonInt
    known_cents: JsonInt
    unit_cents: JsonInt | None
    gap_cents: JsonInt | None
    yearly_low: JsonInt
    yearly_high: JsonInt
    process_cents: JsonInt
    one_off_cents: JsonInt
    net_low: JsonInt
    net_high: JsonInt


class CandidateOut(BaseModel):
    """A candidate; `estimate` null where fewer than three members told their cost."""

    capability_id: UUID
    name: str
    houses: JsonInt
    products: JsonInt
    index: Decimal | None
    providers: JsonInt
    contracts_ending_24_months: JsonInt
    half_free_on: date | None
    estimate: EstimateOut | None


class CandidatesOut(BaseModel):
    """Candidates in their order."""

    assumptions: AssumptionsOut
    items: list[CandidateOut]
    next: str | None = None
