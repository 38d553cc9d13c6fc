"""What was carried from a request into a demand."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

# IT services in general; the form says that a narrower code helps
USUAL_CPV = "72000000-5"
LONGEST_SPEC = 4000
OUTCOME_LABELS = {"chosen": "ein Angebot gewählt", "none": "keines der Angebote gewählt"}


@dataclass(frozen=True)
class Carried:
    """A request that a free demand came from."""

    owner_id: UUID
    response_id: UUID
    request_id: UUID
    request_number: str
    request_title: str
    outcome: str
    reason: str
    decided_at: datetime
    evidence_hash: bytes
    created_at: datetime


@dataclass(frozen=True)
class CarriedOffer:
    """What a member offered, and why it was or was not taken."""

    ordinal: int
    member_id: UUID
    member_name: str
    summary: str
    is_chosen: bool
    reason: str
    offering_id: UUID | None
    offering_version: int | None
