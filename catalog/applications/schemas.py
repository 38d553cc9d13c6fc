"""What comes in and goes out about declarations of applications."""

import re
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from kdnx.money import parse_euro
from kdnx.text import _
from kdnx.web.api import Body, JsonInt, Query

MOST_CENTS = 100_000_000_000


def _cents(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_euro(value)
    except ValueError:
        raise ValueError(_("Bitte einen Betrag eingeben, zum Beispiel 48.000,00.")) from None


def _count(value: object) -> object:
    return re.sub(r"[.\s]", "", value) if isinstance(value, str) else value


ModeWord = Literal["own", "from_member", "market"]
Users = Annotated[int | None, BeforeValidator(_count), Field(ge=0, le=10_000_000)]
Cents = Annotated[int | None, BeforeValidator(_cents), Field(ge=0, le=MOST_CENTS)]


class UseForm(BaseModel):
    """One row of the grid."""

    product: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=250)]
    mode: ModeWord
    from_member_id: UUID | None = None
    users: Users = None
    yearly_cents: Cents = None
    used_since: date | None = None
    contract_end: date | None = None
    is_new: bool = False


class UseIn(Body):
    """A declaration of the own house: `mode` null says that it is no longer used; `yearly_cents` net."""

    capability_id: UUID = Field(strict=False)
    product_id: UUID = Field(strict=False)
    mode: ModeWord | None = None
    from_member_id: UUID | None = Field(None, strict=False)
    users: JsonInt | None = Field(None, ge=0, le=10_000_000)
    yearly_cents: JsonInt | None = Field(None, ge=0, le=MOST_CENTS)
    used_since: date | None = Field(None, strict=False)
    contract_end: date | None = Field(None, strict=False)


class UsesIn(Body):
    """Declarations to add, change or end; what is not named stays as it is."""

    items: list[UseIn] = Field(min_length=1, max_length=500)


class UseOut(BaseModel):
    """A declaration; `yearly_cents` only for the own house, office and audit."""

    owner_id: UUID
    capability_id: UUID
    product_id: UUID
    mode: str
    from_member_id: UUID | None
    users: JsonInt | None
    yearly_cents: JsonInt | None
    used_since: date | None
    contract_end: date | None
    valid_from: date


class UseList(BaseModel):
    """Declarations that hold today."""

    items: list[UseOut]
    next: str | None = None


class UsesQuery(Query):
    """Which declarations."""

    capability_id: UUID | None = None


class ReportOut(BaseModel):
    """How many members have confirmed their declarations within twelve months."""

    reported: JsonInt
    members: JsonInt
    confirmed_on: date | None = None
