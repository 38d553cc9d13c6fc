"""Fingerprints as JSON."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from kdnx.web.api import Query


class DigestQuery(Query):
    """Newest first; `before` goes on after a piece."""

    before: date | None = None
    limit: int = Field(31, ge=1, le=366)


class DigestOut(BaseModel):
    """The root over all chains of a day, hex; `n` counts the cuts without a gap."""

    day: date
    n: int
    root: str
    taken_at: datetime


class DigestList(BaseModel):
    """A piece; `next` is the `before` of the following one."""

    items: list[DigestOut]
    next: date | None = None
