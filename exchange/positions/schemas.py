"""What positions take and give."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from exchange.positions.model import Moment
from kdnx.web.api import Query


def _blank(value: object) -> object:
    return None if value == "" else value


Blank = BeforeValidator(_blank)
Day = Annotated[date | None, Blank, Field(ge=date(2000, 1, 1), le=date(2200, 12, 31))]
Number = Annotated[int | None, Blank, Field(ge=1, le=10**15)]
Id = Annotated[UUID | None, Blank]


class PositionQuery(Query):
    """Whose position, against whom, at which moment; `from_…` name an earlier moment to compare with.

    `chain` is the chain `seq` and `from_seq` count in, without it the house's own.
    """

    member: Id = None
    other: Id = None
    chain: Id = None
    seq: Number = None
    day: Day = None
    service: Day = None
    from_seq: Number = None
    from_day: Day = None
    from_service: Day = None
    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)

    def moment(self, house: UUID) -> Moment:
        """The moment asked for; nothing = everything known now."""
        chain = (self.chain or house) if self.seq is not None else None
        return Moment(chain, self.seq, self.day, self.service)

    def earlier(self, house: UUID) -> Moment | None:
        """The moment to compare with, if any."""
        if self.from_seq is None and self.from_day is None and self.from_service is None:
            return None
        chain = (self.chain or house) if self.from_seq is not None else None
        return Moment(chain, self.from_seq, self.from_day, self.from_service)


class PositionOut(BaseModel):
    """Cents against one counterparty; `net_cents` = claims less debts, `by` = net by kind."""

    other_id: UUID | None
    claim_cents: int
    debt_cents: int
    net_cents: int
    entries: int
    by: dict[str, int]


class PlaceOut(BaseModel):
    """The last counted row of a chain; `hash` hex."""

    chain_id: UUID
    seq: int
    hash: str


class PositionRowOut(BaseModel):
    """A ledger row on an account of the house; `way` -1 = counted at the earlier moment only."""

    way: int
    owner_id: UUID
    seq: int | None
    id: UUID
    other_id: UUID | None
    what: str
    kind: str
    account_kind: str
    claim_cents: int
    debt_cents: int
    net_cents: int
    service_year: int
    service_month: int
    book_year: int
    book_month: int
    source: str
    source_id: UUID
    recorded_at: datetime


class PositionReading(BaseModel):
    """A position at a moment with its rows, oldest first; `is_final` = no later row can change it."""

    member_id: UUID
    is_final: bool
    total: PositionOut
    earlier_total: PositionOut | None
    positions: list[PositionOut]
    places: list[PlaceOut]
    items: list[PositionRowOut]
    next: str | None
