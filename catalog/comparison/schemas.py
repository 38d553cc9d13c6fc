"""Comparison: the address is the whole state; and the same as JSON."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from catalog.prices.model import Quantities
from kdnx.money import plain_number
from kdnx.web.api import Query

MOST_COUNT = 10**12
# people type 1.200 for twelve hundred
Count = Annotated[
    Decimal,
    BeforeValidator(lambda v: plain_number(v) if isinstance(v, str) else v),
    Field(ge=0, le=MOST_COUNT, decimal_places=4, allow_inf_nan=False),
]

# the catalogue's address; PostgreSQL takes no NUL in a text
Address = Annotated[str, StringConstraints(max_length=6000, pattern=r"^[^\x00]*$")]


class QuantitiesIn(BaseModel):
    """What my house counts; what is absent comes from the register, or is nothing."""

    inhabitants: Count | None = None
    workplaces: Count = Decimal(0)
    quantity: Count = Decimal(0)

    def priced(self, inhabitants: int) -> Quantities:
        """For the calculator; `inhabitants` is what the register says."""
        own = Decimal(inhabitants) if self.inhabitants is None else self.inhabitants
        return Quantities(own, self.workplaces, self.quantity)


class CompareQuery(QuantitiesIn):
    """The page: offerings by id, quantities, whether only differences are shown, and for which survey.

    `search` is the catalogue's query string the offerings were ticked in, '' for none.
    """

    id: list[UUID] = Field(default_factory=list)
    differences: bool = False
    survey: UUID | None = None
    search: Address = ""


class CompareJsonQuery(Query):
    """The JSON: up to four offerings by id, and quantities."""

    id: list[UUID] = Field(min_length=1)
    inhabitants: Count | None = None
    workplaces: Count = Decimal(0)
    quantity: Count = Decimal(0)

    def counted(self) -> QuantitiesIn:
        """The quantities alone."""
        return QuantitiesIn(
            inhabitants=self.inhabitants, workplaces=self.workplaces, quantity=self.quantity
        )


class ColumnOut(BaseModel):
    """One offering; sums are net cents for a full year, `is_complete` false where a settlement decides."""

    offering_id: UUID
    number: str
    title: str
    owner: str
    category: str
    version: int
    yearly_cents: int
    once_cents: int
    is_complete: bool


class RowOut(BaseModel):
    """One line: a cell for each column, each of one or more lines of German text."""

    group: str
    label: str
    cells: list[list[str]]
    differs: bool


class ComparisonOut(BaseModel):
    """The table; `quantities` are those it was priced with."""

    quantities: dict[str, str]
    columns: list[ColumnOut]
    rows: list[RowOut]
