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
    NEWEST = "newest"


VIEW_LABELS = {View.PUBLISHED: "Katalog", View.MINE: "mein Haus"}
SORT_LABELS = {Sort.RELEVANCE: "Relevanz", Sort.TITLE: "Titel", Sort.NEWEST: "neueste zuerst"}


@dataclass(frozen=True)
class Criteria:
    """A search: words (each must occur, or one of them with `any_word`) and the chosen facet values."""

    q: str = ""
    any_word: bool = False
    categories: Sequence[UUID] = ()
    members: Sequence[UUID] = ()
    bases: Sequence[str] = ()
    view: View = View.PUBLISHED
    sort: Sort = Sort.TITLE

    @property
    def order(self) -> Sort:
        """Relevance only where there are words."""
        if self.q:
            return self.sort
        return Sort.TITLE if self.sort == Sort.RELEVANCE else self.sort

    @property
    def active_count(self) -> int:
        """How many facet values are chosen."""
        return len(self.categories) + len(self.members) + len(self.bases)


@dataclass(frozen=True)
class Found:
    """One hit; `sort_text` and `id` are where the next piece of the list begins."""

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


@dataclass(frozen=True)
class Counts:
    """How many hits each facet value would give, and all together; under the viewer's audience."""

    total: int = 0
    categories: Mapping[UUID, int] = field(default_factory=dict)
    members: Mapping[UUID, int] = field(default_factory=dict)
    bases: Mapping[str, int] = field(default_factory=dict)
