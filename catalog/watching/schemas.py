"""Watching: what comes in and goes out."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from kdnx.web.api import Query
from kdnx.web.paging import MAX_LIMIT


class WatchesQuery(BaseModel):
    """The page: a tab, and where the list goes on."""

    view: str = Field("offerings", pattern=r"^(offerings|events)$")
    after: str = Field("", max_length=1000)


class BackForm(BaseModel):
    """Where to go afterwards: the offering, or the list of watches."""

    back: str = Field("", max_length=20)


class WatchListQuery(Query):
    """The JSON lists."""

    after: str = Field("", max_length=1000)
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class WatchOut(BaseModel):
    """A watched offering; its content is absent where it may no longer be seen."""

    offering_id: UUID
    created_at: datetime
    is_visible: bool
    title: str | None
    number: str | None
    state: str | None
    owner_id: UUID | None
    published_version: int | None
    last_at: datetime | None
    last_kind: str | None


class WatchList(BaseModel):
    """A piece of the list; `next` is the cursor of the following one."""

    items: list[WatchOut]
    next: str | None = None


class EventOut(BaseModel):
    """One thing that happened to a watched offering."""

    id: UUID
    offering_id: UUID
    kind: str
    at: datetime
    title: str
    number: str
    owner_id: UUID
    version: int | None
    note: str


class EventList(BaseModel):
    """A piece of the list; `next` is the cursor of the following one."""

    items: list[EventOut]
    next: str | None = None
