"""What lists of transfers take and give."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from exchange.ledger.model import TransferKind
from kdnx.web.api import Query


class TransferPageQuery(BaseModel):
    """Filters of the page; two members make the pair view."""

    provider: UUID | None = None
    recipient: UUID | None = None
    year: int | None = Field(None, ge=2000, le=2100)
    kind: TransferKind | None = None
    booking: UUID | None = None
    cursor: str | None = Field(None, max_length=600)
    size: int = Field(50, ge=1, le=100)


class TransferQuery(Query):
    """Filters of the JSON list."""

    provider: UUID | None = None
    recipient: UUID | None = None
    year: int | None = Field(None, ge=2000, le=2100)
    kind: TransferKind | None = None
    booking: UUID | None = None
    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)


class TransferOut(BaseModel):
    """One transfer; `seq` and `hash` (hex) only for the owner of the chain, office and audit."""

    id: UUID
    owner_id: UUID
    recipient_id: UUID | None
    seq: int | None
    kind: str
    leg: int
    debit_id: UUID
    credit_id: UUID
    cents: int
    currency: str = "EUR"
    sign: int
    book_year: int
    book_month: int
    service_year: int
    service_month: int
    category_id: UUID | None
    offering_id: UUID | None
    source: str
    source_id: UUID
    recorded_at: datetime
    hash: str | None


class TransferList(BaseModel):
    """A piece of the list, newest first."""

    items: list[TransferOut]
    next: str | None = None
