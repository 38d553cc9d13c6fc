"""Declarations of applications: what one says, when it differs from the last one, who has reported; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from kdnx.rules.calendar import add_months


class Mode(StrEnum):
    """From where a member has an application."""

    OWN = "own"
    FROM_MEMBER = "from_member"
    MARKET = "market"


MODE_LABELS: Mapping[Mode, str] = {
    Mode.OWN: "eigener Betrieb",
    Mode.FROM_MEMBER: "von einem Mitglied",
    Mode.MARKET: "vom Markt",
}
# one sign a cell of the map; the word stands in the key and in the list
MODE_SIGNS: Mapping[Mode, str] = {Mode.OWN: "E", Mode.FROM_MEMBER: "M", Mode.MARKET: "D"}
REPORT_MONTHS = 12
REMIND_MONTHS = 11
ENDED = "ended"


@dataclass(frozen=True)
class Use:
    """One declaration as it holds from `valid_from`; `mode` None says that it is no longer used.

    `yearly_cents` is net a year and None for readers who may not see it; days are inclusive.
    """

    owner_id: UUID
    capability_id: UUID
    product_id: UUID
    mode: str | None = None
    from_member_id: UUID | None = None
    users: int | None = None
    yearly_cents: int | None = None
    used_since: date | None = None
    contract_end: date | None = None
    valid_from: date | None = None
    row_version: int = 0

    @property
    def key(self) -> tuple[UUID, UUID, UUID]:
        """Whose, for what, with what: a change of these is another declaration."""
        return self.owner_id, self.capability_id, self.product_id

    @property
    def seen(self) -> str:
        """The state somebody saw: changes with every new row and every change of a row."""
        return (
            "" if self.valid_from is None else f"{self.valid_from.isoformat()}.{self.row_version}"
        )

    @property
    def mode_label(self) -> str:
        """From where, in words."""
        return MODE_LABELS[Mode(self.mode)] if self.mode else ""


@dataclass(frozen=True)
class Report:
    """When a member last confirmed that its declarations are complete."""

    owner_id: UUID
    confirmed_on: date
    reminded_on: date | None = None
    row_version: int = 1


@dataclass(frozen=True)
class Proposal:
    """What the exchange already knows: the member receives this offering, which serves this task."""

    capability_id: UUID
    provider_id: UUID
    offering_id: UUID
    title: str
    valid_from: date
    product_id: UUID | None = None


def ended(use: Use) -> Use:
    """The same no longer used."""
    return Use(use.owner_id, use.capability_id, use.product_id, used_since=use.used_since,
               valid_from=use.valid_from, row_version=use.row_version)  # fmt: skip


def same(one: Use, other: Use) -> bool:
    """Both say the same, whenever they were said."""
    return replace(one, valid_from=None, row_version=0) == replace(
        other, valid_from=None, row_version=0
    )


def changes(now: Iterable[Use], wanted: Sequence[Use]) -> list[Use]:
    """Which of the wanted declarations say something new; ending what was never there is nothing."""
    known = {u.key: u for u in now}
    out = []
    for use in wanted:
        before = known.get(use.key)
        if before is None and use.mode is None:
            continue
        if before is None or not same(before, use):
            out.append(use)
    return out


def has_reported(report: Report | None, today: date) -> bool:
    """Confirmed within twelve months."""
    return report is not None and add_months(report.confirmed_on, REPORT_MONTHS) > today


def due_on(report: Report) -> date:
    """The day by which the member confirms again."""
    return add_months(report.confirmed_on, REPORT_MONTHS)


def fault_of(use: Use) -> tuple[str, str] | None:
    """The field and the German sentence of what does not fit together, or None."""
    if (use.mode == Mode.FROM_MEMBER) != (use.from_member_id is not None):
        if use.from_member_id is None:
            return "from_member_id", "Bitte das Mitglied angeben, von dem die Anwendung kommt."
        return "from_member_id", "Ein Mitglied gehört nur zu „von einem Mitglied“."
    if use.from_member_id == use.owner_id:
        return "from_member_id", "Das eigene Haus ist „eigener Betrieb“."
    if use.used_since and use.contract_end and use.contract_end < use.used_since:
        return "contract_end", "Das Vertragsende liegt vor dem Beginn."
    return None
