"""What comes in and goes out of returned payments."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class ReturnForm(BaseModel):
    """When a payment came back or was found missing, and why (the bank's words)."""

    model_config = ConfigDict(str_strip_whitespace=True)
    returned_on: date
    reason: str = Field(min_length=3, max_length=500)


class ReturnBody(ReturnForm):
    """The same as JSON."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid")


class ReturnOut(BaseModel):
    """A payment that did not arrive, cents; `n` is its number within the run."""

    run_id: UUID
    n: int
    payer_id: UUID
    payee_id: UUID
    cents: int
    returned_on: date
    reason: str
