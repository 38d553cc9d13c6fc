"""What comes in about a settlement of cost (form and JSON), and what goes out as JSON."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from exchange.bookings.schemas import Euro, Text
from exchange.orders.pages import read_number
from exchange.shares.model import KeyKind
from kdnx.web.api import Body, JsonInt, Query

MAX_CENTS = 10**13
Number = Annotated[
    Decimal, BeforeValidator(lambda v: read_number(v) if isinstance(v, str) else v),
    Field(ge=0, le=10**12, decimal_places=4, allow_inf_nan=False),
]  # fmt: skip
Percent = Annotated[
    Decimal, BeforeValidator(lambda v: read_number(v) if isinstance(v, str) else v),
    Field(ge=0, le=100, decimal_places=4, allow_inf_nan=False),
]  # fmt: skip
Evidence = Annotated[Text, Field(max_length=2000)]


class NewPoolForm(BaseModel):
    """Which offering and year are settled, and by which key."""

    offering: UUID
    year: int = Field(ge=2000, le=2100)
    key_kind: KeyKind = KeyKind.INHABITANTS
    actual: Annotated[Euro, Field(ge=0, lt=MAX_CENTS)]
    evidence: Evidence = ""


class PoolForm(BaseModel):
    """The figures of a draft; the fields `key_<order>` are read beside it."""

    version: int
    key_kind: KeyKind
    actual: Annotated[Euro, Field(ge=0, lt=MAX_CENTS)]
    fixed_pct: Percent = Decimal(0)
    by_days: bool = False
    evidence: Evidence = ""


class VersionForm(BaseModel):
    """What the person saw."""

    version: int


class PoolPageQuery(BaseModel):
    """Where the list goes on."""

    cursor: str | None = Field(None, max_length=600)


class PoolQuery(Query):
    """Where the list goes on."""

    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)


class KeyIn(Body):
    """The key of one order."""

    order_id: Annotated[UUID, Field(strict=False)]
    key: Annotated[Decimal, Field(strict=False, ge=0, le=10**12, decimal_places=4)]


class PoolBody(Body):
    """A settlement in preparation: net cents, `fixed_pct` of the cost in equal parts, keys by order."""

    offering_id: Annotated[UUID, Field(strict=False)]
    year: Annotated[JsonInt, Field(ge=2000, le=2100)]
    key_kind: Annotated[KeyKind, Field(strict=False)] = KeyKind.INHABITANTS
    actual_cents: Annotated[JsonInt, Field(ge=0, lt=MAX_CENTS)]
    fixed_pct: Annotated[Decimal, Field(strict=False, ge=0, le=100, decimal_places=4)] = Decimal(0)
    by_days: bool = True
    evidence: Evidence = ""
    keys: list[KeyIn] = Field(default_factory=list, max_length=1000)


class ShareOut(BaseModel):
    """What falls on one order; net cents, `rest_cents` below zero is paid back."""

    model_config = ConfigDict(from_attributes=True)

    order_id: UUID
    number: str
    recipient_id: UUID
    key: Decimal
    first_day: date
    last_day: date
    days: int
    share_cents: int
    advances_cents: int
    rest_cents: int
    booking_id: UUID | None


class PoolOut(BaseModel):
    """A settlement of cost with the shares the caller may see."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    owner_id: UUID
    offering_id: UUID
    title: str
    year: int
    round: int
    key_kind: str
    fixed_pct: Decimal
    by_days: bool
    actual_cents: int
    key_total: Decimal
    participants: int
    evidence: str
    state: str
    row_version: int
    shares: list[ShareOut] = Field(default_factory=list)


class PoolList(BaseModel):
    """A piece of the list, latest year first."""

    items: list[PoolOut]
    next: str | None = None
