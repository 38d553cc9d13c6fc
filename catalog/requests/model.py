"""A request to the other members: states and moves, criteria with weights, quantities, who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kdnx.errors import FieldError, Invalid, Refused
from kdnx.ids import named_id
from kdnx.text import _
from kdnx.viewer import Permission, Viewer


class RequestState(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    DECIDED = "decided"
    CANCELLED = "cancelled"


class RequestEvent(StrEnum):
    """What can happen to a request; DEADLINE is fired by time."""

    ANNOUNCE = "announce"
    EXTEND = "extend"
    DEADLINE = "deadline"
    DECIDE = "decide"
    CANCEL = "cancel"


S, E = RequestState, RequestEvent
MOVES: dict[tuple[RequestState, RequestEvent], RequestState] = {
    (S.DRAFT, E.ANNOUNCE): S.OPEN,
    (S.OPEN, E.EXTEND): S.OPEN,
    (S.OPEN, E.DEADLINE): S.CLOSED,
    (S.CLOSED, E.DECIDE): S.DECIDED,
    (S.DRAFT, E.CANCEL): S.CANCELLED,
    (S.OPEN, E.CANCEL): S.CANCELLED,
}
STATE_LABELS = {
    S.DRAFT: "Entwurf",
    S.OPEN: "offen",
    S.CLOSED: "in Auswertung",
    S.DECIDED: "entschieden",
    S.CANCELLED: "abgebrochen",
}
STATE_KINDS = {"draft": "", "open": "success", "closed": "warning", "decided": "info", "cancelled": ""}  # fmt: skip
EVENT_LABELS = {
    E.ANNOUNCE: "Gesuch veröffentlichen",
    E.EXTEND: "Frist verlängern",
    E.DEADLINE: "Frist abgelaufen",
    E.DECIDE: "Entscheiden",
    E.CANCEL: "Abbrechen",
}
OUTCOME_LABELS = {"chosen": "Angebot gewählt", "none": "keines gewählt"}


class CriterionKind(StrEnum):
    """A condition that must hold, points of the asking house, or the computed price."""

    MUST = "must"
    POINTS = "points"
    PRICE = "price"


CRITERION_LABELS = {
    CriterionKind.MUST: "Muss (ja oder nein)",
    CriterionKind.POINTS: "gewichtet, Punkte von 0 bis 10",
    CriterionKind.PRICE: "gewichtet, Preis nach Formel",
}


class PriceFormula(StrEnum):
    """How a price becomes points from 0 to 10."""

    RATIO = "ratio"
    LINEAR = "linear"


FORMULA_LABELS = {
    PriceFormula.RATIO: "Punkte = 10 × niedrigster Preis ÷ Preis des Angebots",
    PriceFormula.LINEAR: "Punkte = 10 × (2 − Preis des Angebots ÷ niedrigster Preis), mindestens 0",
}
AUDIENCE_LABELS = {
    "all": "alle Mitglieder",
    "members": "ausgewählte Mitglieder",
    "region": "Mitglieder einer Region",
}
WHOLE = Decimal(100)
REMIND_BEFORE = timedelta(days=2)


@dataclass(frozen=True)
class Criterion:
    """One line by which answers are compared; `weight` in per cent, 0 for a must."""

    ordinal: int
    kind: str
    name: str
    description: str = ""
    weight: Decimal = Decimal(0)


@dataclass(frozen=True)
class Item:
    """A quantity that every answer is priced with: `base` as in the catalogue's prices, a year or at once."""

    ordinal: int
    label: str
    base: str
    quantity: Decimal


@dataclass(frozen=True)
class Request:
    """A request as the viewer sees it; `answers` is None where the viewer may not know how many there are.

    `closes_at` is an instant; `interest_id` the thread that a choice opened; `my_state` the state of
    the own answer, `is_asked` whether the viewer may answer.
    """

    id: UUID
    owner_id: UUID
    owner_name: str
    number: str | None
    title: str
    need: str
    category_id: UUID
    category_name: str
    starts_on: date | None
    place: str
    protection_level: str | None
    audience: str
    member_ids: Sequence[UUID]
    regions: Sequence[str]
    audience_keys: Sequence[str]
    compare_years: int
    price_formula: str
    shows_count: bool
    closes_at: datetime
    first_closes_at: datetime | None
    extension_reason: str | None
    cancel_reason: str | None
    announced_at: datetime | None
    closed_at: datetime | None
    decided_at: datetime | None
    outcome: str | None
    decision_reason: str | None
    interest_id: UUID | None
    state: str
    row_version: int
    created_at: datetime
    answers: int | None = None
    my_state: str | None = None
    is_asked: bool = False

    @property
    def label(self) -> str:
        """Number and title, as links show it."""
        return f"{self.number} {self.title}" if self.number else self.title

    def takes_answers(self, now: datetime) -> bool:
        """Open and before its deadline."""
        return self.state == S.OPEN and self.closes_at > now


def advance(state: str, event: RequestEvent) -> RequestState:
    """The next state; Refused where the move is not foreseen."""
    target = MOVES.get((RequestState(state), event))
    if target is None:
        raise Refused(
            _("„{event}“ ist nicht möglich: Das Gesuch ist „{state}“.").format(
                event=EVENT_LABELS[event], state=STATE_LABELS[RequestState(state)]
            ),
            rule=_("Ablauf des Gesuchs: Entwurf, offen, in Auswertung, entschieden."),
        )
    return target


def may_ask(request: Request, viewer: Viewer) -> bool:
    """Only people of the asking house steer a request, also not the hub's office."""
    return viewer.acts_for(request.owner_id) and viewer.may(Permission.DEMAND_ANSWER)


def possible(request: Request, viewer: Viewer) -> set[str]:
    """The events this person may fire now."""
    if not may_ask(request, viewer):
        return set()
    return {e.value for (s, e) in MOVES if s == request.state and e != E.DEADLINE}


def check_criteria(criteria: Sequence[Criterion]) -> None:
    """What must hold before others read it: weights sum to 100, a criterion at all; Invalid otherwise."""
    weighted = [c for c in criteria if c.kind != CriterionKind.MUST]
    total = sum((c.weight for c in weighted), Decimal(0))
    if not criteria:
        raise _wrong(_("Mindestens ein Kriterium ist nötig, damit Antworten vergleichbar sind."))
    if weighted and total != WHOLE:
        said = f"{total.normalize():f}".replace(".", ",")
        raise _wrong(_("Die Gewichte ergeben {total} statt 100 Prozent.").format(total=said))


def _wrong(message: str) -> Invalid:
    return Invalid(
        message,
        rule=_(
            "Kriterien und Gewichte stehen fest und sind allen bekannt, bevor jemand antwortet."
        ),
        remedy=_("Im Entwurf die Kriterien und ihre Gewichte ergänzen."),
        errors=[FieldError("criteria", message)],
    )


def check_deadline(closes_at: datetime, now: datetime) -> None:
    """The deadline lies ahead; Refused otherwise."""
    if closes_at <= now:
        raise Refused(
            _("Die Antwortfrist liegt nicht in der Zukunft."),
            rule=_("Die anderen Mitglieder brauchen Zeit für ein Angebot."),
            remedy=_("Im Entwurf ein späteres Fristende wählen."),
        )


def check_extension(request: Request, closes_at: datetime, now: datetime) -> None:
    """Only forward, and only before the end; Refused otherwise."""
    if request.closes_at <= now:
        raise Refused(
            _("Die Frist ist schon abgelaufen."),
            rule=_(
                "Verlängert wird nur vor Fristende, sonst wüsste jemand vom Stand der Antworten."
            ),
            remedy=_("Das Gesuch auswerten oder ein neues stellen."),
        )
    if closes_at <= request.closes_at:
        raise Refused(
            _("Die neue Frist muss nach der bisherigen enden."),
            rule=_("Eine bekannte Frist wird nie verkürzt: andere verlassen sich auf sie."),
        )


def task_id(request_id: UUID, member_id: UUID) -> UUID:
    """The object of one asked member's task."""
    return named_id("catalog.request", f"{request_id}|{member_id}")
