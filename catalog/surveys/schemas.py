"""Surveys: what comes in and goes out."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from catalog.comparison.schemas import Address, QuantitiesIn
from catalog.surveys.model import Decision, Reason
from kdnx.web.api import Body, Query
from kdnx.web.paging import MAX_LIMIT

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"),
]
Title = Annotated[Text, Field(min_length=3, max_length=160)]


class StartQuery(BaseModel):
    """The page before the start: the catalogue's address whose hits are taken."""

    address: Address = ""


class StartForm(BaseModel):
    """Begin a survey from a search."""

    address: Address = ""
    title: Title


class FromComparison(QuantitiesIn):
    """Begin a survey with the compared offerings, or put the comparison into one at work.

    `search` is the catalogue's query string they were ticked in: a new survey takes all its hits.
    """

    id: list[UUID] = Field(default_factory=list)
    survey: UUID | None = None
    search: Address = ""


class SurveyQuery(BaseModel):
    """The page of one survey; `check` recomputes the evidence."""

    check: bool = False


class ListFrozenQuery(BaseModel):
    """The list."""

    q: str = Field("", max_length=100)
    after: str = Field("", max_length=1000)


class WorkForm(BaseModel):
    """The head of the working page; the rows of the table come by offering id.

    `rest` and `rest_note` decide everything that is still open; `act` is what to do afterwards.
    """

    row_version: int = Field(ge=1)
    title: Title
    remark: Text = Field("", max_length=4000)
    rest: str = Field("", max_length=20)
    rest_note: Text = Field("", max_length=500)
    act: str = Field("save", max_length=20)


class VersionForm(BaseModel):
    """The version that was seen."""

    row_version: int = Field(ge=1)


class FrozenListQuery(Query):
    """The JSON list."""

    q: str = Field("", max_length=100)
    after: str = Field("", max_length=1000)
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class ChoiceBody(Body):
    """What is decided about one hit; `excluded` needs a reason, the reason `other` a note."""

    offering_id: UUID
    decision: Decision
    reason: Reason | None = None
    note: Text = Field("", max_length=500)


class SurveyBody(Body):
    """Freeze in one step: address of the search, title, remark and a decision for every hit."""

    address: Address
    title: Title
    remark: Text = Field("", max_length=4000)
    choices: list[ChoiceBody] = Field(max_length=200)


class FrozenOut(BaseModel):
    """Evidence in a list."""

    id: UUID
    owner_id: UUID
    number: str
    title: str
    frozen_at: datetime
    hits: int
    kept: int
    sha256: str


class FrozenList(BaseModel):
    """A piece of the list; `next` is the cursor of the following one."""

    items: list[FrozenOut]
    next: str | None = None


class FrozenDetail(FrozenOut):
    """Evidence with its content; the hash is that of the canonical bytes under `/content`."""

    content: dict[str, Any]
