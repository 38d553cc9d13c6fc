"""What comes in about the sender of invoices."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from exchange.bookings.schemas import Text


class ProfileForm(BaseModel):
    """Function mailbox and telephone on the member's invoices; version 0 = none yet."""

    row_version: int = 0
    contact: Annotated[Text, Field(min_length=2, max_length=120)]
    phone: Annotated[Text, StringConstraints(pattern=r"[0-9].*[0-9].*[0-9]", max_length=40)]
    email: Annotated[Text, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]


class LeitwegForm(BaseModel):
    """Where the member receives invoices."""

    leitweg_id: Annotated[Text, StringConstraints(min_length=5, max_length=46, to_upper=True)]
