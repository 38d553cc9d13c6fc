"""What the pages about machine clients take."""

from datetime import date

from pydantic import BaseModel, Field

from kdnx.viewer import Permission


class ClientForm(BaseModel):
    """A program and its rights; `last_day` counts."""

    label: str = Field(min_length=3, max_length=100)
    scopes: list[Permission] = Field(min_length=1, max_length=40)
    last_day: date | None = None
