"""What comes in and goes out for members."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kdnx.web.api import Query


class MemberForm(BaseModel):
    """Master data that a member keeps itself; `row_version` is what the form was based on."""

    model_config = ConfigDict(str_strip_whitespace=True)

    row_version: int
    name: str = Field(min_length=2, max_length=200)
    short_name: str = Field(min_length=1, max_length=60)
    seat: str = Field(min_length=2, max_length=100)
    inhabitants: int | None = Field(None, ge=0, le=20_000_000)
    inhabitants_as_of: date | None = None
    focus: str = Field("", max_length=500)
    vat_id: str | None = Field(None, max_length=20)
    iban: str | None = Field(None, max_length=34)
    lei: str | None = Field(None, max_length=20)
    website: str | None = Field(None, max_length=200, pattern=r"^https://")
    street: str = Field("", max_length=200)
    postal_code: str = Field("", max_length=10)
    email: str = Field("", max_length=200)
    tax_case: str | None = Field(None, pattern="^[SEO]$")


class SuccessionForm(BaseModel):
    """Who follows whom, from which day, on which basis."""

    model_config = ConfigDict(str_strip_whitespace=True)

    predecessor_id: UUID
    successor_id: UUID
    effective_on: date
    kind: str = Field(pattern="^(merger|takeover)$")
    basis: str = Field(min_length=10, max_length=1000)


class HubForm(BaseModel):
    """Which member is the hub from which day."""

    member_id: UUID
    valid_from: date


class MemberFilter(BaseModel):
    """The filters of the register."""

    q: str = Field("", max_length=100)
    level: str = Field("", max_length=20)
    legal_form: str = Field("", max_length=20)
    state: str = Field("active", max_length=10)


class MemberQuery(Query):
    """`state` active or ended; `limit` at most 200."""

    state: str | None = Field(None, pattern="^(active|ended)$")
    limit: int = Field(100, ge=1, le=200)


class MemberOut(BaseModel):
    """A member for machines; no bank details."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str
    short_name: str
    legal_form: str
    legal_personality: bool
    seat: str
    ags: str | None
    nuts3: str | None
    inhabitants: int | None
    provider_level: str | None
    leitweg_id: str | None
    vat_id: str | None
    state: str
    is_hub: bool
    row_version: int


class MemberList(BaseModel):
    """The register."""

    items: list[MemberOut]
    next: str | None = None
