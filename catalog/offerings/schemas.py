"""What comes in and goes out about offerings: one schema for form and JSON."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from catalog.contents.schemas import OfferingBody, Text
from kdnx.web.api import Body, JsonInt


class ReasonBody(Body):
    """Why; read by the people it concerns."""

    reason: Text = Field(min_length=3, max_length=1000)


class RetireBody(ReasonBody):
    """Why, what to use instead, and from which day (today without one)."""

    successor_id: UUID | None = None
    on: date | None = None


class PublishBody(Body):
    """The version that was read and is approved."""

    version: Annotated[JsonInt, Field(ge=1, le=100_000)]


class MoveForm(BaseModel):
    """The act of a page: the version seen, with a reason where one is needed."""

    row_version: int = Field(ge=1)
    version: int | None = Field(None, ge=1)
    reason: Annotated[str, StringConstraints(strip_whitespace=True)] = Field("", max_length=1000)
    successor_id: UUID | None = None
    on: date | None = None


class OfferingOut(BaseModel):
    """An offering in a list: its published face (before the first publication its draft's)."""

    id: UUID
    owner_id: UUID
    number: str
    reference: str
    state: str
    category_id: UUID
    title: str
    summary: str
    published_version: int | None
    price_base: str | None
    price_per: str | None
    price_micro: int | None
    published_at: datetime | None
    users: int
    row_version: int


class OfferingList(BaseModel):
    """A piece of the list; `next` is the cursor of the following one."""

    items: list[OfferingOut]
    next: str | None = None


class VersionOut(BaseModel):
    """One version in full."""

    version: int
    state: str
    approved_at: datetime | None
    content: OfferingBody


class OfferingDetail(BaseModel):
    """One offering with the version that counts for the reader; drafts are shown to their owner."""

    id: UUID
    owner_id: UUID
    number: str
    state: str
    state_reason: str
    published_version: int | None
    draft_version: int | None
    draft_submitted: bool
    reconfirm_due: date | None
    users: int
    row_version: int
    current: VersionOut


class VersionList(BaseModel):
    """All versions the reader may see, newest first; there is never a further page."""

    items: list[VersionOut]
    next: str | None = None
