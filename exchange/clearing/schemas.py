"""What comes in about an order's test."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from exchange.bookings.schemas import Euro, Reason


class SignoffForm(BaseModel):
    """Why an order is placed although the light is red."""

    reason: Reason


class NameForm(BaseModel):
    """The cooperation an order rests on."""

    cooperation_id: UUID


class CapForm(BaseModel):
    """The yearly maximum of an offer; empty takes it away."""

    cap_cents: Annotated[Euro, Field(ge=0, le=10**12)] | None = None
    policy: Literal["warn", "block"] = "block"
