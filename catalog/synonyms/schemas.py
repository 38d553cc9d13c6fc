"""What comes in and goes out about synonyms."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from catalog.synonyms.model import distinct, split_terms
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.web.api import Body, JsonInt, Query
from kdnx.web.paging import MAX_LIMIT, decode_cursor

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00]*$")
]
Term = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=60,
        pattern=r"^[^\x00-\x1f]*\w[^\x00-\x1f]*$",
    ),
]
Note = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=400, pattern=r"^[^\x00-\x1f]*$")
]
Ticked = Annotated[bool, BeforeValidator(lambda v: v in (True, "1", "true", "on"))]


class SynonymForm(BaseModel):
    """A group from the page: terms with commas or lines between; `row_version` only for a change."""

    terms: Annotated[str, StringConstraints(max_length=2000)] = ""
    finds: Annotated[str, StringConstraints(max_length=2000)] = ""
    one_way: Ticked = False
    note: Note = ""
    row_version: int = Field(0, ge=0)

    def term_list(self) -> list[str]:
        """The terms, each once."""
        return split_terms(self.terms)

    def find_list(self) -> list[str]:
        """What they also find; nothing for a group in which all find one another."""
        return split_terms(self.finds) if self.one_way else []


class DropForm(BaseModel):
    """Take a group away: the version seen."""

    row_version: int = Field(ge=1)


class SynonymBody(Body):
    """A group: `terms` find one another; with `one_way` they also find `finds`, and not the other way round."""

    terms: list[Term] = Field(min_length=1, max_length=20)
    one_way: bool = False
    finds: list[Term] = Field(default_factory=list, max_length=20)
    note: Note = ""

    def term_list(self) -> list[str]:
        """The terms, each once."""
        return distinct(self.terms)

    def find_list(self) -> list[str]:
        """What they also find."""
        return distinct(self.finds) if self.one_way else []


class SynonymOut(BaseModel):
    """A group as JSON."""

    id: UUID
    one_way: bool
    terms: list[str]
    finds: list[str]
    note: str
    row_version: JsonInt


class SynonymList(BaseModel):
    """A piece of the list; `next` is the cursor of the following one."""

    items: list[SynonymOut]
    next: str | None = None


class ListQuery(BaseModel):
    """The list page: a word, or the beginning of one."""

    q: Words = ""
    after: str | None = Field(None, max_length=1000)


class SynonymQuery(Query):
    """The JSON list."""

    q: Words = ""
    after: str | None = Field(None, max_length=1000)
    limit: int = Field(100, ge=1, le=MAX_LIMIT)


def read_cursor(secret: str, given: str | None) -> Sequence[str] | None:
    """Where a piece of the list begins: (sort key, id); Invalid when the cursor is not one of ours."""
    if not given:
        return None
    after = decode_cursor(secret, given, 2)
    try:
        UUID(after[1])
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    return after
