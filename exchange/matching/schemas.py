"""A comparison with a house's own books as JSON."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from exchange.orders.schemas import FIRST_DAY, LAST_DAY, Text
from kdnx.web.api import Body, JsonInt

MOST_ROWS = 10_000


class ItemBody(Body):
    """One row of the own ledger; the sign of `cents` is left to the house."""

    reference: Text = Field("", max_length=200)
    cents: Annotated[JsonInt, Field(ge=-(10**14), le=10**14)]
    day: Annotated[date, Field(strict=False, ge=FIRST_DAY, le=LAST_DAY)] | None = None


class MatchBody(Body):
    """The own rows of the time of the statement."""

    items: Annotated[list[ItemBody], Field(min_length=1, max_length=MOST_ROWS)]


class GapOut(BaseModel):
    """One gap; the amount of the side that lacks the row is null (cents)."""

    kind: str
    reference: str
    own_cents: int | None
    hub_cents: int | None
    own_reference: str
    step: str


class MatchOut(BaseModel):
    """A comparison: rows read, references that agree, and every gap of both sides."""

    id: UUID
    file_name: str
    own_rows: int
    matched: int
    created_at: datetime
    gaps: list[GapOut]
