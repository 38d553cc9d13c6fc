"""What comes in about self-billing (form and JSON), and what goes out as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from exchange.bookings.schemas import Reason, Text
from kdnx.web.api import Body, Query

Role = Literal["seller", "buyer"]
Document = Annotated[Text, StringConstraints(min_length=3, max_length=200)]
OrderNumber = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, max_length=40)]


class Proposal(BaseModel):
    """An agreement as one side proposes it: `role` is its own; without an order it is for the pair."""

    role: Role
    partner: UUID
    order: OrderNumber | None = None
    agreed_on: date
    valid_from: date
    document: Document


class ProposalForm(Proposal):
    """The form of a proposal."""


class ProposalBody(Proposal, Body):
    """A proposal as JSON."""


class MoveForm(BaseModel):
    """Agree, decline or withdraw."""

    row_version: int
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class MoveBody(Body):
    """Agree, decline or withdraw."""

    reason: str = Field("", max_length=500)


class EndForm(BaseModel):
    """The last service day that is self-billed."""

    row_version: int
    ends_on: date
    reason: Reason


class EndBody(Body):
    """The last service day that is self-billed."""

    ends_on: date
    reason: Reason


class ObjectForm(BaseModel):
    """Why the seller objects."""

    row_version: int
    reason: Reason


class ObjectBody(Body):
    """Why the seller objects."""

    reason: Reason


class AgreementPageQuery(BaseModel):
    """Filters of the page."""

    state: Literal["proposed", "agreed", "declined", "withdrawn", "ended"] | None = None
    cursor: str | None = Field(None, max_length=600)


class AgreementQuery(Query):
    """Filters of the JSON list."""

    state: Literal["proposed", "agreed", "declined", "withdrawn", "ended"] | None = None
    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)


class AgreementOut(BaseModel):
    """An agreement: the buyer bills in the seller's name."""

    id: UUID
    seller_id: UUID
    buyer_id: UUID
    order_number: str
    valid_from: date
    ends_on: date | None
    agreed_on: date
    document: str
    proposed_by: UUID
    state: str
    reason: str
    row_version: int


class AgreementList(BaseModel):
    """A piece of the list, newest first."""

    items: list[AgreementOut]
    next: str | None = None
