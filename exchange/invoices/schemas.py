"""What comes in about invoices (form and JSON), and what goes out as JSON."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from exchange.bookings.schemas import Reason
from exchange.invoices.model import InvoiceState
from kdnx.web.api import Body, JsonInt, Query

Period = Annotated[
    str,
    StringConstraints(pattern=r"^20\d\d(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$", strip_whitespace=True),
]
Token = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]


Number = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, max_length=40)]
Type = Annotated[str, StringConstraints(pattern=r"^(380|381|389)$")]


class Wanted(BaseModel):
    """What a list of invoices is narrowed to: side, state, period (also a year), pair, number, type."""

    direction: str = Field("all", pattern="^(all|in|out)$")
    state: InvoiceState | None = None
    period: Period | None = None
    number: Number | None = None
    partner: UUID | None = None
    type: Type | None = None
    cursor: str | None = Field(None, max_length=600)


class InvoicePageQuery(Wanted):
    """Filters of the page."""

    size: int = Field(50, ge=1, le=100)


class InvoiceQuery(Wanted, Query):
    """Filters of the JSON list."""

    limit: int = Field(50, ge=1, le=200)


class PeriodQuery(BaseModel):
    """The period of a preview or a download; `legacy` bills Altbestand too."""

    period: Period | None = None
    legacy: bool = False


class DraftQuery(Query):
    """The period of a preview as JSON; `legacy` with Altbestand."""

    period: Period
    legacy: bool = False


class IssueForm(BaseModel):
    """The ticked drafts of a preview."""

    period: Period
    legacy: bool = False
    draft: list[Token] = Field(default_factory=list, max_length=500)


class IssueBody(Body):
    """Issue a period; without `drafts` everything that is open. Altbestand was billed before: only with `legacy`."""

    period: Period
    legacy: bool = False
    drafts: list[Token] | None = Field(None, max_length=500)


class CreditForm(BaseModel):
    """A credit note: no ticked line = all of them."""

    row_version: int
    reason: Reason
    line: list[int] = Field(default_factory=list, max_length=500)


class SettleForm(BaseModel):
    """The bank day of a direct invoice."""

    row_version: int
    on: date


class SettleBody(Body):
    """The bank day of a direct invoice."""

    on: date


class CreditBody(Body):
    """A credit note; `lines` empty = the whole invoice."""

    reason: Reason
    lines: list[JsonInt] = Field(default_factory=list, max_length=500)


class InvoiceOut(BaseModel):
    """An invoice or its correction; amounts in cents, negative where it takes back; 389 = written by the buyer."""

    id: UUID
    number: str
    type: str
    state: str
    leg: int
    issuer_id: UUID
    seller_id: UUID
    buyer_id: UUID
    leitweg_id: str
    period_from: date
    period_to: date
    issued_on: date
    due_on: date
    net_cents: int
    vat_cents: int
    gross_cents: int
    currency: str = "EUR"
    refers_to: UUID | None
    settled_on: date | None
    objected_on: date | None
    xml_sha256: str
    row_version: int


class InvoiceList(BaseModel):
    """A piece of the list, newest first."""

    items: list[InvoiceOut]
    next: str | None = None


class RefusalOut(BaseModel):
    """A pair that got no invoice, and why."""

    seller_id: UUID
    buyer_id: UUID
    leg: int
    reasons: list[str]


class OutcomeOut(BaseModel):
    """What a run issued and refused, pair by pair."""

    issued: list[InvoiceOut]
    refused: list[RefusalOut]


class DraftOut(BaseModel):
    """A draft of the preview; `token` names exactly these bookings."""

    token: str
    seller_id: UUID
    buyer_id: UUID
    leg: int
    self_billed: bool
    bookings: int
    net_cents: int
    vat_cents: int
    gross_cents: int
    hindrances: list[str]


class DraftList(BaseModel):
    """Everything a member could issue for a period."""

    items: list[DraftOut]
