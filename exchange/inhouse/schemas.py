"""What comes in about a declaration, and what goes out."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from exchange.bookings.schemas import Euro, Text
from exchange.inhouse.model import Basis
from kdnx.web.api import Body

Part = Annotated[Euro, Field(ge=0, lt=10**14)]
Cents = Annotated[int, Field(ge=0, lt=10**14)]


class DeclarationForm(BaseModel):
    """The amounts of a year in euro, German notation; `row_version` 0 for a new version."""

    row_version: int = 0
    member_id: UUID | None = None
    basis: Basis
    kdnx_cents: Part
    owners_cents: Part
    kdn_members_cents: Part
    other_public_cents: Part
    third_party_cents: Part
    market_cents: Part
    total_cents: Part
    evidence: Annotated[Text, Field(min_length=3, max_length=500)]


class StepForm(BaseModel):
    """A signature; `row_version` is what the person saw, `member_id` a house the own one succeeded."""

    row_version: int
    member_id: UUID | None = None


class YearQuery(BaseModel):
    """Whose year: a house the own one succeeded, or the own house."""

    member_id: UUID | None = None


class DeclarationBody(Body):
    """The amounts of a year in cents."""

    basis: Annotated[Basis, Field(strict=False)]
    kdnx_cents: Cents
    owners_cents: Cents
    kdn_members_cents: Cents
    other_public_cents: Cents
    third_party_cents: Cents
    market_cents: Cents
    total_cents: Cents
    evidence: Annotated[Text, Field(min_length=3, max_length=500)]


class DeclarationOut(BaseModel):
    """A version of a declaration, amounts in cents."""

    model_config = ConfigDict(from_attributes=True)

    year: int
    version: int
    state: str
    basis: str
    total_cents: int
    kdnx_cents: int
    owners_cents: int
    kdn_members_cents: int
    other_public_cents: int
    third_party_cents: int
    market_cents: int
    evidence: str
    row_version: int


class MonitorOut(BaseModel):
    """The test for the award year of today: sums of three years in cents, share in percent as text."""

    award_year: int
    entrusted_cents: int
    total_cents: int
    years: list[int]
    is_provisional: bool
    missing: list[int]
    light: str
    share_percent: str | None
    headroom_cents: int | None
    rule_id: UUID
    norm: str
    declarations: list[DeclarationOut]
