"""The address of a list: every filter is a part of it."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from catalog.finding.model import Criteria, Sort, View
from catalog.prices.model import PriceBase
from kdnx.web.api import Query
from kdnx.web.paging import MAX_LIMIT

# PostgreSQL takes no NUL in a text
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00]*$")
]


class ListQuery(BaseModel):
    """The list page."""

    q: Words = ""
    category: list[UUID] = Field(default_factory=list, max_length=50)
    member: list[UUID] = Field(default_factory=list, max_length=100)
    base: list[PriceBase] = Field(default_factory=list, max_length=20)
    view: View = View.PUBLISHED
    sort: Sort = Sort.RELEVANCE
    size: int = 25
    after: str | None = Field(None, max_length=1000)

    def criteria(self, *, any_word: bool = False) -> Criteria:
        """What is looked for."""
        return Criteria(
            q=self.q, any_word=any_word, categories=self.category, members=self.member,
            bases=[b.value for b in self.base], view=self.view, sort=self.sort,
        )  # fmt: skip


class OfferingQuery(Query):
    """The JSON list: words and filters; `after` is the cursor of the last answer."""

    q: Words = ""
    category: list[UUID] = Field(default_factory=list, max_length=50)
    member: list[UUID] = Field(default_factory=list, max_length=100)
    base: list[PriceBase] = Field(default_factory=list, max_length=20)
    view: View = View.PUBLISHED
    sort: Sort = Sort.RELEVANCE
    after: str | None = Field(None, max_length=1000)
    limit: int = Field(50, ge=1, le=MAX_LIMIT)

    def criteria(self) -> Criteria:
        """What is looked for."""
        return Criteria(
            q=self.q, categories=self.category, members=self.member,
            bases=[b.value for b in self.base], view=self.view, sort=self.sort,
        )  # fmt: skip
