"""A question on an offering: who may read it, where it stands, what may happen next; pure."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Refused
from kdnx.rules.calendar import add_days, next_working_day
from kdnx.text import _


class QuestionState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class QuestionEvent(StrEnum):
    """What moves it; the last one is fired by a date."""

    EDIT = "edit"
    WITHDRAW = "withdraw"
    ANSWER = "answer"
    PUBLISH = "publish"
    DEADLINE = "deadline"


LABELS: dict[QuestionState, str] = {
    QuestionState.OPEN: "offen",
    QuestionState.OVERDUE: "überfällig",
    QuestionState.ANSWERED: "beantwortet",
    QuestionState.WITHDRAWN: "zurückgezogen",
}
STATE_KINDS = {
    QuestionState.OPEN: "info", QuestionState.OVERDUE: "warning", QuestionState.ANSWERED: "success",
    QuestionState.WITHDRAWN: "",
}  # fmt: skip
EVENT_LABELS: dict[QuestionEvent, str] = {
    QuestionEvent.EDIT: "ändern",
    QuestionEvent.WITHDRAW: "zurückziehen",
    QuestionEvent.ANSWER: "beantworten",
    QuestionEvent.PUBLISH: "ohne Namen veröffentlichen",
    QuestionEvent.DEADLINE: "als überfällig kennzeichnen",
}
_S, _E = QuestionState, QuestionEvent
# an answer can be given again: it is corrected, the time of the correction counts
MOVES: dict[tuple[QuestionState, QuestionEvent], QuestionState] = {
    (_S.OPEN, _E.EDIT): _S.OPEN,
    (_S.OVERDUE, _E.EDIT): _S.OVERDUE,
    (_S.OPEN, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.OVERDUE, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.OPEN, _E.ANSWER): _S.ANSWERED,
    (_S.OVERDUE, _E.ANSWER): _S.ANSWERED,
    (_S.ANSWERED, _E.ANSWER): _S.ANSWERED,
    (_S.ANSWERED, _E.PUBLISH): _S.ANSWERED,
    (_S.OPEN, _E.DEADLINE): _S.OVERDUE,
}


class Visibility(StrEnum):
    """Who reads a question: everybody the offering is for, the two houses, or everybody in the provider's words."""

    PUBLIC = "public"
    PRIVATE = "private"
    PUBLISHED = "published"


VISIBILITY_LABELS = {
    Visibility.PUBLIC: "für alle, die die Leistung sehen",
    Visibility.PRIVATE: "nur für den Anbieter",
    Visibility.PUBLISHED: "vom Anbieter ohne Namen veröffentlicht",
}


@dataclass(frozen=True)
class Question:
    """A question as the viewer may see it.

    `owner_id` (the asking member) is None where the asker stays hidden from this viewer; `question`
    and `answer` are the original for the two parties, for others what is meant for them.
    """

    id: UUID
    offering_id: UUID
    provider_id: UUID
    state: str
    visibility: str
    is_named: bool
    is_party: bool
    question: str
    answer: str
    due_on: date
    created_at: datetime
    row_version: int
    owner_id: UUID | None = None
    answered_at: datetime | None = None
    public_question: str = ""
    public_answer: str = ""
    title: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Row:
    """A question as it is stored, for the act that changes it."""

    owner_id: UUID
    id: UUID
    offering_id: UUID
    provider_id: UUID
    state: str
    visibility: str
    is_named: bool
    question: str
    due_on: date
    row_version: int
    answer: str = ""
    public_question: str = ""
    public_answer: str = ""
    asked_by: UUID | None = None
    answered_by: UUID | None = None
    answered_at: datetime | None = None


def advance(state: str, event: QuestionEvent) -> QuestionState:
    """The next state, or Refused with the sentence for the person."""
    found = MOVES.get((QuestionState(state), event))
    if found is None:
        raise Refused(
            _("Im Stand „{state}“ lässt sich diese Frage nicht {event}.").format(
                state=_(LABELS[QuestionState(state)]), event=_(EVENT_LABELS[event])
            ),
            rule=_("Eine Frage ändert, wer sie gestellt hat, solange sie nicht beantwortet ist."),
        )
    return found


def answer_due(today: date, days: int, holidays: Container[date]) -> date:
    """The last day for the answer: so many calendar days, moved on from a free day (§ 193 BGB)."""
    return next_working_day(add_days(today, days), holidays)
