"""What comes in about invoices (form and JSON), and what goes out as JSON."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from exchange.bookings.schemas import Reason, Text
from exchange.invoices.model import InvoiceState
from kdnx.web.api import Body, JsonInt, Query

Period = Annotated[
    str,
    StringConstraints(pattern=r"^20\d\d(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$", strip_whitespace=True),
]
Token = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]


class InvoicePageQuery(BaseModel):
    """Filters of the page."""

    direction: str = Field("all", pattern="^(all|in|out)$")
    state: InvoiceState | None = None
    period: Period | None = None
    cursor: str | None = Field(None, max_length=600)
    size: int = Field(50, ge=1, le=100)


class InvoiceQuery(Query):
    """Filters of the JSON list."""

    direction: str = Field("all", pattern="^(all|in|out)$")
    state: InvoiceState | None = None
    period: Period | None = None
    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)


class PeriodQuery(BaseModel):
    """The period of a preview or a download."""

    period: Period | None = None


class DraftQuery(Query):
    """The period of a preview as JSON."""

    period: Period


class IssueForm(BaseModel):
    """The ticked drafts of a preview."""

    period: Period
    draft: list[Token] = Field(default_factory=list, max_length=500)


class IssueBody(Body):
    """Issue a period; without `drafts` everything that is open."""

    period: Period
    drafts: list[Token] | None = Field(None, max_length=500)


class CreditForm(BaseModel):
    """A credit note: no ticked line = all of them."""

    row_version: int
    reason: Reason
    line: list[int] = Field(default_factory=list, max_length=500)


class CreditBody(Body):
    """A credit note; `lines` empty = the whole invoice."""

    reason: Reason
    lines: list[JsonInt] = Field(default_factory=list, max_length=500)


class ProfileForm(BaseModel):
    """Function mailbox and telephone on the member's invoices; version 0 = none yet."""

    row_version: int = 0
    contact: Annotated[Text, Field(min_length=2, max_length=120)]
    phone: Annotated[Text, StringConstraints(pattern=r"[0-9].*[0-9].*[0-9]", max_length=40)]
    email: Annotated[Text, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]


class InvoiceOut(BaseModel):
    """An invoice or credit note; amounts in cents, negative on a credit note."""

    id: UUID
    number: str
    type: str
    state: str
    leg: int
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
    bookings: int
    net_cents: int
    vat_cents: int
    gross_cents: int
    hindrances: list[str]


class DraftList(BaseModel):
    """Everything a member could issue for a period."""

    items: list[DraftOut]
