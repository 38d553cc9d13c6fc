"""An invitation and its states."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

VALID_FOR = timedelta(days=14)
LABELS = {
    "open": "offen",
    "accepted": "angenommen",
    "withdrawn": "zurückgezogen",
    "expired": "abgelaufen",
}


@dataclass(frozen=True)
class Invitation:
    """An open door for one person: `email` says for whom, `roles` where it leads."""

    id: UUID
    email: str
    display_name: str
    member_id: UUID
    member_name: str
    roles: tuple[str, ...]
    expires_at: datetime
    created_at: datetime
    invited_by: UUID | None = None
    invited_by_name: str = ""
    accepted_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def state_at(self, now: datetime) -> str:
        """'accepted', 'withdrawn', 'expired' or 'open'."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "open" if self.expires_at > now else "expired"


@dataclass(frozen=True)
class Invited:
    """A fresh invitation: the token is in no other place."""

    id: UUID
    token: str
