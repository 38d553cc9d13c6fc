"""What the trail takes and gives."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from kdnx.web.api import Query


class CellPageQuery(BaseModel):
    """A cell as its address names it; no year = the running one."""

    year: int | None = Field(None, ge=2000, le=2100)
    basis: str = Field("current", pattern="^(current|reported)$")
    as_: str = Field("member", alias="as", pattern="^(member|successor)$")
    provider: UUID | None = None
    recipient: UUID | None = None
    category: UUID | None = None
    offering: UUID | None = None
    month: int | None = Field(None, ge=1, le=12)
    cursor: str | None = Field(None, max_length=600)
    size: int = Field(50, ge=1, le=100)


class CellQuery(Query):
    """The JSON cell."""

    year: int = Field(ge=2000, le=2100)
    basis: str = Field("current", pattern="^(current|reported)$")
    as_: str = Field("member", alias="as", pattern="^(member|successor)$")
    provider: UUID | None = None
    recipient: UUID | None = None
    category: UUID | None = None
    offering: UUID | None = None
    month: int | None = Field(None, ge=1, le=12)
    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)


class ProofQuery(BaseModel):
    """`proof=1` recomputes the link."""

    proof: bool = False


class CellRowOut(BaseModel):
    """One transfer of a cell; `seq` only for those who may see the chain."""

    id: UUID
    owner_id: UUID
    recipient_id: UUID
    seq: int | None
    cents: int
    sign: int
    service_year: int
    service_month: int
    book_year: int
    book_month: int
    category_id: UUID | None
    offering_id: UUID | None
    source: str
    source_id: UUID
    booking_number: str | None
    recorded_at: datetime


class CellOut(BaseModel):
    """A cell: the figure by the report's definition, the sum of all its rows, one piece of the rows."""

    year: int
    basis: str
    currency: str = "EUR"
    figure_cents: int
    rows_cents: int
    rows: int
    frozen_cents: int | None
    agrees: bool
    items: list[CellRowOut]
    next: str | None = None


class HopOut(BaseModel):
    """One transfer with its proof and what it came from; hashes in hex, chain fields null for the other side."""

    id: UUID
    owner_id: UUID
    recipient_id: UUID | None
    kind: str
    cents: int
    sign: int
    seq: int | None
    prev: str | None
    hash: str | None
    recomputed_hash: str | None
    link_holds: bool | None
    cut_day: str | None
    source: str
    source_id: UUID
    evidence: str
    recomputed_evidence: str | None
    evidence_holds: bool | None
    booking_number: str | None
    order_id: UUID | None
    order_number: str | None
    order_version: int | None
    legal_route: str | None
    offering_id: UUID | None
    offering_version: int | None
