"""Receipts against the limit of § 2b (2) Nr. 1 UStG, and how far the tax cases of a house are decided; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

UNDECIDED = "undecided"
OLD_LAW = "NALT"  # § 2 (3) UStG as it was, for service until 31 December 2026
READY_FROM = date(2027, 1, 1)
LAST_OLD_DAY = date(2026, 12, 31)


class Light(StrEnum):
    """Where an activity group stands in its year."""

    BELOW = "below"
    NEAR = "near"
    FORECAST_OVER = "forecast_over"
    OVER = "over"


LIGHT_LABELS = {
    Light.BELOW: "unter der Grenze",
    Light.NEAR: "nahe an der Grenze",
    Light.FORECAST_OVER: "voraussichtlich darüber",
    Light.OVER: "über der Grenze",
}
LIGHT_BADGES = {
    Light.BELOW: "success",
    Light.NEAR: "warning",
    Light.FORECAST_OVER: "warning",
    Light.OVER: "danger",
}


@dataclass(frozen=True)
class Limit:
    """The limit of a year in cents, the share of it from which is warned, and where it stands."""

    cents: int
    warn_pct: Decimal
    norm: str
    source: str

    @property
    def warn_cents(self) -> int:
        """From here on is warned."""
        return int(self.cents * self.warn_pct / 100)

    def light(self, so_far: int, forecast: int) -> Light:
        """The limit itself is not yet exceeded; the forecast of the year counts like the year (§ 2b (2) Nr. 1)."""
        if so_far > self.cents:
            return Light.OVER
        if forecast > self.cents:
            return Light.FORECAST_OVER
        return Light.NEAR if forecast >= self.warn_cents else Light.BELOW


@dataclass(frozen=True)
class Receipt:
    """What a supplier got in a group and year under one tax code, net; `is_named` = the order names the group."""

    supplier_id: UUID
    group_name: str
    is_named: bool
    tax_code: str
    cents: int
    open_cents: int


@dataclass(frozen=True)
class Group:
    """An activity group of a supplier in a year; gross cents booked so far and expected by its end."""

    supplier_id: UUID
    supplier: str
    name: str
    is_named: bool
    so_far_cents: int
    forecast_cents: int
    light: Light

    def share(self, limit: Limit) -> Fraction:
        """The forecast as a share of the limit."""
        return Fraction(self.forecast_cents, limit.cents) if limit.cents else Fraction(0)


@dataclass(frozen=True)
class Leg:
    """One contract of a running order: `code_before` counts at the end of 2026, `code_after` from 2027 on."""

    owner_id: UUID
    order_id: UUID
    number: str
    title: str
    state: str
    leg: int
    supplier_id: UUID
    supplier: str
    customer_id: UUID
    customer: str
    starts_on: date
    runs_until: date | None
    yearly_cents: int
    group_name: str
    is_named: bool
    code_before: str = UNDECIDED
    code_after: str = UNDECIDED

    @property
    def is_ready(self) -> bool:
        """The case is decided for service from 2027 on; the old law is no answer any more."""
        return self.code_after not in (UNDECIDED, OLD_LAW)

    @property
    def crosses(self) -> bool:
        """It serves before and after the turn of 2026."""
        return self.starts_on <= LAST_OLD_DAY and self.reaches

    @property
    def reaches(self) -> bool:
        """It serves in 2027 or later."""
        return self.runs_until is None or self.runs_until >= READY_FROM


@dataclass(frozen=True)
class Readiness:
    """How far the contracts of a house are decided for 2027: by number and by yearly value."""

    member_id: UUID
    name: str
    legs: int
    ready: int
    cents: int
    ready_cents: int

    @property
    def share_by_count(self) -> Fraction | None:
        """None without contracts."""
        return Fraction(self.ready, self.legs) if self.legs else None

    @property
    def share_by_volume(self) -> Fraction | None:
        """None without value."""
        return Fraction(self.ready_cents, self.cents) if self.cents else None


def readiness(legs: Sequence[Leg], names: Mapping[UUID, str]) -> list[Readiness]:
    """For each named member the contracts it is a party of and that serve in 2027; least ready first."""
    found = []
    for member, name in names.items():
        mine = [x for x in legs if x.reaches and member in (x.supplier_id, x.customer_id)]
        done = [x for x in mine if x.is_ready]
        if mine:
            found.append(
                Readiness(
                    member, name, len(mine), len(done), sum(x.yearly_cents for x in mine),
                    sum(x.yearly_cents for x in done),
                )
            )  # fmt: skip
    return sorted(found, key=lambda r: (Fraction(r.ready, r.legs), r.name))
