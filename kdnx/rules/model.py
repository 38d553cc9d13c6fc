"""A dated rule: what it is, its states, and who may enter which key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from kdnx.rules.labels import BANDS, KIND_LABELS, label_of


class RuleState(StrEnum):
    """Only approved rules are used."""

    ENTERED = "entered"
    APPROVED = "approved"
    REJECTED = "rejected"


STATE_LABELS = {
    RuleState.ENTERED: "wartet auf Freigabe",
    RuleState.APPROVED: "freigegeben",
    RuleState.REJECTED: "abgelehnt",
}
MOVES: dict[tuple[RuleState, str], RuleState] = {
    (RuleState.ENTERED, "approve"): RuleState.APPROVED,
    (RuleState.ENTERED, "reject"): RuleState.REJECTED,
}


@dataclass(frozen=True)
class Rule:
    """One rule from `valid_from` until the next one of the same kind and key.

    `value` is the content (money in cents, periods in calendar days, shares in per cent as text);
    an empty value with `ended` says that no rule holds from that day on.
    """

    id: UUID
    kind: str
    key: str
    valid_from: date
    version: int
    value: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    state: str = RuleState.APPROVED.value
    valid_to: date | None = None
    entered_by: UUID | None = None
    entered_by_name: str = ""
    entered_at: datetime | None = None
    approved_by: UUID | None = None
    approved_by_name: str = ""
    approved_at: datetime | None = None
    note: str = ""
    row_version: int = 1
    ended: bool = False

    @property
    def label(self) -> str:
        """What people call it."""
        return label_of(self.kind, self.key)

    @property
    def kind_label(self) -> str:
        """What people call its kind."""
        return KIND_LABELS.get(self.kind, self.kind)

    @property
    def state_label(self) -> str:
        """The state in words."""
        return STATE_LABELS[RuleState(self.state)]


def may_enter_key(kind: str, key: str, *, is_office: bool, member_code: str) -> bool:
    """The office keeps the alliance's rules; a member keeps its own value bands."""
    if kind == "value_band":
        code, _colon, band = key.partition(":")
        return bool(member_code) and code == member_code and band in BANDS
    return is_office


def percent_of(value: Any) -> Decimal:
    """A stored share ('2.5') as a number of per cent."""
    return Decimal(str(value))
