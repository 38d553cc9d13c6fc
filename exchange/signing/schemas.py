"""What comes in with a second signature."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from exchange.bookings.model import DisputeReason
from exchange.bookings.schemas import MAX_CENTS, BookingOut, Euro, Reason
from kdnx.web.api import Body, JsonInt


class ConfirmForm(BaseModel):
    """Confirm the whole amount of the version the person saw."""

    version: int | None = None


class PartForm(BaseModel):
    """Confirm less; the rest is disputed for this reason."""

    amount: Annotated[Euro, Field(gt=0, lt=MAX_CENTS)]
    reason: Reason
    version: int | None = None


class DisputeForm(BaseModel):
    """Disagree."""

    code: DisputeReason
    claimed: Annotated[Euro, Field(ge=0, lt=MAX_CENTS)] = 0
    text: Reason
    version: int | None = None


class BulkForm(BaseModel):
    """The ticked bookings."""

    booking: list[UUID] = Field(min_length=1, max_length=200)


class PartBody(Body):
    """Confirm `confirmed_cents` of the net amount."""

    confirmed_cents: Annotated[JsonInt, Field(gt=0, lt=MAX_CENTS)]
    reason: Reason


class DisputeBody(Body):
    """Disagree; `claimed_cents` is what the signer would accept."""

    reason_code: Annotated[DisputeReason, Field(strict=False)]
    text: Reason
    claimed_cents: Annotated[JsonInt, Field(ge=0, lt=MAX_CENTS)] = 0


class BulkBody(Body):
    """Bookings to confirm in one go."""

    ids: Annotated[list[Annotated[UUID, Field(strict=False)]], Field(min_length=1, max_length=1000)]


class RefusedOut(BaseModel):
    """A booking of the batch that was left as it is, and why."""

    id: UUID
    code: str
    detail: str


class BulkOut(BaseModel):
    """What the batch did."""

    confirmed: list[BookingOut]
    refused: list[RefusedOut]
