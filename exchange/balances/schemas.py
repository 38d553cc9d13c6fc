"""What a house says to its balance, and what it reads."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from exchange.balances.model import Answer
from exchange.bookings.schemas import Text
from kdnx.web.api import Body, JsonInt


class AnswerForm(BaseModel):
    """The answer on the page; `entries` is the state that was shown."""

    member: UUID
    answer: Answer
    reason: Annotated[Text, Field(max_length=2000)] = ""
    entries: int = Field(ge=0)


class AnswerBody(Body):
    """The answer of a machine on behalf of its house, to the state named by `entries`."""

    member: Annotated[UUID, Field(strict=False)]
    answer: Annotated[Answer, Field(strict=False)]
    reason: Annotated[Text, Field(max_length=2000)] = ""
    entries: Annotated[JsonInt, Field(ge=0)]


class StatementQuery(BaseModel):
    """Whose statement; nothing = the own house."""

    member: UUID | None = None


class BalanceOut(BaseModel):
    """Claim accounts of a house at year end in cents, each positive as its name says."""

    member_id: UUID
    name: str
    payable_cents: int
    receivable_cents: int
    due_cents: int
    owed_cents: int
    net_cents: int
    entries: int
    answer: str | None
    answered_entries: int | None
    answered_at: datetime | None
    is_settled: bool


class BalanceList(BaseModel):
    """The balances the caller may read."""

    year: int
    items: list[BalanceOut]
