"""What comes in about an order's test."""

from uuid import UUID

from pydantic import BaseModel

from exchange.bookings.schemas import Reason


class SignoffForm(BaseModel):
    """Why an order is placed although the light is red."""

    reason: Reason


class NameForm(BaseModel):
    """The cooperation an order rests on."""

    cooperation_id: UUID
