"""An order's states, moves, terms and rules; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Refused
from kdnx.ids import digest
from kdnx.text import _


class OrderState(StrEnum):
    """Where an order stands."""

    DRAFT = "draft"
    INTEREST = "interest"
    COORDINATING = "coordinating"
    OFFERED = "offered"
    REVIEWED = "reviewed"
    APPROVED_PROVIDER = "approved_provider"
    APPROVED_HUB = "approved_hub"
    APPROVED = "approved"
    ACTIVE = "active"
    PAUSED = "paused"
    NOTICE_GIVEN = "notice_given"
    ENDED = "ended"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


class OrderEvent(StrEnum):
    """What happens to an order; start, end and validity_end are time events."""

    EXPRESS = "express"
    ACCEPT = "accept"
    COORDINATE = "coordinate"
    OFFER = "offer"
    RETURN = "return"
    VALIDITY_END = "validity_end"
    REVIEW = "review"
    APPROVE_PROVIDER = "approve_provider"
    APPROVE_HUB = "approve_hub"
    APPROVE_RECIPIENT = "approve_recipient"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    REQUEST_TERMINATION = "request_termination"
    CONFIRM_TERMINATION = "confirm_termination"
    REFUSE_TERMINATION = "refuse_termination"
    WITHDRAW_TERMINATION = "withdraw_termination"
    END = "end"
    SUCCEED = "succeed"
    WITHDRAW = "withdraw"
    DECLINE = "decline"


S, E = OrderState, OrderEvent
# asked for or offered, not yet approved by all sides
NEGOTIATED = (
    S.INTEREST,
    S.COORDINATING,
    S.OFFERED,
    S.REVIEWED,
    S.APPROVED_PROVIDER,
    S.APPROVED_HUB,
)
ON_OFFER = (S.OFFERED, S.REVIEWED, S.APPROVED_PROVIDER, S.APPROVED_HUB)
RUNNING = (S.ACTIVE, S.PAUSED, S.NOTICE_GIVEN)
# a tax case may be decided: also afterwards, for what was served is still to be billed
DECIDABLE = (*ON_OFFER, S.APPROVED, *RUNNING, S.ENDED, S.TRANSFERRED)
MOVES: dict[tuple[OrderState, OrderEvent], OrderState] = {
    (S.DRAFT, E.EXPRESS): S.INTEREST,
    (S.DRAFT, E.ACCEPT): S.OFFERED,  # the offer on an interest was taken (D35)
    (S.DRAFT, E.WITHDRAW): S.WITHDRAWN,
    (S.INTEREST, E.COORDINATE): S.COORDINATING,
    (S.COORDINATING, E.OFFER): S.OFFERED,
    (S.OFFERED, E.REVIEW): S.REVIEWED,
    (S.REVIEWED, E.APPROVE_PROVIDER): S.APPROVED_PROVIDER,
    (S.APPROVED_PROVIDER, E.APPROVE_HUB): S.APPROVED_HUB,
    (S.APPROVED_HUB, E.APPROVE_RECIPIENT): S.APPROVED,
    (S.APPROVED_PROVIDER, E.APPROVE_RECIPIENT): S.APPROVED,  # direct route only
    (S.APPROVED, E.START): S.ACTIVE,
    (S.ACTIVE, E.PAUSE): S.PAUSED,
    (S.PAUSED, E.RESUME): S.ACTIVE,
    (S.ACTIVE, E.REQUEST_TERMINATION): S.ACTIVE,
    (S.ACTIVE, E.CONFIRM_TERMINATION): S.NOTICE_GIVEN,
    (S.ACTIVE, E.REFUSE_TERMINATION): S.ACTIVE,
    (S.ACTIVE, E.WITHDRAW_TERMINATION): S.ACTIVE,
    (S.NOTICE_GIVEN, E.END): S.ENDED,
    **{(s, E.RETURN): S.COORDINATING for s in ON_OFFER},
    **{(s, E.VALIDITY_END): S.COORDINATING for s in ON_OFFER},
    **{(s, E.WITHDRAW): S.WITHDRAWN for s in NEGOTIATED},
    **{(s, E.DECLINE): S.DECLINED for s in NEGOTIATED},
    **{(s, E.END): S.ENDED for s in (S.APPROVED, S.ACTIVE, S.PAUSED)},
    **{(s, E.SUCCEED): S.TRANSFERRED for s in (*NEGOTIATED, S.APPROVED, *RUNNING)},
}
NOT_ON = {
    "hub": (S.APPROVED_PROVIDER, E.APPROVE_RECIPIENT),
    "direct": (S.APPROVED_PROVIDER, E.APPROVE_HUB),
}
LABELS = {
    S.DRAFT: "Entwurf",
    S.INTEREST: "Interesse bekundet",
    S.COORDINATING: "in Abstimmung",
    S.OFFERED: "Angebot",
    S.REVIEWED: "rechtlich geprüft",
    S.APPROVED_PROVIDER: "freigegeben vom Bereitsteller",
    S.APPROVED_HUB: "freigegeben von der Drehscheibe",
    S.APPROVED: "freigegeben",
    S.ACTIVE: "aktiv",
    S.PAUSED: "ruht",
    S.NOTICE_GIVEN: "gekündigt",
    S.ENDED: "ausgelaufen",
    S.TRANSFERRED: "übergegangen",
    S.WITHDRAWN: "zurückgezogen",
    S.DECLINED: "abgelehnt",
}
EVENT_LABELS = {
    E.EXPRESS: "Interesse bekunden",
    E.ACCEPT: "Angebot annehmen",
    E.COORDINATE: "Abstimmung aufnehmen",
    E.OFFER: "Angebot abgeben",
    E.RETURN: "zur Abstimmung zurückgeben",
    E.VALIDITY_END: "Bindefrist abgelaufen",
    E.REVIEW: "rechtlich prüfen",
    E.APPROVE_PROVIDER: "als Bereitsteller freigeben",
    E.APPROVE_HUB: "als Drehscheibe freigeben",
    E.APPROVE_RECIPIENT: "als Abnehmer freigeben",
    E.START: "Beginn der Laufzeit",
    E.PAUSE: "ruhen lassen",
    E.RESUME: "wieder aufnehmen",
    E.REQUEST_TERMINATION: "Kündigung erklären",
    E.CONFIRM_TERMINATION: "Kündigung bestätigen",
    E.REFUSE_TERMINATION: "Kündigung zurückweisen",
    E.WITHDRAW_TERMINATION: "Kündigung zurückziehen",
    E.END: "Ende der Laufzeit",
    E.SUCCEED: "Übergang auf die Rechtsnachfolge",
    E.WITHDRAW: "zurückziehen",
    E.DECLINE: "ablehnen",
}
BADGES = {
    S.ACTIVE: "success",
    S.APPROVED: "success",
    S.PAUSED: "warning",
    S.NOTICE_GIVEN: "warning",
    S.DECLINED: "danger",
    **dict.fromkeys(NEGOTIATED, "info"),
}


class LegalRoute(StrEnum):
    """By which rule the order needs no tender (domain.md 3.3); open until the offer names it."""

    OPEN = "open"
    INHOUSE = "inhouse_108_1"
    REVERSE = "reverse_108_3"
    JOINT = "joint_108_4"
    COOPERATION = "cooperation_108_6"
    PUBLIC_LAW = "public_law_agreement"
    TASK_TRANSFER = "task_transfer"
    TENDERED = "tendered"
    BELOW_THRESHOLD = "below_threshold"


LEGAL_ROUTE_LABELS = {
    LegalRoute.OPEN: "noch offen",
    LegalRoute.INHOUSE: "Inhouse-Vergabe (§ 108 Abs. 1 GWB)",
    LegalRoute.REVERSE: "inverse oder Schwester-Vergabe (§ 108 Abs. 3 GWB)",
    LegalRoute.JOINT: "gemeinsame Kontrolle (§ 108 Abs. 4 GWB)",
    LegalRoute.COOPERATION: "öffentliche Zusammenarbeit (§ 108 Abs. 6 GWB)",
    LegalRoute.PUBLIC_LAW: "öffentlich-rechtliche Vereinbarung (§ 23 GkG NRW)",
    LegalRoute.TASK_TRANSFER: "Aufgabenübertragung",
    LegalRoute.TENDERED: "im Wettbewerb vergeben",
    LegalRoute.BELOW_THRESHOLD: "unterhalb der Wertgrenze",
}
ROUTE_LABELS = {"hub": "über die Drehscheibe", "direct": "unmittelbar"}
BILLING_LABELS = {
    "month": "monatlich",
    "quarter": "vierteljährlich",
    "half": "halbjährlich",
    "year": "jährlich",
    "once": "einmalig",
    "usage": "nach Nutzung",
}
PERIOD_LABELS = {
    "once": "einmalig",
    "month": "je Monat",
    "quarter": "je Quartal",
    "half": "je Halbjahr",
    "year": "je Jahr",
    "usage": "je Jahr, nach Nutzung",
}
SILENCE_LABELS = {
    "escalate": "geht an die Geschäftsstelle",
    "expire": "Buchung verfällt",
    "consent": "gilt als bestätigt",
}
# who acts next; the office reviews the direct route too
TURNS = {
    S.DRAFT: ("recipient", E.EXPRESS),
    S.INTEREST: ("provider", E.COORDINATE),
    S.COORDINATING: ("provider", E.OFFER),
    S.OFFERED: ("hub", E.REVIEW),
    S.REVIEWED: ("provider", E.APPROVE_PROVIDER),
    S.APPROVED_HUB: ("recipient", E.APPROVE_RECIPIENT),
}
TIMES_A_YEAR = {"once": 0, "month": 12, "quarter": 4, "half": 2, "year": 1, "usage": 1}
SIDE_LABELS = {
    "legal": "Rechtsprüfung",
    "provider": "Bereitsteller",
    "hub": "Drehscheibe",
    "recipient": "Abnehmer",
}
ORIGIN_LABELS = {
    "signed": "unterzeichnet",
    "legacy": "Altbestand",
    "succession": "Rechtsnachfolge",
    "carried": "aus der vorigen Fassung übernommen",
}


@dataclass(frozen=True)
class Line:
    """One line of the price schedule: `net_cents` is leg 1 for one period."""

    ordinal: int
    label: str
    unit: str
    period: str
    quantity: Decimal
    unit_price_micro: int
    net_cents: int
    price_ordinal: int | None = None


@dataclass(frozen=True)
class Leg:
    """One of the contracts the order consists of."""

    leg: int
    supplier_id: UUID
    customer_id: UUID
    contract_ref: str = ""
    leitweg_id: str = ""


@dataclass(frozen=True)
class Version:
    """The terms of one version; days inclusive, money net in cents, `surcharge_pct` in per cent."""

    version: int
    offering_id: UUID
    offering_version: int
    category_id: UUID
    title: str
    starts_on: date
    ends_on: date | None
    valid_from: date
    notice_months: int
    billing: str
    surcharge_pct: Decimal
    surcharge_fee_cents: int
    silence: str
    confirm_days: int
    authored_by: UUID
    authored_at: datetime
    author_id: UUID | None = None
    surcharge_rule_id: UUID | None = None
    activity_group: str = ""
    legal_route: str = LegalRoute.OPEN.value
    legal_reason: str = ""
    entrustment: str = ""
    note: str = ""
    lines: Sequence[Line] = field(default_factory=tuple)
    legs: Sequence[Leg] = field(default_factory=tuple)

    @property
    def yearly_net_cents(self) -> int:
        """What the schedule comes to in a full year, leg 1."""
        return sum(line.net_cents * TIMES_A_YEAR[line.period] for line in self.lines)

    def content_hash(self) -> bytes:
        """SHA-256 of the terms that people sign."""
        lines = ";".join(
            f"{x.ordinal},{x.label},{x.period},{x.quantity.normalize():f},{x.unit_price_micro},{x.net_cents}"
            for x in self.lines
        )
        legs = ";".join(f"{x.leg},{x.supplier_id},{x.customer_id}" for x in self.legs)
        return digest(
            "kdnx.order.v1", self.version, self.offering_id, self.offering_version,
            self.starts_on, self.ends_on, self.notice_months, self.billing,
            f"{self.surcharge_pct.normalize():f}", self.surcharge_fee_cents, self.silence,
            self.confirm_days, self.legal_route, self.legal_reason, lines, legs,
        )  # fmt: skip


def advance(state: str, event: OrderEvent, route: str = "hub") -> OrderState:
    """The state after the event; Refused when there is no such move. The direct route has no hub's approval."""
    now = OrderState(state)
    after = MOVES.get((now, event))
    if after is None or (now, event) == NOT_ON[route]:
        raise Refused(
            _("Im Zustand „{state}“ ist „{event}“ nicht möglich.").format(
                state=LABELS[now], event=EVENT_LABELS[event]
            ),
            code="wrong_state",
            remedy=_("Bitte die Seite neu laden; sie zeigt, welcher Schritt jetzt ansteht."),
        )
    return after


def turn_of(state: str, route: str) -> tuple[str, OrderEvent] | None:
    """Which side is to act next, and how; None when nobody is."""
    now = OrderState(state)
    if now == S.APPROVED_PROVIDER:
        if route == "direct":
            return "recipient", E.APPROVE_RECIPIENT
        return "hub", E.APPROVE_HUB
    return TURNS.get(now)


def legs_of(
    route: str, provider_id: UUID, recipient_id: UUID, hub_id: UUID | None
) -> tuple[Leg, ...]:
    """Two contracts through the hub, one on the direct route."""
    if route == "direct" or hub_id is None:
        return (Leg(1, provider_id, recipient_id),)
    return (Leg(1, provider_id, hub_id), Leg(2, hub_id, recipient_id))


def check_parties(provider_id: UUID, recipient_id: UUID) -> None:
    """Nobody orders from itself."""
    if provider_id == recipient_id:
        raise Refused(
            _("Die eigene Leistung lässt sich nicht bestellen."),
            code="own_offering",
            remedy=_("Einen Leistungsschein gibt es nur zwischen zwei Mitgliedern."),
        )


def check_term(starts_on: date, ends_on: date | None) -> None:
    """The term begins before it ends (days inclusive)."""
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("Die Laufzeit endet, bevor sie beginnt."), code="order_version_term")
