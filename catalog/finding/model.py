"""What somebody looks for, and what a list shows of an offering; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class View(StrEnum):
    """Which offerings a list is about."""

    PUBLISHED = "published"
    MINE = "mine"


class Sort(StrEnum):
    """In which order; relevance needs words."""

    RELEVANCE = "relevance"
    TITLE = "title"
    PRICE = "price"
    NEWEST = "newest"
    USED = "used"


class Lead(StrEnum):
    """How soon it is available, by the lead time in days."""

    AT_ONCE = "10"
    MONTH = "30"
    QUARTER = "90"
    LATER = "later"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """How the words were taken: all of them, cut into parts, spelled anew, or at least one of them."""

    ALL = "all"
    PARTS = "parts"
    CORRECTED = "corrected"
    ANY = "any"


VIEW_LABELS = {View.PUBLISHED: "Katalog", View.MINE: "mein Haus"}
SORT_LABELS = {
    Sort.RELEVANCE: "Relevanz", Sort.TITLE: "Titel", Sort.PRICE: "Preis je Einheit", Sort.NEWEST: "neueste zuerst",
    Sort.USED: "am meisten genutzt",
}  # fmt: skip
LEAD_LABELS = {
    Lead.AT_ONCE: "binnen 10 Tagen", Lead.MONTH: "binnen 30 Tagen", Lead.QUARTER: "binnen 90 Tagen",
    Lead.LATER: "später", Lead.UNKNOWN: "ohne Angabe",
}  # fmt: skip
# the order in which FIND counts them; a bit of `miss` each
FACETS = ("category", "member", "base", "protection", "certified", "route", "lead")


@dataclass(frozen=True)
class Criteria:
    """A search: words (each must occur, or one of them with `any_word`) and the chosen facet values.

    `exact` leaves out synonyms, `parts` also takes words that are cut into the parts of compounds;
    `attributes` are 'field=value' of the attribute schema of one category.
    """

    q: str = ""
    any_word: bool = False
    categories: Sequence[UUID] = ()
    members: Sequence[UUID] = ()
    bases: Sequence[str] = ()
    view: View = View.PUBLISHED
    sort: Sort = Sort.TITLE
    protections: Sequence[str] = ()
    certified: bool = False
    routes: Sequence[str] = ()
    leads: Sequence[str] = ()
    attributes: Sequence[str] = ()
    exact: bool = False
    parts: bool = False

    @property
    def order(self) -> Sort:
        """Relevance only where there are words."""
        if self.q:
            return self.sort
        return Sort.TITLE if self.sort == Sort.RELEVANCE else self.sort

    @property
    def active_count(self) -> int:
        """How many facet values are chosen."""
        chosen = (
            self.categories,
            self.members,
            self.bases,
            self.protections,
            self.routes,
            self.leads,
            self.attributes,
        )
        return sum(len(c) for c in chosen) + self.certified

    @property
    def attribute_groups(self) -> dict[str, list[str]]:
        """The chosen attribute values by field, in a fixed order."""
        groups: dict[str, list[str]] = {}
        for value in sorted(self.attributes):
            groups.setdefault(value.partition("=")[0], []).append(value)
        return groups


@dataclass(frozen=True)
class Found:
    """One hit; `sort_text` and `id` are where the next piece of the list begins.

    `users` is how many members use it today, `description` its text as far as it is needed for excerpts.
    """

    id: UUID
    owner_id: UUID
    number: str
    reference: str
    state: str
    category_id: UUID
    title: str
    summary: str
    published_version: int | None
    draft_version: int | None
    draft_submitted: bool
    price_base: str | None
    price_per: str | None
    price_micro: int | None
    published_at: datetime | None
    row_version: int
    sort_text: str
    protection_level: str | None = None
    lead_time_days: int | None = None
    is_certified: bool = False
    users: int = 0
    description: str = ""


@dataclass(frozen=True)
class Counts:
    """How many hits each facet value would give, and all together; under the viewer's audience."""

    total: int = 0
    categories: Mapping[UUID, int] = field(default_factory=dict)
    members: Mapping[UUID, int] = field(default_factory=dict)
    bases: Mapping[str, int] = field(default_factory=dict)
    protections: Mapping[str, int] = field(default_factory=dict)
    certified: int = 0
    routes: Mapping[str, int] = field(default_factory=dict)
    leads: Mapping[str, int] = field(default_factory=dict)
    attributes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """The words as they were understood: the query for the index, what to mark, and what else was looked for.

    `atoms` are the pieces of the query, one for each of `words` (a word, or several that are one term);
    `also` names synonyms: (what was said, what else it finds).
    """

    query: str = ""
    words: Sequence[str] = ()
    atoms: Sequence[str] = ()
    also: Sequence[tuple[str, Sequence[str]]] = ()
    marks: Sequence[str] = ()


@dataclass(frozen=True)
class Answer:
    """Hits of one piece of the list, the counts of all, and how the words were understood."""

    hits: Sequence[Found]
    counts: Counts
    asked: Asked


@dataclass(frozen=True)
class Outcome:
    """The answer people get: under which criteria it was found, at which stage, and with which spelling."""

    answer: Answer
    criteria: Criteria
    stage: Stage
    corrected: str = ""


def lead_of(days: int | None) -> Lead:
    """The class of a lead time."""
    if days is None:
        return Lead.UNKNOWN
    return next((x for x in (Lead.AT_ONCE, Lead.MONTH, Lead.QUARTER) if days <= int(x)), Lead.LATER)
