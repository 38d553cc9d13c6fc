"""A market survey: what is decided about every hit, when it can be frozen, and what is frozen; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kdnx.errors import Refused
from kdnx.text import _, ngettext

MOST_HITS = 200
MOST_COMPARED = 4


class SurveyState(StrEnum):
    """Where a survey stands."""

    DRAFT = "draft"
    FROZEN = "frozen"
    DISCARDED = "discarded"


class SurveyEvent(StrEnum):
    """What moves it."""

    FREEZE = "freeze"
    DISCARD = "discard"


LABELS: dict[SurveyState, str] = {
    SurveyState.DRAFT: "in Arbeit",
    SurveyState.FROZEN: "festgeschrieben",
    SurveyState.DISCARDED: "verworfen",
}
STATE_KINDS = {SurveyState.DRAFT: "info", SurveyState.FROZEN: "success", SurveyState.DISCARDED: ""}
EVENT_LABELS: dict[SurveyEvent, str] = {
    SurveyEvent.FREEZE: "festschreiben",
    SurveyEvent.DISCARD: "verwerfen",
}
MOVES: dict[tuple[SurveyState, SurveyEvent], SurveyState] = {
    (SurveyState.DRAFT, SurveyEvent.FREEZE): SurveyState.FROZEN,
    (SurveyState.DRAFT, SurveyEvent.DISCARD): SurveyState.DISCARDED,
}


class Decision(StrEnum):
    """What is decided about a hit."""

    OPEN = "open"
    KEPT = "kept"
    EXCLUDED = "excluded"


DECISION_LABELS = {
    Decision.OPEN: "noch offen",
    Decision.KEPT: "engere Wahl",
    Decision.EXCLUDED: "ausgeschlossen",
}


class Reason(StrEnum):
    """Why a hit is excluded."""

    SCOPE = "scope"
    TECHNOLOGY = "technology"
    PROTECTION = "protection"
    SERVICE_LEVEL = "service_level"
    CAPACITY = "capacity"
    PRICE = "price"
    TERMS = "terms"
    LEGAL_ROUTE = "legal_route"
    STANDARD = "standard"
    OWN = "own"
    OTHER = "other"


REASON_LABELS: dict[Reason, str] = {
    Reason.SCOPE: "deckt die Aufgabe fachlich nicht ab",
    Reason.TECHNOLOGY: "lässt sich technisch nicht anschließen",
    Reason.PROTECTION: "Schutzbedarf oder Betriebsort genügt nicht",
    Reason.SERVICE_LEVEL: "Servicezeiten oder Verfügbarkeit genügen nicht",
    Reason.CAPACITY: "Kapazität oder Vorlauf passt nicht zum Termin",
    Reason.PRICE: "im Preisvergleich unterlegen",
    Reason.TERMS: "Laufzeit oder Kündigungsfrist passt nicht",
    Reason.LEGAL_ROUTE: "rechtlicher Weg oder Steuerfall passt nicht",
    Reason.STANDARD: "weicht von der Empfehlung des Verbunds ab",
    Reason.OWN: "Leistung des eigenen Hauses",
    Reason.OTHER: "anderer Grund (bitte nennen)",
}


@dataclass(frozen=True)
class Hit:
    """One hit of a survey at work with the offering as it stands now.

    `version` is the one that was found; `now_version` the valid one today, None where the offering
    is no longer offered or may no longer be seen.
    """

    offering_id: UUID
    ordinal: int
    version: int
    decision: str = Decision.OPEN
    reason: str | None = None
    note: str = ""
    title: str | None = None
    number: str | None = None
    summary: str | None = None
    provider_id: UUID | None = None
    price_base: str | None = None
    price_per: str | None = None
    price_micro: int | None = None
    now_version: int | None = None

    @property
    def is_stale(self) -> bool:
        """It is not what was found."""
        return self.now_version != self.version

    @property
    def choice(self) -> str:
        """Decision and reason as one word of the form: '', 'kept' or the reason."""
        if self.decision == Decision.EXCLUDED:
            return self.reason or ""
        return Decision.KEPT if self.decision == Decision.KEPT else ""


@dataclass(frozen=True)
class Survey:
    """The head of a survey; `query` is None where offerings were chosen without a search."""

    owner_id: UUID
    id: UUID
    title: str
    state: str
    searched_at: datetime
    row_version: int
    created_at: datetime
    updated_at: datetime
    query: Mapping[str, Any] | None = None
    stage: str = "all"
    corrected: str = ""
    remark: str = ""
    compared: Sequence[UUID] = ()
    quantities: Mapping[str, str] = field(default_factory=dict)
    started_by: UUID | None = None
    started_by_name: str | None = None
    hits: int = 0
    decided: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Frozen:
    """A survey as evidence; `content` is canonical JSON and `sha256` the hash of its bytes."""

    owner_id: UUID
    id: UUID
    number: str
    title: str
    frozen_at: datetime
    hits: int
    kept: int
    sha256: bytes
    content: str = ""
    frozen_by: UUID | None = None
    frozen_by_name: str | None = None


@dataclass(frozen=True)
class Choice:
    """What somebody decides about one hit."""

    offering_id: UUID
    decision: Decision
    reason: Reason | None = None
    note: str = ""


def read_choice(offering_id: UUID, word: str, note: str) -> Choice:
    """'' = open, 'kept', or a reason; ValueError for anything else."""
    text = note.strip()
    if word in ("", Decision.OPEN):
        return Choice(offering_id, Decision.OPEN, None, text)
    if word == Decision.KEPT:
        return Choice(offering_id, Decision.KEPT, None, text)
    return Choice(offering_id, Decision.EXCLUDED, Reason(word), text)


def advance(state: str, event: SurveyEvent) -> SurveyState:
    """The next state, or Refused with the sentence for the person."""
    found = MOVES.get((SurveyState(state), event))
    if found is None:
        raise Refused(
            _("Im Stand „{state}“ lässt sich diese Markterkundung nicht {event}.").format(
                state=_(LABELS[SurveyState(state)]), event=_(EVENT_LABELS[event])
            ),
            rule=_("Ein festgeschriebener Beleg wird nicht mehr geändert und nicht gelöscht."),
        )
    return found


def gaps(survey: Survey, hits: Sequence[Hit]) -> list[str]:
    """What is missing before the survey can be frozen, in German words."""
    found = []
    left = sum(h.decision == Decision.OPEN for h in hits)
    if left:
        one = "%d Treffer ist noch nicht entschieden"
        found.append(ngettext(one, "%d Treffer sind noch nicht entschieden", left) % left)
    if any(h.is_stale for h in hits):
        found.append(_("die Trefferliste ist nicht mehr die von heute"))
    kept = {h.offering_id for h in hits if h.decision == Decision.KEPT}
    if set(survey.compared) - kept:
        found.append(_("im Vergleich steht eine Leistung, die nicht in der engeren Wahl ist"))
    return found
