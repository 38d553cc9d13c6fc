"""What comes in and goes out of settlement runs."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from exchange.netting.model import Mode
from kdnx.web.api import Query


class _Body(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid")


class _Form(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)


class PrepareForm(_Form):
    """How far to offset."""

    mode: Mode = Mode.MULTILATERAL


class MoveForm(_Form):
    """A step of a run; `row_version` is what the person saw."""

    row_version: int = Field(ge=1)


class DiscardForm(MoveForm):
    """Why a run is dropped."""

    reason: str = Field(min_length=3, max_length=500)


class SettleForm(MoveForm):
    """The bank day on which the money moved."""

    bank_day: date


class TermsForm(_Form):
    """Whether a member offsets, and why not."""

    member_id: UUID
    offsets: Literal["yes", "no"]
    reason: str = Field(min_length=3, max_length=500)
    row_version: int = Field(0, ge=0)


class PrepareBody(_Body):
    """How far to offset."""

    mode: Mode = Mode.MULTILATERAL


class DiscardBody(_Body):
    """Why a run is dropped."""

    reason: str = Field(min_length=3, max_length=500)


class SettleBody(_Body):
    """The bank day on which the money moved, not in the future."""

    bank_day: date


class RunQuery(Query):
    """A piece of the list of runs."""

    cursor: str | None = Field(None, max_length=500)
    limit: int = Field(50, ge=1, le=200)


class LineOut(BaseModel):
    """A member in a run, cents; `out` is paid to it, `in` by it."""

    member_id: UUID
    final_id: UUID
    payable_cents: int
    receivable_cents: int
    netted_cents: int
    out_cents: int
    in_cents: int
    offsets: bool


class PaymentOut(BaseModel):
    """One transfer of money, cents; `n` is its number within the run, `returned_on` the day it came back."""

    n: int
    payer_id: UUID
    payee_id: UUID
    cents: int
    reference: str
    returned_on: date | None = None


class RunOut(BaseModel):
    """A run; `up_to` is the day of the cut whose postings it settles."""

    id: UUID
    number: str
    mode: str
    state: str
    up_to: date | None
    bank_day: date | None
    row_version: int


class RunDetail(RunOut):
    """A run with the lines and payments the caller may see."""

    lines: list[LineOut]
    payments: list[PaymentOut]


class RunList(BaseModel):
    """Runs, newest first."""

    items: list[RunOut]
    next: str | None = None
