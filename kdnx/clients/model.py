"""A machine client and what it may ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kdnx.auth.model import CLIENT_SCOPES

TOKEN_SECONDS = 3600
LABELS = {
    "waiting": "wartet auf Freigabe",
    "active": "aktiv",
    "expired": "abgelaufen",
    "revoked": "gesperrt",
}


@dataclass(frozen=True)
class MachineClient:
    """A program of a member; `valid_to` is the first day without it."""

    id: UUID
    member_id: UUID
    member_name: str
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by_name: str = ""
    valid_to: date | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    row_version: int = 1
    created_by: UUID | None = None
    released_at: datetime | None = None
    released_by_name: str = ""

    def state_on(self, day: date) -> str:
        """'waiting', 'active', 'expired' or 'revoked'."""
        if self.revoked_at:
            return "revoked"
        if self.valid_to is not None and self.valid_to <= day:
            return "expired"
        return "active" if self.released_at else "waiting"


@dataclass(frozen=True)
class Credentials:
    """What a program presents: its id and its secret."""

    client_id: UUID
    secret: str


@dataclass(frozen=True)
class IssuedToken:
    """A bearer token: `scopes` may be fewer than the client's."""

    token: str
    scopes: tuple[str, ...]


def narrow(held: Sequence[str], asked: str) -> tuple[str, ...] | None:
    """The scopes asked for (all held ones without a wish); None when one is not held."""
    known = {p.value for p in CLIENT_SCOPES}
    mine = [s for s in held if s in known]
    wanted = asked.split()
    if not wanted:
        return tuple(mine)
    return tuple(sorted(set(wanted))) if set(wanted) <= set(mine) else None
