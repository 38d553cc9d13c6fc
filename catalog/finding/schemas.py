"""The address of a list: every filter is a part of it."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from catalog.contents.model import LegalBasis, Protection
from catalog.finding.model import Criteria, Lead, Sort, View
from catalog.offerings.schemas import OfferingOut
from catalog.prices.model import PriceBase
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.web.api import Query
from kdnx.web.paging import MAX_LIMIT, decode_cursor

# PostgreSQL takes no NUL in a text
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00]*$")
]
# 'field=value' of the attribute schema
AttributeValue = Annotated[
    str, StringConstraints(min_length=3, max_length=300, pattern=r"^[a-z][a-z0-9_]*=[^\x00]+$")
]
TICKED, UNTICKED = {"1", "true", "on", "yes"}, {"", "0", "false", "off", "no"}


def _read_tick(value: object) -> bool:
    """A tick box sends 1, JSON callers true or false; ValueError for any other word."""
    word = str(value).strip().lower()
    if word not in TICKED | UNTICKED:
        raise ValueError("true or false")
    return word in TICKED


Tick = Annotated[bool, BeforeValidator(_read_tick)]


class Filters(BaseModel):
    """What is looked for: words and facet values; values of one facet widen, facets narrow each other."""

    q: Words = ""
    category: list[UUID] = Field(default_factory=list, max_length=50)
    member: list[UUID] = Field(default_factory=list, max_length=100)
    base: list[PriceBase] = Field(default_factory=list, max_length=20)
    protection: list[Protection] = Field(default_factory=list, max_length=3)
    certified: Tick = False
    route: list[LegalBasis] = Field(default_factory=list, max_length=10)
    lead: list[Lead] = Field(default_factory=list, max_length=5)
    attribute: list[AttributeValue] = Field(default_factory=list, max_length=50)
    exact: Tick = False
    view: View = View.PUBLISHED
    sort: Sort = Sort.RELEVANCE

    def criteria(self, *, any_word: bool = False) -> Criteria:
        """What is looked for."""
        return Criteria(
            q=self.q, any_word=any_word, exact=self.exact, categories=self.category, members=self.member,
            bases=[b.value for b in self.base], protections=[p.value for p in self.protection],
            certified=self.certified,
            routes=[r.value for r in self.route], leads=[x.value for x in self.lead],
            # a facet of attributes belongs to one category
            attributes=self.attribute[:8] if len(self.category) == 1 else [], view=self.view, sort=self.sort,
        )  # fmt: skip


class ListQuery(Filters):
    """The list page."""

    size: int = 25
    after: str | None = Field(None, max_length=1000)


class OfferingQuery(Filters, Query):
    """The JSON list: words and filters; `after` is the cursor of the last answer."""

    after: str | None = Field(None, max_length=1000)
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class FacetQuery(Filters, Query):
    """The JSON counts: words and filters."""


class SuggestionQuery(Query):
    """The beginning of a word, or of the last of several."""

    q: Words = ""


class FacetCount(BaseModel):
    """How many offerings a further value of a facet would give."""

    value: str
    label: str
    count: int
    chosen: bool


class FacetOut(BaseModel):
    """One facet with its values in their order; `name` is the parameter of the query."""

    name: str
    label: str
    values: list[FacetCount]


class FacetList(BaseModel):
    """All facets, and how the words were understood.

    `stage` says how the hits were found: all words, their parts, the corrected spelling, any word.
    """

    total: int
    stage: str
    corrected: str
    synonyms: list[str]
    facets: list[FacetOut]


class FoundList(BaseModel):
    """Offerings with the cursor of the next piece; `stage` and `corrected` as in FacetList."""

    items: list[OfferingOut]
    next: str | None = None
    stage: str = "all"
    corrected: str = ""


class SuggestionList(BaseModel):
    """At most eight completed questions."""

    items: list[str]


def read_cursor(secret: str, given: str | None) -> Sequence[str] | None:
    """Where a piece of the list begins: (sort text, id); Invalid when the cursor is not one of ours."""
    if not given:
        return None
    after = decode_cursor(secret, given, 2)
    try:
        UUID(after[1])
        float(after[0].split("\x1f")[1])
    except (ValueError, IndexError):
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    return after


def address_pairs(query: Filters, **changes: Any) -> list[tuple[str, str]]:
    """The query as pairs of an address, without defaults and without the place in the list."""
    values = query.model_dump(mode="json", exclude={"after"}, exclude_defaults=True) | changes
    listed = [(k, v) for k, vs in values.items() for v in (vs if isinstance(vs, list) else [vs])]
    return [(k, "1" if v is True else str(v)) for k, v in listed if v not in ("", None, False)]
