"""A booking's states, moves, who may do what, surcharge, and the bytes both sides sign; pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Refused
from kdnx.ids import digest
from kdnx.money import percent_of
from kdnx.text import _

UNDECIDED = "undecided"
TAX_NEEDED_FROM = date(2027, 1, 1)  # § 27 (22a) UStG: from then on no service without a decision
MOST_QUANTITY = Decimal(10**14)  # what numeric(18,4) holds
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BookingState(StrEnum):
    """Where a booking stands; a confirmed one is only ever reversed or adjusted."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class BookingEvent(StrEnum):
    """What happens to a booking; `expire` and `consent` are time events by the silence policy."""

    CONFIRM = "confirm"
    CONFIRM_PART = "confirm_part"
    DISPUTE = "dispute"
    WITHDRAW = "withdraw"
    ESCALATE = "escalate"
    EXPIRE = "expire"
    CONSENT = "consent"


S, E = BookingState, BookingEvent
MOVES: dict[tuple[BookingState, BookingEvent], BookingState] = {
    (S.PROPOSED, E.CONFIRM): S.CONFIRMED,
    (S.PROPOSED, E.CONFIRM_PART): S.CONFIRMED,
    (S.PROPOSED, E.DISPUTE): S.DISPUTED,
    (S.PROPOSED, E.WITHDRAW): S.WITHDRAWN,
    (S.PROPOSED, E.ESCALATE): S.PROPOSED,
    (S.PROPOSED, E.EXPIRE): S.EXPIRED,
    (S.PROPOSED, E.CONSENT): S.CONFIRMED,
    (S.DISPUTED, E.CONFIRM): S.CONFIRMED,
    (S.DISPUTED, E.CONFIRM_PART): S.CONFIRMED,
    (S.DISPUTED, E.WITHDRAW): S.WITHDRAWN,
    (S.DISPUTED, E.ESCALATE): S.DISPUTED,
}
LABELS = {
    S.PROPOSED: "vorgeschlagen",
    S.CONFIRMED: "bestätigt",
    S.DISPUTED: "strittig",
    S.WITHDRAWN: "zurückgezogen",
    S.EXPIRED: "verfallen",
}
EVENT_LABELS = {
    E.CONFIRM: "bestätigen",
    E.CONFIRM_PART: "teilweise bestätigen",
    E.DISPUTE: "bestreiten",
    E.WITHDRAW: "zurückziehen",
    E.ESCALATE: "an die Geschäftsstelle geben",
    E.EXPIRE: "verfallen lassen",
    E.CONSENT: "gilt als bestätigt",
}
# how a badge is coloured
BADGES = {
    S.PROPOSED: "info",
    S.CONFIRMED: "success",
    S.DISPUTED: "warning",
    S.WITHDRAWN: "",
    S.EXPIRED: "",
}


class BookingKind(StrEnum):
    """What is booked."""

    REGULAR = "regular"
    REVERSAL = "reversal"
    ADJUSTMENT = "adjustment"
    COST_SHARE = "cost_share"


KIND_LABELS = {
    BookingKind.REGULAR: "Leistung",
    BookingKind.REVERSAL: "Storno",
    BookingKind.ADJUSTMENT: "Berichtigung",
    BookingKind.COST_SHARE: "Spitzabrechnung",
}


class DisputeReason(StrEnum):
    """Why a booking is disputed."""

    AMOUNT = "amount"
    QUANTITY = "quantity"
    PERIOD = "period"
    NOT_DELIVERED = "not_delivered"
    QUALITY = "quality"
    DUPLICATE = "duplicate"
    REST = "rest"
    OTHER = "other"


REASON_LABELS = {
    DisputeReason.AMOUNT: "Betrag stimmt nicht",
    DisputeReason.QUANTITY: "Menge stimmt nicht",
    DisputeReason.PERIOD: "Zeitraum stimmt nicht",
    DisputeReason.NOT_DELIVERED: "Leistung nicht erbracht",
    DisputeReason.QUALITY: "Leistung mangelhaft",
    DisputeReason.DUPLICATE: "doppelt gebucht",
    DisputeReason.REST: "Rest einer Teilbestätigung",
    DisputeReason.OTHER: "anderer Grund",
}


@dataclass(frozen=True)
class Booking:
    """One booking with the terms of its order; `net_cents` is leg 1, `sign` -1 takes back."""

    owner_id: UUID
    id: UUID
    order_id: UUID
    order_version: int
    ordinal: int
    recipient_id: UUID
    kind: str
    sign: int
    service_from: date
    service_to: date
    quantity: Decimal | None
    net_cents: int
    reference: str | None
    note: str
    reverses_id: UUID | None
    parent_id: UUID | None
    proposed_by: UUID
    proposed_person: UUID | None
    proposed_at: datetime
    due_on: date
    silence: str
    state: str
    escalated_at: datetime | None
    row_version: int
    number: str
    route: str
    hub_id: UUID | None
    order_state: str
    offering_id: UUID
    category_id: UUID
    surcharge_pct: Decimal
    surcharge_fee_cents: int

    @property
    def booking_number(self) -> str:
        """Order number and ordinal: 'L-2026-0042/17'."""
        return f"{self.number}/{self.ordinal}"

    @property
    def counterpart(self) -> UUID:
        """The party that has to sign: the one that did not propose."""
        return self.owner_id if self.proposed_by == self.recipient_id else self.recipient_id


@dataclass(frozen=True)
class Signature:
    """The second signature under a booking: who, which amounts, by which rules, when."""

    confirmed_cents: int
    surcharge_cents: int
    tax_code_1: str
    tax_code_2: str
    confirmed_by: UUID
    origin: str
    template: str
    confirmed_at: datetime
    rule_ids: tuple[UUID, ...] = ()


def advance(state: str, event: BookingEvent) -> BookingState:
    """The state after the event; Refused when there is no such move."""
    after = MOVES.get((BookingState(state), event))
    if after is None:
        raise Refused(
            _("Eine Buchung im Zustand „{state}“ lässt sich nicht {event}.").format(
                state=LABELS[BookingState(state)], event=EVENT_LABELS[event]
            ),
            code="wrong_state",
            remedy=_("Eine bestätigte Buchung wird durch Storno oder Berichtigung geändert."),
        )
    return after


def surcharge_of(net_cents: int, pct: Decimal, fee_cents: int) -> int:
    """The hub's surcharge on leg 2, in cents: half-up of the rate plus the fixed fee, never negative."""
    return max(0, percent_of(net_cents, pct) + fee_cents) if net_cents else 0


def fee_of(booking: Booking) -> int:
    """The fixed part of the surcharge, cents: once a service; not again for its rest or a correction."""
    return booking.surcharge_fee_cents if booking.sign == 1 and booking.parent_id is None else 0


def check_tax(service_to: date, codes: tuple[str, str]) -> None:
    """No service period from 2027 on without a tax decision (§ 27 Abs. 22a UStG)."""
    if service_to >= TAX_NEEDED_FROM and UNDECIDED in codes:
        raise Refused(
            _("Für diesen Leistungszeitraum ist die Umsatzsteuer noch nicht entschieden."),
            rule=_("§ 27 Abs. 22a UStG: Die Übergangsregelung endet am 31.12.2026."),
            remedy=_("Das Steuerreferat entscheidet am Leistungsschein unter „Recht und Steuer“."),
        )


def check_counterpart(booking: Booking, members: tuple[UUID, ...], principal: UUID | None) -> UUID:
    """The member the viewer signs for; Refused for the proposing side or the same person.

    Where both sides merged, one house acts for both: then another person signs (model.md 5).
    """
    if booking.counterpart not in members:
        own = booking.proposed_by in members
        raise Refused(
            _("Wer eine Buchung vorschlägt, kann sie nicht selbst bestätigen.")
            if own
            else _("Diese Buchung bestätigt die andere Seite."),
            rule=_("Jede Buchung trägt zwei Unterschriften verschiedener Mitglieder."),
            code="not_counterpart",
        )
    if booking.proposed_by in members and principal == booking.proposed_person:
        raise Refused(
            _("Beide Seiten gehören inzwischen zusammen: Bestätigen muss eine andere Person."),
            rule=_("Vier-Augen-Prinzip nach Rechtsnachfolge."),
            code="same_person",
        )
    return booking.counterpart


def check_part(booking: Booking, cents: int) -> None:
    """A part is more than nothing and less than all."""
    if not 0 < cents < booking.net_cents:
        raise Refused(
            _("Eine Teilbestätigung liegt über null und unter dem vorgeschlagenen Betrag."),
            code="not_a_part",
            remedy=_("Den ganzen Betrag bestätigen oder die Buchung bestreiten."),
        )


def check_service_term(first: date, last: date, starts_on: date, runs_until: date | None) -> None:
    """The period lies within one calendar year and within the term of the order (days inclusive)."""
    if first > last:
        raise Refused(_("Der Leistungszeitraum endet, bevor er beginnt."), code="period_order")
    if first.year != last.year:
        raise Refused(
            _("Eine Buchung bleibt in einem Kalenderjahr."),
            rule=_("Das Volumen wird nach Leistungsjahr berichtet."),
            remedy=_("Bitte je Jahr eine eigene Buchung vorschlagen."),
            code="booking_one_year",
        )
    if first < starts_on or (runs_until is not None and last > runs_until):
        raise Refused(
            _("Der Leistungszeitraum liegt außerhalb der Laufzeit des Leistungsscheins."),
            rule=_("Der Leistungsschein läuft vom {first} bis {last}.").format(
                first=starts_on.strftime("%d.%m.%Y"), last=runs_until.strftime("%d.%m.%Y")
            )
            if runs_until
            else _("Der Leistungsschein läuft seit dem {first}.").format(
                first=starts_on.strftime("%d.%m.%Y")
            ),
            code="outside_term",
            remedy=_("Den Zeitraum an die Laufzeit anpassen."),
        )


def evidence_of(b: Booking, s: Signature) -> bytes:
    """SHA-256 of what both sides signed; the same as SQL `exchange.booking_evidence`."""
    micros = (s.confirmed_at - EPOCH) // timedelta(microseconds=1)
    return digest(
        "kdnx.booking.v1", b.owner_id, b.id, b.order_id, b.order_version, b.ordinal, b.recipient_id, b.kind, b.sign,
        b.service_from, b.service_to, b.net_cents, b.reverses_id, b.proposed_by, s.confirmed_cents, s.surcharge_cents,
        s.tax_code_1, s.tax_code_2, s.confirmed_by, s.origin, s.template, ",".join(str(r) for r in s.rule_ids), micros,
    )  # fmt: skip


def possible(
    booking: Booking, members: tuple[UUID, ...], *, may_propose: bool, may_confirm: bool
) -> list[BookingEvent]:
    """The moves this viewer is offered: buttons of the page and `moves` of the API."""
    found = []
    for state, event in MOVES:
        if state != booking.state:
            continue
        signs = event in (E.CONFIRM, E.CONFIRM_PART, E.DISPUTE)
        if signs and may_confirm and booking.counterpart in members:
            found.append(event)
        if event == E.WITHDRAW and may_propose and booking.proposed_by in members:
            found.append(event)
    if booking.kind == BookingKind.REVERSAL and E.CONFIRM_PART in found:
        found.remove(E.CONFIRM_PART)  # a reversal mirrors its original or nothing
    return found
