"""Saved searches: what comes in and goes out."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from catalog.searches.model import Rhythm
from kdnx.web.api import Body, JsonInt, Query
from kdnx.web.paging import MAX_LIMIT

Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=2, max_length=120, pattern=r"^[^\x00-\x1f]*$"
    ),
]
Address = Annotated[str, StringConstraints(max_length=6000, pattern=r"^[^\x00]*$")]


class NewQuery(BaseModel):
    """The page that asks for the name: the catalogue's address to save."""

    address: Address = ""


class NewSearch(BaseModel):
    """The form."""

    address: Address = ""
    name: Name
    rhythm: Rhythm = Rhythm.DAILY
    is_shared: bool = False


class ChangeForm(BaseModel):
    """Name, rhythm and sharing; only the owner of a search changes name and sharing."""

    row_version: int = Field(ge=1)
    name: Name
    rhythm: Rhythm
    is_shared: bool = False


class FollowForm(BaseModel):
    """The rhythm of a search that a colleague shares."""

    rhythm: Rhythm


class SearchesQuery(BaseModel):
    """The list; `deleted` is what was just deleted and can be brought back."""

    deleted: UUID | None = None


class NewSearchBody(Body):
    """A search to save: an address of the catalogue such as `q=Meldewesen&category=…`."""

    address: Address
    name: Name
    rhythm: Rhythm = Rhythm.OFF
    is_shared: bool = False


class SearchBody(Body):
    """The whole content that can be changed."""

    name: Name
    rhythm: Rhythm
    is_shared: bool


class SearchListQuery(Query):
    """The list holds at most 200; there is never a further page."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = MAX_LIMIT


class NewsOut(BaseModel):
    """One new hit; `is_first` is false where an earlier version was to be seen before."""

    offering_id: UUID
    number: str
    title: str
    version: int
    published_at: datetime
    is_first: bool


class SearchOut(BaseModel):
    """A saved search with its hits now and what is new since the caller looked at it last."""

    id: UUID
    owner_id: UUID
    name: str
    sentence: str
    address: str
    is_shared: bool
    is_mine: bool
    rhythm: str
    looked_at: datetime
    hits: int
    news: list[NewsOut]
    row_version: JsonInt


class SearchList(BaseModel):
    """All saved searches the caller may use."""

    items: list[SearchOut]
    next: str | None = None
