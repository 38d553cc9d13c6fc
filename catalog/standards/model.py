"""Standards: their states, how binding they are, and what an object says about one; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Refused
from kdnx.text import _

REVIEW_MONTHS = 24
LEAST_REASON = 10


class State(StrEnum):
    """Of one version."""

    DRAFT = "draft"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What happens to a version."""

    ADOPT = "adopt"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"


LABELS: Mapping[State, str] = {
    State.DRAFT: "Entwurf",
    State.ADOPTED: "beschlossen",
    State.SUPERSEDED: "abgelöst",
    State.WITHDRAWN: "zurückgezogen",
}
STATE_KINDS: Mapping[State, str] = {
    State.DRAFT: "",
    State.ADOPTED: "success",
    State.SUPERSEDED: "",
    State.WITHDRAWN: "danger",
}
MOVES: dict[tuple[State, Event], State] = {
    (State.DRAFT, Event.ADOPT): State.ADOPTED,
    (State.ADOPTED, Event.SUPERSEDE): State.SUPERSEDED,
    (State.ADOPTED, Event.WITHDRAW): State.WITHDRAWN,
}


class Binding(StrEnum):
    """How binding a standard is."""

    RECOMMENDED = "recommended"
    AGREED = "agreed"
    MANDATORY = "mandatory"


BINDING_LABELS: Mapping[Binding, str] = {
    Binding.RECOMMENDED: "empfohlen",
    Binding.AGREED: "vereinbart",
    Binding.MANDATORY: "verbindlich",
}
BINDING_HINTS: Mapping[Binding, str] = {
    Binding.RECOMMENDED: "jedes Haus entscheidet selbst",
    Binding.AGREED: "die beteiligten Häuser haben es zugesagt",
    Binding.MANDATORY: "durch Beschluss oder Gesetz für alle",
}


@dataclass(frozen=True)
class Standard:
    """The head; `current_version` is the newest adopted one that has begun, also after its withdrawal."""

    id: UUID
    owner_id: UUID
    working_group: str
    title: str
    current_version: int | None = None
    draft_version: int | None = None
    row_version: int = 1


@dataclass(frozen=True)
class Version:
    """One version; its text never changes once it is adopted. `valid_from` and `review_on` are days."""

    standard_id: UUID
    version: int
    state: str
    title: str
    text: str
    binding: str
    change_note: str = ""
    valid_from: date | None = None
    review_on: date | None = None
    author: UUID | None = None
    editors: tuple[UUID, ...] = ()
    submitted_at: datetime | None = None
    adopter: UUID | None = None
    adopted_at: datetime | None = None
    state_reason: str = ""

    @property
    def state_label(self) -> str:
        """The state in words."""
        return LABELS[State(self.state)]

    @property
    def binding_label(self) -> str:
        """How binding, in words."""
        return BINDING_LABELS[Binding(self.binding)]

    @property
    def wrote(self) -> set[UUID]:
        """Everybody who wrote at it: none of them adopts it."""
        return {p for p in (self.author, *self.editors) if p is not None}


@dataclass(frozen=True)
class Link:
    """What an object says about a standard, together with what the standard is today."""

    standard_id: UUID
    title: str
    working_group: str
    binding: str
    state: str
    current_version: int
    object_id: UUID
    version: int
    conforms: bool = True
    deviation_reason: str = ""

    @property
    def is_outdated(self) -> bool:
        """There is a newer version than the one the object states."""
        return self.version < self.current_version

    @property
    def binding_label(self) -> str:
        """How binding, in words."""
        return BINDING_LABELS[Binding(self.binding)]


@dataclass(frozen=True)
class Adoption:
    """Offerings for the tasks of a standard: how many there are, conform, deviate, say an older version."""

    concerned: int = 0
    conform: int = 0
    deviate: int = 0
    outdated: int = 0

    @property
    def silent(self) -> int:
        """Offerings that say nothing yet."""
        return self.concerned - self.conform - self.deviate

    @property
    def quota(self) -> Decimal | None:
        """Share that conforms to the current version; None where nothing is concerned."""
        if not self.concerned:
            return None
        return Decimal(self.conform - self.outdated) / Decimal(self.concerned)


def advance(state: State | str, event: Event) -> State:
    """The next state; Refused with a German sentence otherwise."""
    found = MOVES.get((State(state), event))
    if found is None:
        raise Refused(
            _("Im Stand „{state}“ ist das nicht möglich.").format(state=LABELS[State(state)])
        )
    return found


def gaps(version: Version) -> list[str]:
    """What a draft still lacks before it can be adopted, in German."""
    out = []
    if len(version.text.strip()) < 20:
        out.append(_("der Text der Empfehlung"))
    if version.review_on is None:
        out.append(_("der Tag der nächsten Überprüfung"))
    if version.valid_from and version.review_on and version.review_on <= version.valid_from:
        out.append(_("eine Überprüfung nach dem Beginn der Gültigkeit"))
    return out


def adoption_of(concerned: set[UUID], links: Sequence[Link]) -> Adoption:
    """The quota over offerings: those for the standard's tasks and those that say something about it."""
    said = {link.object_id: link for link in links}
    every = concerned | set(said)
    conform = [link for link in said.values() if link.conforms]
    return Adoption(
        len(every), len(conform), len(said) - len(conform),
        sum(link.is_outdated for link in conform),
    )  # fmt: skip
