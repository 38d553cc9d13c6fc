"""What the pages about identity providers take."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field


class ProviderForm(BaseModel):
    """A new identity provider."""

    slug: str = Field(pattern=r"^[a-z0-9-]{2,40}$")
    label: str = Field(min_length=2, max_length=100)
    issuer: str = Field(min_length=8, max_length=300, pattern=r"^https?://\S+$")
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: str = Field(min_length=8, max_length=500)
    member_id: UUID | None = None


class ProviderChange(BaseModel):
    """What may change of one; an empty secret stays as it is."""

    label: str = Field(min_length=2, max_length=100)
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: str = Field("", max_length=500)
    state: Literal["active", "off"]
    row_version: int = Field(ge=1)
