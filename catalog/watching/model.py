"""What happens to a published offering, in the words of those who watch it; pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class What(StrEnum):
    """What an owner does that watchers hear of."""

    PUBLISHED = "published"
    PRICE_SCHEDULED = "price_scheduled"
    PRICE_CANCELLED = "price_cancelled"
    PRICE_EFFECTIVE = "price_effective"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    RETIRE_PLANNED = "retire_planned"
    RETIRE_CANCELLED = "retire_cancelled"
    RETIRED = "retired"
    SUCCEEDED = "succeeded"
    ANSWERED = "answered"


WHAT_LABELS: dict[What, str] = {
    What.PUBLISHED: "neue Fassung",
    What.PRICE_SCHEDULED: "neuer Preis angekündigt",
    What.PRICE_CANCELLED: "angekündigter Preis gilt nicht",
    What.PRICE_EFFECTIVE: "neuer Preis gilt",
    What.SUSPENDED: "ausgesetzt",
    What.RESUMED: "wieder angeboten",
    What.RETIRE_PLANNED: "wird eingestellt",
    What.RETIRE_CANCELLED: "wird doch nicht eingestellt",
    What.RETIRED: "eingestellt",
    What.SUCCEEDED: "neue Anbieterin durch Rechtsnachfolge",
    What.ANSWERED: "Frage beantwortet",
}
WHAT_KINDS = {
    What.PUBLISHED: "info",
    What.PRICE_SCHEDULED: "info",
    What.PRICE_CANCELLED: "info",
    What.PRICE_EFFECTIVE: "info",
    What.RETIRE_PLANNED: "warning",
    What.RETIRE_CANCELLED: "success",
    What.SUSPENDED: "warning",
    What.RESUMED: "success",
    What.RETIRED: "danger",
    What.SUCCEEDED: "info",
    What.ANSWERED: "info",
}
SENTENCES: dict[What, str] = {
    What.PUBLISHED: "Neue Fassung: {title}",
    What.PRICE_SCHEDULED: "Neuer Preis angekündigt: {title}",
    What.PRICE_CANCELLED: "Angekündigter Preis gilt nicht: {title}",
    What.PRICE_EFFECTIVE: "Neuer Preis gilt: {title}",
    What.SUSPENDED: "Leistung ausgesetzt: {title}",
    What.RESUMED: "Leistung wird wieder angeboten: {title}",
    What.RETIRE_PLANNED: "Leistung wird eingestellt: {title}",
    What.RETIRE_CANCELLED: "Leistung wird doch nicht eingestellt: {title}",
    What.RETIRED: "Leistung eingestellt: {title}",
    What.SUCCEEDED: "Neue Anbieterin: {title}",
    What.ANSWERED: "Neue Antwort zu: {title}",
}
# what an act on an offering means to its watchers
OF_ACTION = {
    "offering.publish": What.PUBLISHED,
    "offering.suspend": What.SUSPENDED,
    "offering.reconfirm_missed": What.SUSPENDED,
    "offering.certificate_expired": What.SUSPENDED,
    "offering.plan_retirement": What.RETIRE_PLANNED,
    "offering.cancel_retirement": What.RETIRE_CANCELLED,
    "offering.price_cancelled": What.PRICE_CANCELLED,
    "offering.price_effective": What.PRICE_EFFECTIVE,
    "offering.resume": What.RESUMED,
    "offering.retire": What.RETIRED,
    "offering.succeed": What.SUCCEEDED,
    "offering.price_scheduled": What.PRICE_SCHEDULED,
}


@dataclass(frozen=True)
class Watched:
    """An offering that the viewer watches, as it stands; `is_visible` is false where it may no longer be seen."""

    offering_id: UUID
    created_at: datetime
    is_visible: bool
    title: str | None = None
    number: str | None = None
    state: str | None = None
    owner_id: UUID | None = None
    price_base: str | None = None
    price_per: str | None = None
    price_micro: int | None = None
    published_version: int | None = None
    last_at: datetime | None = None
    last_kind: str | None = None


@dataclass(frozen=True)
class Event:
    """One thing that happened to an offering."""

    id: UUID
    offering_id: UUID
    kind: str
    at: datetime
    title: str
    number: str
    owner_id: UUID
    version: int | None = None
    note: str = ""
