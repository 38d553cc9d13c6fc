"""What comes in and goes out about roll-overs: one schema for form and JSON."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from catalog.contents.schemas import Text
from catalog.rollover.model import MOST, ROUNDINGS, Rollover, RolloverLine, Rule
from kdnx.money import plain_number
from kdnx.text import _
from kdnx.web.api import Body, JsonInt


def _plain(value: object) -> object:
    # from a form as a German number with or without the sign, from JSON as a number
    if isinstance(value, str):
        value = plain_number(value.removesuffix("%"))
    try:
        return value if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return value


class RolloverBody(Body):
    """Which offerings, by which rule."""

    offering_ids: list[UUID] = Field(min_length=1, max_length=MOST)
    valid_from: date
    change_pct: Annotated[Decimal, BeforeValidator(_plain)] = Field(
        ge=-90, le=200, decimal_places=4, allow_inf_nan=False
    )
    rounding_micro: Annotated[JsonInt, Field(ge=1, le=10**9)] = 10_000
    frozen_until: date | None = None
    reason: Text = Field(min_length=3, max_length=1000)

    @model_validator(mode="after")
    def _fits(self) -> "RolloverBody":
        if self.rounding_micro not in ROUNDINGS:
            raise ValueError(_("Diese Rundung gibt es nicht."))
        if self.frozen_until and self.frozen_until < self.valid_from:
            raise ValueError(_("Die Preisbindung endet vor dem Beginn des Preises."))
        return self

    @property
    def rule(self) -> Rule:
        """The rule as the model knows it."""
        return Rule(self.valid_from, self.change_pct, self.rounding_micro, self.frozen_until)


class DecisionBody(Body):
    """Why a batch is sent back or withdrawn."""

    reason: Text = Field("", max_length=1000)


class DecisionForm(BaseModel):
    """The act of a page: the batch as seen, a reason where one is needed."""

    row_version: int = Field(ge=1)
    reason: str = Field("", max_length=1000)


class LineOut(BaseModel):
    """One offering of a batch."""

    offering_id: UUID
    title: str
    result: str
    note: str


class RolloverOut(BaseModel):
    """A batch with what became of each offering."""

    id: UUID
    number: str
    state: str
    valid_from: date
    change_pct: Decimal
    rounding_micro: int
    row_version: int
    lines: list[LineOut]


def as_json(r: Rollover, lines: list[RolloverLine]) -> RolloverOut:
    """One batch as others read it."""
    out = [LineOut(offering_id=x.offering_id, title=x.title, result=x.result, note=x.note) for x in lines]  # fmt: skip
    return RolloverOut(
        id=r.id, number=r.number, state=r.state, valid_from=r.valid_from, change_pct=r.change_pct,
        rounding_micro=r.rounding_micro, row_version=r.row_version, lines=out,
    )  # fmt: skip
