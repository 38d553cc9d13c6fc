"""A demand call: its states and moves, its positions, and who may do what with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Refused
from kdnx.ids import named_id
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer


class CallState(StrEnum):
    """Where a demand call stands (model.md 2)."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    BUNDLED = "bundled"
    CANCELLED = "cancelled"


class CallEvent(StrEnum):
    """What can happen to a demand call; DEADLINE is fired by time."""

    ANNOUNCE = "announce"
    EXTEND = "extend"
    CLOSE = "close"
    DEADLINE = "deadline"
    BUNDLE = "bundle"
    UNBUNDLE = "unbundle"
    CANCEL = "cancel"


MOVES: dict[tuple[CallState, CallEvent], CallState] = {
    (CallState.DRAFT, CallEvent.ANNOUNCE): CallState.OPEN,
    (CallState.OPEN, CallEvent.EXTEND): CallState.OPEN,
    (CallState.OPEN, CallEvent.CLOSE): CallState.CLOSED,
    (CallState.OPEN, CallEvent.DEADLINE): CallState.CLOSED,
    (CallState.CLOSED, CallEvent.BUNDLE): CallState.BUNDLED,
    (CallState.BUNDLED, CallEvent.UNBUNDLE): CallState.CLOSED,
    (CallState.DRAFT, CallEvent.CANCEL): CallState.CANCELLED,
    (CallState.OPEN, CallEvent.CANCEL): CallState.CANCELLED,
}
STATE_LABELS = {
    CallState.DRAFT: "Entwurf",
    CallState.OPEN: "läuft",
    CallState.CLOSED: "beendet",
    CallState.BUNDLED: "gebündelt",
    CallState.CANCELLED: "abgebrochen",
}
STATE_KINDS = {
    "draft": "",
    "open": "success",
    "closed": "info",
    "bundled": "info",
    "cancelled": "warning",
}
EVENT_LABELS = {
    CallEvent.ANNOUNCE: "Abfrage starten",
    CallEvent.EXTEND: "Frist verlängern",
    CallEvent.CLOSE: "Jetzt beenden",
    CallEvent.DEADLINE: "Frist abgelaufen",
    CallEvent.BUNDLE: "Bündeln",
    CallEvent.UNBUNDLE: "Bündelung auflösen",
    CallEvent.CANCEL: "Abbrechen",
}


class Binding(StrEnum):
    """How firmly a member stands by a quantity (domain.md 2.4)."""

    INTEREST = "interest"
    NON_BINDING = "non_binding"
    BINDING = "binding"
    PURCHASE_OBLIGATION = "purchase_obligation"


BINDING_LABELS = {
    Binding.INTEREST: "Interesse",
    Binding.NON_BINDING: "unverbindlich",
    Binding.BINDING: "verbindlich",
    Binding.PURCHASE_OBLIGATION: "Abnahmeverpflichtung",
}
AUDIENCE_LABELS = {"all": "alle Mitglieder", "chosen": "ausgewählte Mitglieder"}
# reminders go out when at most this much time is left, each once
REMIND_BEFORE = (timedelta(days=7), timedelta(days=2))
SHOWN_FROM = 3


@dataclass(frozen=True)
class DemandCall:
    """One demand call; `closes_at` is an instant, years are calendar years."""

    id: UUID
    number: str | None
    lead_id: UUID
    lead_name: str
    title: str
    description: str
    audience: str
    binding: str
    first_year: int
    last_year: int
    closes_at: datetime
    first_closes_at: datetime | None
    extension_reason: str | None
    cancel_reason: str | None
    announced_at: datetime | None
    closed_at: datetime | None
    state: str
    row_version: int
    created_at: datetime
    answered: int = 0
    invited: int = 0
    is_invited: bool = False
    my_state: str | None = None

    @property
    def years(self) -> range:
        """The calendar years that are asked for."""
        return range(self.first_year, self.last_year + 1)

    @property
    def label(self) -> str:
        """Number and title, as links show it."""
        return f"{self.number} {self.title}" if self.number else self.title


@dataclass(frozen=True)
class Position:
    """One position of a call: same thing, same unit, same specification for everybody."""

    call_id: UUID
    ordinal: int
    title: str
    cpv: str
    unit: str
    spec: str
    spec_hash: bytes


@dataclass(frozen=True)
class Total:
    """What all members need of a position; None where fewer than three need it."""

    ordinal: int
    is_shown: bool
    members: int | None
    qty_min: object
    qty_expected: object
    qty_max: object


@dataclass(frozen=True)
class Invitation:
    """One invited member and how far its answer is (for the lead only)."""

    member_id: UUID
    code: str
    name: str
    invited_at: datetime | None
    reminded_at: datetime | None
    reminders: int
    response_state: str | None
    submitted_at: datetime | None


def advance(state: str, event: CallEvent) -> CallState:
    """The next state; Refused where the move is not foreseen."""
    target = MOVES.get((CallState(state), event))
    if target is None:
        raise Refused(
            _("„{event}“ ist nicht möglich: Die Bedarfsabfrage ist „{state}“.").format(
                event=EVENT_LABELS[event], state=STATE_LABELS[CallState(state)]
            ),
            rule=_("Ablauf der Bedarfsabfrage: Entwurf, läuft, beendet, gebündelt."),
        )
    return target


def may_lead(call: DemandCall, viewer: Viewer) -> bool:
    """The lead member's procurement, or the hub's office, steers a call."""
    steers = viewer.acts_for(call.lead_id) or viewer.scope in (Scope.OFFICE, Scope.SYSTEM)
    return steers and (viewer.scope == Scope.SYSTEM or viewer.may(Permission.DEMAND_CALL))


def possible(call: DemandCall, viewer: Viewer) -> set[str]:
    """The events a person may fire now: what the page offers as buttons."""
    if not may_lead(call, viewer):
        return set()
    by_hand = set(CallEvent) - {CallEvent.DEADLINE, CallEvent.BUNDLE, CallEvent.UNBUNDLE}
    events = {e.value for (s, e) in MOVES if s == call.state and e in by_hand}
    if call.state == CallState.CLOSED:
        events.add(CallEvent.BUNDLE.value)
    return events


def invitation_id(call_id: UUID, member_id: UUID) -> UUID:
    """Names one member's invitation: its task hangs here, so that answering ends only the own one."""
    return named_id("invitation", f"{call_id}|{member_id}")


def check_announce(
    positions: Sequence[Position], closes_at: datetime, now: datetime, invited: int
) -> None:
    """A call needs positions, somebody to ask and a deadline that is still to come."""
    if not positions:
        raise Refused(
            _("Die Bedarfsabfrage hat noch keine Position."),
            remedy=_("Mindestens eine Position mit Einheit und CPV-Code anlegen."),
        )
    if closes_at <= now:
        raise Refused(
            _("Die Antwortfrist liegt in der Vergangenheit."),
            remedy=_("Eine spätere Frist eintragen."),
        )
    if not invited:
        raise Refused(
            _("Es ist kein Mitglied eingeladen."),
            remedy=_("Mitglieder auswählen oder alle einladen."),
        )


def check_extension(call: DemandCall, closes_at: datetime, reason: str) -> None:
    """A deadline only moves backwards in time with a reason, never forwards."""
    if closes_at <= call.closes_at:
        raise Refused(
            _("Die neue Frist muss nach der bisherigen liegen."),
            rule=_("Gleichbehandlung: Eine laufende Frist wird nicht verkürzt."),
        )
    if len(reason.strip()) < 5:
        raise Refused(_("Die Verlängerung braucht eine Begründung von mindestens fünf Zeichen."))


def reminders_due(announced_at: datetime | None, closes_at: datetime, now: datetime) -> int:
    """How many reminders should have gone out by now; none for what was announced later than that."""
    if announced_at is None or now >= closes_at:
        return 0
    return sum(1 for before in REMIND_BEFORE if announced_at < closes_at - before <= now)
