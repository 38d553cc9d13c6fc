"""A tender in preparation: states and moves, lots, and what its page computes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from kdnx.errors import Refused
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from procurement.valuation.model import ContractKind, LotValue, ValueInput


class TenderState(StrEnum):
    """Where a tender stands (model.md 2); what follows the draft comes with its own moves."""

    DRAFT = "draft"
    CANCELLED = "cancelled"


class TenderEvent(StrEnum):
    """What can happen to a tender."""

    CANCEL = "cancel"


MOVES: dict[tuple[TenderState, TenderEvent], TenderState] = {
    (TenderState.DRAFT, TenderEvent.CANCEL): TenderState.CANCELLED,
}
STATE_LABELS = {TenderState.DRAFT: "in Vorbereitung", TenderState.CANCELLED: "aufgehoben"}
STATE_KINDS = {"draft": "info", "cancelled": "warning"}
EVENT_LABELS = {TenderEvent.CANCEL: "Vorbereitung abbrechen"}
BUYER_MODE_LABELS = {
    "resale": "Drehscheibe kauft und verkauft weiter",
    "agency": "im Namen der Mitglieder",
}
USUAL_TERM_MONTHS = 48


@dataclass(frozen=True)
class Tender:
    """A tender's head; amounts in cents net, `starts_on` is the day of dispatch."""

    id: UUID
    number: str
    lead_id: UUID
    lead_name: str
    bundle_id: UUID | None
    title: str
    buyer_mode: str
    buyer_id: UUID
    buyer_name: str
    buyer_code: str
    subject: str
    authority: str
    contract_kind: str
    starts_on: date
    term_months: int | None
    options_cents: int
    extensions_cents: int
    premiums_cents: int
    monthly_cents: int | None
    previous_year_cents: int | None
    expected_change_cents: int | None
    next_year_cents: int | None
    is_urgent: bool
    is_electronic: bool
    has_prior_notice: bool
    documents_online: bool
    is_funded: bool
    uses_small_lots: bool
    joint_award_reason: str
    splitting_reason: str
    regime: str
    procedure: str | None
    procedure_reason: str
    cancel_reason: str | None
    state: str
    estimate_version: int
    row_version: int
    created_at: datetime
    total_cents: int | None = None


@dataclass(frozen=True)
class Lot:
    """A lot with its values in cents net."""

    lot_no: int
    title: str
    value_cents: int
    max_value_cents: int
    is_small: bool
    cpv: str


@dataclass(frozen=True)
class LotPosition:
    """A position of a lot."""

    lot_no: int
    ordinal: int
    title: str
    cpv: str
    unit: str
    qty_min: Decimal
    qty_expected: Decimal
    qty_max: Decimal
    unit_price_cents: int
    price_source: str


@dataclass(frozen=True)
class ValueEstimate:
    """One stored version of the estimate."""

    version: int
    total_cents: int
    max_total_cents: int
    regime: str
    threshold_cents: int
    calculation: Mapping[str, Any]
    rule_ids: Sequence[UUID]
    at: datetime


def advance(state: str, event: TenderEvent) -> TenderState:
    """The next state; Refused where the move is not foreseen."""
    target = MOVES.get((TenderState(state), event))
    if target is None:
        raise Refused(
            _("„{event}“ ist nicht möglich: Die Vergabe ist „{state}“.").format(
                event=EVENT_LABELS[event], state=STATE_LABELS[TenderState(state)]
            )
        )
    return target


def may_edit(tender: Tender, viewer: Viewer) -> bool:
    """The lead's procurement or the hub's office."""
    steers = viewer.acts_for(tender.lead_id) or viewer.scope in (Scope.OFFICE, Scope.SYSTEM)
    return steers and (viewer.scope == Scope.SYSTEM or viewer.may(Permission.TENDER_EDIT))


def possible(tender: Tender, viewer: Viewer) -> set[str]:
    """The events a person may fire now."""
    return {e.value for (s, e) in MOVES if s == tender.state} if may_edit(tender, viewer) else set()


def value_input(tender: Tender, lots: Sequence[Lot]) -> ValueInput:
    """What the estimate needs of a tender."""
    return ValueInput(
        kind=ContractKind(tender.contract_kind),
        lots=[LotValue(x.lot_no, x.value_cents, x.max_value_cents) for x in lots],
        term_months=tender.term_months, options_cents=tender.options_cents, extensions_cents=tender.extensions_cents,
        premiums_cents=tender.premiums_cents, monthly_cents=tender.monthly_cents,
        previous_year_cents=tender.previous_year_cents, expected_change_cents=tender.expected_change_cents,
        next_year_cents=tender.next_year_cents,
    )  # fmt: skip


def warnings(tender: Tender, lots: Sequence[Lot]) -> list[str]:
    """What the law asks to be explained, in plain German."""
    out = []
    if (
        tender.contract_kind == ContractKind.FRAMEWORK
        and (tender.term_months or 0) > USUAL_TERM_MONTHS
    ):
        out.append(
            _(
                "Länger als vier Jahre läuft eine Rahmenvereinbarung nur in Sonderfällen (§ 21 Abs. 6 VgV)."
            )
        )
    if len(lots) == 1 and tender.regime == "eu" and not tender.joint_award_reason:
        out.append(
            _(
                "Nur ein Los: Die gemeinsame Vergabe braucht wirtschaftliche oder technische Gründe (§ 97a Abs. 2 GWB)."
            )
        )
    if tender.is_funded:
        out.append(
            _(
                "Zuwendung: Die Nebenbestimmungen des Bescheids können strengere Vergaberegeln verlangen (ANBest)."
            )
        )
    return out
