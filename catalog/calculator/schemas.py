"""What the calculator is asked and answers."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from catalog.calculator.model import input_name
from catalog.prices.model import PriceItem
from kdnx.money import plain_number
from kdnx.web.api import Query

LARGEST = Decimal(10**12)
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _plain(value: object) -> object:
    return plain_number(value.removesuffix("%")) if isinstance(value, str) else value


def _in_reach(value: object) -> object:
    # far years would be walked through one by one
    if isinstance(value, str) and value:
        found = date.fromisoformat(value)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValueError(value)
    return value


Day = Annotated[date, BeforeValidator(_in_reach)]


class PageQuery(BaseModel):
    """When, and what is assumed; the quantities are read position by position."""

    start: Day | None = None
    end: Day | None = None
    index: Annotated[Decimal, BeforeValidator(_plain)] = Field(
        Decimal(0), ge=-20, le=50, allow_inf_nan=False, decimal_places=4
    )
    draft: bool = False


class EstimateQuery(Query):
    """`quantity` once a position: 'ordinal:amount' (2:1200); inhabitants come from the register unless named."""

    start: Day | None = None
    end: Day | None = None
    index: Decimal = Field(Decimal(0), ge=-20, le=50, allow_inf_nan=False, decimal_places=4)
    quantity: list[Annotated[str, Field(pattern=r"^[0-9]{1,2}:[0-9]{1,12}(\.[0-9]{1,4})?$")]] = (
        Field(default_factory=list, max_length=40)
    )


class LineOut(BaseModel):
    """One position, net cents; `yearly_cents` null where only the settlement tells."""

    ordinal: int
    label: str
    unit: str
    quantity: Decimal
    calculation: str
    yearly_cents: int | None
    once_cents: int
    is_advance: bool


class YearOut(BaseModel):
    """One calendar year of the contract; `end` is the day after the last."""

    start: date
    end: date
    frozen_cents: int
    indexed_cents: int


class EstimateOut(BaseModel):
    """The whole answer, net cents; totals contain what is paid once."""

    offering_id: UUID
    version: int
    lines: list[LineOut]
    years: list[YearOut]
    once_cents: int
    full_year_cents: int
    first_year_cents: int
    total_frozen_cents: int
    total_indexed_cents: int
    tax_code: str | None
    vat_rate_pct: Decimal | None
    full_year_gross_cents: int | None
    is_complete: bool


def read_quantities(
    items: Sequence[PriceItem], given: Mapping[str, str], known: Mapping[str, int]
) -> tuple[dict[int, Decimal], list[str]]:
    """Quantities by ordinal from the fields of the form, and the names of fields that are no quantity.

    `known` are the register's figures by field name, taken where nothing is typed.
    """
    found: dict[int, Decimal] = {}
    wrong: list[str] = []
    for item in items:
        name = input_name(item)
        text = given.get(name, "").strip() if name else ""
        if not text:
            if name in known:
                found[item.ordinal] = Decimal(known[name])
            continue
        value = _number(text)
        if value is None:
            wrong.append(name)
        else:
            found[item.ordinal] = value
    return found, list(dict.fromkeys(wrong))


def _number(text: str) -> Decimal | None:
    # people type 1.200 for twelve hundred
    plain = re.sub(r"[.\s\u00a0]", "", text) if "," not in text else plain_number(text)
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    fine = value.is_finite() and 0 <= value <= LARGEST
    return value if fine and value == round(value, 4) else None


def named_quantities(given: Sequence[str]) -> dict[int, Decimal]:
    """'2:1200' → {2: 1200}; the last of a position counts."""
    return {int(o): Decimal(n) for o, _colon, n in (g.partition(":") for g in given)}
