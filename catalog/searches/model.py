"""A saved search, who follows it in which rhythm, and what counts as news; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from kdnx.clock import berlin_day, next_at

MORNING = 7
SOON = timedelta(minutes=10)
WEEKDAYS = 7


class Rhythm(StrEnum):
    """How often a person is told of new hits."""

    OFF = "off"
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


RHYTHM_LABELS: dict[Rhythm, str] = {
    Rhythm.OFF: "nicht melden",
    Rhythm.AT_ONCE: "sofort",
    Rhythm.DAILY: "täglich am Morgen",
    Rhythm.WEEKLY: "montags",
}


@dataclass(frozen=True)
class SavedSearch:
    """A saved search as one person sees it; `looked_at` and `rhythm` are that person's own.

    `query` is the catalogue's own query as JSON; fields it no longer knows are left out when it is read.
    """

    owner_id: UUID
    id: UUID
    person_id: UUID
    name: str
    is_shared: bool
    row_version: int
    created_at: datetime
    query: Mapping[str, Any] = field(default_factory=dict)
    deleted_at: datetime | None = None
    person_name: str | None = None
    rhythm: str = Rhythm.OFF
    looked_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """From when on a hit is new for this person."""
        return self.looked_at or self.created_at


@dataclass(frozen=True)
class Follow:
    """One person whose turn it is to be told of a saved search; `member_id` is who the owner has become."""

    owner_id: UUID
    search_id: UUID
    person_id: UUID
    name: str
    rhythm: str
    told_at: datetime
    member_id: UUID
    query: Mapping[str, Any] = field(default_factory=dict)


def next_due(rhythm: str, now: datetime) -> datetime | None:
    """When the next look for news is due: in ten minutes, at seven in the morning, next Monday at seven, never."""
    match rhythm:
        case Rhythm.AT_ONCE:
            return now + SOON
        case Rhythm.DAILY:
            return next_at(now, MORNING)
        case Rhythm.WEEKLY:
            due = next_at(now, MORNING)
            while berlin_day(due).weekday() != 0:
                due = next_at(due, MORNING)
            return due
        case _:
            return None
