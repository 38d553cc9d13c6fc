"""Offerings: states, moves, who an offering is for, and what is missing before it can be published; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Refused
from kdnx.text import _


class State(StrEnum):
    """Where an offering stands (model.md 2)."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    RETIRED = "retired"


class Event(StrEnum):
    """What moves an offering; the last two are fired by dates."""

    SUBMIT = "submit"
    PUBLISH = "publish"
    RETURN = "return"
    DISCARD = "discard"
    SUSPEND = "suspend"
    RESUME = "resume"
    RETIRE = "retire"
    RECONFIRM = "reconfirm"
    RECONFIRM_MISSED = "reconfirm_missed"
    CERTIFICATE_EXPIRED = "certificate_expired"


LABELS: dict[State, str] = {
    State.DRAFT: "Entwurf",
    State.IN_REVIEW: "in Prüfung",
    State.PUBLISHED: "veröffentlicht",
    State.SUSPENDED: "ausgesetzt",
    State.RETIRED: "eingestellt",
}


EVENT_LABELS: dict[Event, str] = {
    Event.SUBMIT: "zur Prüfung geben",
    Event.PUBLISH: "veröffentlichen",
    Event.RETURN: "zurückgeben",
    Event.DISCARD: "Entwurf verwerfen",
    Event.SUSPEND: "aussetzen",
    Event.RESUME: "wieder anbieten",
    Event.RETIRE: "einstellen",
    Event.RECONFIRM: "Angaben bestätigen",
    Event.RECONFIRM_MISSED: "Bestätigung versäumt",
    Event.CERTIFICATE_EXPIRED: "Nachweis abgelaufen",
}


# a new version of what is already public is submitted, returned and published without changing the state
MOVES: dict[tuple[State, Event], State] = {
    (State.DRAFT, Event.SUBMIT): State.IN_REVIEW,
    (State.IN_REVIEW, Event.PUBLISH): State.PUBLISHED,
    (State.IN_REVIEW, Event.RETURN): State.DRAFT,
    (State.PUBLISHED, Event.SUBMIT): State.PUBLISHED,
    (State.PUBLISHED, Event.RETURN): State.PUBLISHED,
    (State.PUBLISHED, Event.PUBLISH): State.PUBLISHED,
    (State.SUSPENDED, Event.SUBMIT): State.SUSPENDED,
    (State.SUSPENDED, Event.RETURN): State.SUSPENDED,
    (State.SUSPENDED, Event.PUBLISH): State.SUSPENDED,
    (State.PUBLISHED, Event.DISCARD): State.PUBLISHED,
    (State.SUSPENDED, Event.DISCARD): State.SUSPENDED,
    (State.PUBLISHED, Event.SUSPEND): State.SUSPENDED,
    (State.SUSPENDED, Event.RESUME): State.PUBLISHED,
    (State.PUBLISHED, Event.RECONFIRM): State.PUBLISHED,
    (State.PUBLISHED, Event.RECONFIRM_MISSED): State.SUSPENDED,
    (State.PUBLISHED, Event.CERTIFICATE_EXPIRED): State.SUSPENDED,
    (State.PUBLISHED, Event.RETIRE): State.RETIRED,
    (State.SUSPENDED, Event.RETIRE): State.RETIRED,
}


STATE_KINDS = {
    State.DRAFT: "", State.IN_REVIEW: "info", State.PUBLISHED: "success",
    State.SUSPENDED: "warning", State.RETIRED: "danger",
}  # fmt: skip


RECONFIRM_MONTHS = 12
FRESH = timedelta(days=1)


@dataclass(frozen=True)
class Offering:
    """The head: whose it is, where it stands, which versions there are."""

    id: UUID
    owner_id: UUID
    number: str
    reference: str
    state: str
    category_id: UUID
    title: str
    row_version: int
    updated_at: datetime
    published_version: int | None = None
    draft_version: int | None = None
    draft_submitted: bool = False
    state_reason: str = ""
    reconfirm_due: date | None = None
    successor_id: UUID | None = None
    published_at: datetime | None = None
    audience_keys: Sequence[str] = ()
    certified_until: date | None = None
    capacity_free: Decimal | None = None
    capacity_free_on: date | None = None
    retire_on: date | None = None
    retire_note: str = ""

    @property
    def latest_version(self) -> int:
        """The draft if there is one, else what is published."""
        return self.draft_version or self.published_version or 1


def advance(state: str, event: Event) -> State:
    """The next state, or Refused with the sentence for the person."""
    found = MOVES.get((State(state), event))
    if found is None:
        raise Refused(
            _("Im Stand „{state}“ lässt sich diese Leistung nicht {event}.").format(
                state=_(LABELS[State(state)]), event=_(EVENT_LABELS[event])
            ),
            rule=_(
                "Ablauf einer Leistung: Entwurf, Prüfung, Veröffentlichung durch eine zweite Person."
            ),
        )
    return found


def possible(offering: Offering) -> set[Event]:
    """What may happen to an offering now, for the buttons of its page; dates are left out."""
    moves = {e for (s, e) in MOVES if s == offering.state} - {
        Event.RECONFIRM_MISSED,
        Event.CERTIFICATE_EXPIRED,
    }
    if not offering.draft_version or offering.draft_submitted:
        moves -= {Event.SUBMIT, Event.DISCARD}
    if not offering.draft_submitted:
        moves -= {Event.PUBLISH, Event.RETURN}
    return moves


def is_fresh(offering: Offering, now: datetime) -> bool:
    """Published so lately that the page offers to stop it at once: within a day."""
    at = offering.published_at
    return offering.state == State.PUBLISHED and at is not None and now - at < FRESH


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, 28)
