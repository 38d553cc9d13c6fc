"""What drawing and finding take and give."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from exchange.bookings.schemas import MAX_CENTS, Euro, Text
from exchange.samples.model import Finding, Method, SampleState
from kdnx.web.api import Body, JsonInt, Query


class SampleForm(BaseModel):
    """A drawing as the form asks for it; without a seed one is drawn and kept."""

    title: Annotated[Text, Field(min_length=3, max_length=200)]
    purpose: Annotated[Text, Field(max_length=2000)] = ""
    method: Method = Method.MONEY_UNIT
    wanted: int = Field(25, ge=1, le=1000)
    seed: Annotated[Text, Field(max_length=100)] = ""
    year: int = Field(ge=2000, le=2100)
    provider: UUID | None = None
    recipient: UUID | None = None
    category: UUID | None = None


class SampleBody(Body):
    """A drawing by JSON; the seed is kept, so that anybody can draw again."""

    title: Annotated[Text, Field(min_length=3, max_length=200)]
    purpose: Annotated[Text, Field(max_length=2000)] = ""
    method: str = Field("money_unit", pattern="^(random|money_unit)$")
    wanted: JsonInt = Field(25, ge=1, le=1000)
    seed: Annotated[Text, Field(max_length=100)] = ""
    year: JsonInt = Field(ge=2000, le=2100)
    provider: str | None = Field(None, pattern="^[0-9a-f-]{36}$")
    recipient: str | None = Field(None, pattern="^[0-9a-f-]{36}$")
    category: str | None = Field(None, pattern="^[0-9a-f-]{36}$")


class FindingForm(BaseModel):
    """A finding; `difference` in euros, plus = booked too high, only with a finding."""

    finding: Finding
    note: Annotated[Text, Field(max_length=2000)] = ""
    difference: Annotated[Euro, Field(gt=-MAX_CENTS, lt=MAX_CENTS)] = 0
    version: int = Field(ge=1)


class CloseForm(BaseModel):
    """The result in words, and the version it closes."""

    result: Annotated[Text, Field(min_length=3, max_length=4000)]
    version: int = Field(ge=1)


class SamplePageQuery(BaseModel):
    """The list."""

    state: SampleState | None = None
    cursor: str | None = Field(None, max_length=200)


class SampleQuery(Query):
    """The list by JSON."""

    state: str | None = Field(None, pattern="^(open|closed)$")
    cursor: str | None = Field(None, max_length=200)
    limit: int = Field(50, ge=1, le=200)


class CheckQuery(BaseModel):
    """`again=1` draws a second time and compares."""

    again: bool = False


class SampleOut(BaseModel):
    """A sample; hashes in hex, amounts in cents."""

    id: UUID
    number: str
    title: str
    method: str
    wanted: int
    seed: str
    service_year: int
    provider_id: UUID | None
    recipient_id: UUID | None
    category_id: UUID | None
    population_rows: int
    population_cents: int
    population_hash: str
    evidence: str
    drawn_at: datetime
    state: str
    result: str
    closed_at: datetime | None
    sheet_hash: str | None
    items: int
    open_items: int
    row_version: int


class ItemOut(BaseModel):
    """One drawn row with its finding."""

    n: int
    transfer_owner_id: UUID
    transfer_id: UUID
    transfer_seq: int
    cents: int
    sign: int
    hits: int
    finding: str
    note: str
    difference_cents: int
    booking_number: str | None


class SampleList(BaseModel):
    """A piece of the list, newest first."""

    items: list[SampleOut]
    next: str | None = None


class SheetOut(BaseModel):
    """A sample with its items and the result in figures."""

    sample: SampleOut
    items: list[ItemOut]
    counts: dict[str, int]
    found_cents: int
    projected_cents: int
