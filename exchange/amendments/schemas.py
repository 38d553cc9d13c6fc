"""What comes in about a change of an order (form and JSON alike), and what goes out as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from exchange.clearing.change import Claim
from exchange.orders.model import LegalRoute
from exchange.orders.schemas import Billing, Day, OfferLine, Reason, Text
from kdnx.web.api import Body, JsonInt

ChangeDoor = Literal["review_clause", "additional", "unforeseeable", "successor"]


class AmendBody(Body):
    """The terms as they shall be from `valid_from` on; what is absent stays, `lines` replace the whole schedule.

    `change_door`, `change_reason` and `index_clause` say which door of § 132 GWB a tendered contract goes through.
    `yearly_cap_cents` is the most to be booked in a calendar year, 0 takes it away; `cap_policy` says what follows.
    `open_ended` takes the end away. `renew_surcharge` sets the hub's surcharge by the rule of that day.
    """

    valid_from: Day
    reason: Reason
    early_reason: Text = Field("", max_length=2000)
    ends_on: Day | None = None
    open_ended: bool = False
    notice_months: Annotated[JsonInt, Field(ge=0, le=60)] | None = None
    billing: Billing | None = None
    confirm_days: Annotated[JsonInt, Field(ge=1, le=365)] | None = None
    renew_surcharge: bool = False
    legal_route: LegalRoute | None = None
    legal_reason: Text | None = Field(None, max_length=2000)
    entrustment: Text | None = Field(None, max_length=500)
    note: Text | None = Field(None, max_length=2000)
    contract_refs: list[Text] = Field(default_factory=list, max_length=2)
    lines: list[OfferLine] | None = Field(None, min_length=1, max_length=40)
    yearly_cap_cents: Annotated[JsonInt, Field(ge=0, le=10**12)] | None = None
    cap_policy: Literal["warn", "block"] | None = None
    change_door: ChangeDoor | None = None
    change_reason: Text = Field("", max_length=2000)
    index_clause: bool = False

    @property
    def cap(self) -> tuple[int | None, str | None]:
        """The yearly maximum in cents and its policy, as wished."""
        return self.yearly_cap_cents, self.cap_policy

    @property
    def claim(self) -> Claim:
        """What is said of § 132 GWB."""
        return Claim(self.change_door or "", self.change_reason, self.index_clause)


class StepForm(BaseModel):
    """A signature or an answer as the form posts it; `row_version` is what the person saw."""

    model_config = ConfigDict(str_strip_whitespace=True)

    row_version: int
    reason: Text = Field("", max_length=2000)


class StepBody(Body):
    """A signature with a note, or an answer with its reason."""

    reason: Text = Field("", max_length=2000)


class RenewalQuery(BaseModel):
    """Which orders: their terms end within so many months; and for how long they shall go on."""

    within: Literal["3", "6", "12", "24"] = "6"
    months: int = Field(12, ge=1, le=120)
    cursor: str | None = Field(None, max_length=600)


class RenewalForm(BaseModel):
    """The ticked orders and for how long they shall go on."""

    order: list[UUID] = Field(default_factory=list, max_length=100)
    months: int = Field(12, ge=1, le=120)
    within: Literal["3", "6", "12", "24"] = "6"


class RenewalBody(Body):
    """Orders to go on for some months."""

    order_ids: list[Annotated[UUID, Field(strict=False)]] = Field(min_length=1, max_length=100)
    months: Annotated[JsonInt, Field(ge=1, le=120)] = 12


class ChangeOut(BaseModel):
    """One line of what changes, German text."""

    model_config = ConfigDict(from_attributes=True)

    what: str
    before: str
    after: str


class LawOut(BaseModel):
    """What § 132 GWB says of a change; cents net over the term, per cent as numbers, the rules by their ids."""

    door: str
    claim: str
    claim_reason: str
    indexed: bool
    original_cents: int
    reference_cents: int
    change_cents: int
    cumulated_cents: int
    threshold_cents: int | None
    minor_pct: Decimal
    each_pct: Decimal
    notice_days: int
    rule_ids: list[UUID]
    checked_at: datetime


class AmendmentOut(BaseModel):
    """A change of an order; its terms are the order's version of that number."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    order_id: UUID
    number: str
    version: int
    base_version: int
    state: str
    valid_from: date
    needs_legal: bool
    reason: str
    early_reason: str
    proposed_by: UUID
    created_at: datetime
    row_version: int
    changes: list[ChangeOut] = Field(default_factory=list)
    moves: list[str] = Field(default_factory=list)
    law: LawOut | None = None


class AmendmentList(BaseModel):
    """The changes of an order, the last one first."""

    items: list[AmendmentOut]


class RenewalOut(BaseModel):
    """What became of one order: the amendment, or why not."""

    order_id: UUID
    amendment_id: UUID | None = None
    problem: str = ""


class RenewalList(BaseModel):
    """What became of each order."""

    items: list[RenewalOut]
