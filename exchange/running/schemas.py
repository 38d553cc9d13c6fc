"""What goes out about notices."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class TerminationOut(BaseModel):
    """A notice with its answer.

    `service_until`: the service runs on until this day by this notice; absent where the notice changed nothing.
    `may_repeat`: another notice may be given.
    """

    model_config = ConfigDict(from_attributes=True)

    n: int
    state: str
    last_day: date
    by_member: UUID
    reason: str
    requested_at: datetime
    answer_due: date
    answered_by: UUID | None
    answered_at: datetime | None
    answer: str
    service_until: date | None
    may_repeat: bool


class TerminationList(BaseModel):
    """All notices of an order, the last one first."""

    items: list[TerminationOut]
