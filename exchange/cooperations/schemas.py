"""What comes in about a cooperation, and what goes out."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from exchange.bookings.schemas import Euro, Reason, Text
from exchange.inhouse.model import Basis
from kdnx.web.api import Query

Words = Annotated[Text, Field(min_length=10, max_length=2000)]
Amount = Annotated[Euro, Field(ge=0, lt=10**14)]


class CooperationForm(BaseModel):
    """The text of an agreement; `row_version` 0 for a new one. `valid_to` is the last day, open when empty."""

    row_version: int = 0
    title: Annotated[Text, Field(min_length=3, max_length=200)]
    activities: Words
    goals: Words
    public_interest: Words
    no_advantage: Words
    agreement: Annotated[Text, Field(min_length=3, max_length=300)]
    agreed_on: date | None = None
    valid_from: date
    valid_to: date | None = None
    party_ids: Annotated[list[UUID], Field(max_length=60, default_factory=list)]


class StepForm(BaseModel):
    """A step; `row_version` is what the person saw."""

    row_version: int


class ReturnForm(StepForm):
    """A step back with its reason."""

    reason: Reason


class EndForm(ReturnForm):
    """The last day and why."""

    on: date


class YearForm(BaseModel):
    """The amounts of a year in euro; `member_id` a predecessor, `row_version` 0 for a new version."""

    row_version: int = 0
    member_id: UUID | None = None
    basis: Basis
    total_cents: Amount
    market_cents: Amount
    evidence: Annotated[Text, Field(min_length=3, max_length=500)]


class YearStepForm(StepForm):
    """The second signature of a year."""

    member_id: UUID | None = None


class PieceQuery(BaseModel):
    """A piece of the list."""

    cursor: str | None = Field(None, max_length=600)


class YearQuery(BaseModel):
    """Whose year: a predecessor of the own house, or the own house."""

    member_id: UUID | None = None


class CooperationQuery(Query):
    """The JSON list; `limit` at most 200."""

    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)


class CooperationOut(BaseModel):
    """An agreement with its light for an award this year; amounts of other houses never stand here."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    owner_id: UUID
    title: str
    state: str
    valid_from: date
    valid_to: date | None
    light: str


class CooperationDetail(CooperationOut):
    """The whole text; `own_share_percent` is the own house's part, absent for houses that are no party."""

    activities: str
    goals: str
    public_interest: str
    no_advantage: str
    agreement: str
    agreed_on: date | None
    party_ids: list[UUID]
    own_share_percent: Decimal | None
    own_headroom_cents: int | None
    row_version: int


class CooperationList(BaseModel):
    """A piece of the list; `next` is the cursor of the following one."""

    items: list[CooperationOut]
    next: str | None = None
