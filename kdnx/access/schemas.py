"""What the pages about roles and deputies take; people give the last day, rows keep the day after."""

import re
from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator

from kdnx.text import _
from kdnx.viewer import Role

AMOUNT = re.compile(r"(\d{1,3}(?:\.\d{3}){1,3}|\d{1,12})(?:,(\d{1,2}))?")


def day_after(last_day: date | None) -> date | None:
    """The first day without, from the last day with."""
    return None if last_day is None else last_day + timedelta(days=1)


class RoleForm(BaseModel):
    """A role for a person; `last_day` counts, `limit` is in euros ('50.000' or '50000,00')."""

    person_id: UUID
    member_id: UUID
    role: Role
    valid_from: date
    last_day: date | None = None
    limit: str = Field("", max_length=20)

    @field_validator("limit")
    @classmethod
    def _amount(cls, value: str) -> str:
        if value:
            read_cents(value)
        return value

    @property
    def limit_cents(self) -> int | None:
        """The limit in cents."""
        return read_cents(self.limit) if self.limit else None


class RoleEndForm(BaseModel):
    """The last day of a role; a role that has not begun ends before it begins."""

    last_day: date
    row_version: int = Field(ge=1)


class DeputyForm(BaseModel):
    """Who stands in, for which roles, from the first to the last day."""

    deputy_id: UUID
    roles: list[Role] = Field(min_length=1, max_length=20)
    valid_from: date
    last_day: date

    @model_validator(mode="after")
    def _order(self) -> "DeputyForm":
        if self.last_day < self.valid_from:
            raise ValueError(_("Der letzte Tag liegt vor dem ersten."))
        return self


class RoleQuery(BaseModel):
    """`ended` shows past roles too."""

    ended: bool = False


def read_cents(text: str) -> int:
    """'50.000' or '50000,50' euros as cents; ValueError with a German text otherwise."""
    match = AMOUNT.fullmatch(text.replace(" ", ""))
    if not match:
        raise ValueError(_("Bitte einen Betrag eingeben, zum Beispiel 50.000,00."))
    return int(match[1].replace(".", "")) * 100 + int((match[2] or "0").ljust(2, "0"))
