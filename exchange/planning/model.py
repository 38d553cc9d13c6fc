"""What a forecast, its assumptions and its sums are, and how they compare with the plan; pure, net cents."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

UNDECIDED = "undecided"


class Side(StrEnum):
    """On which side of an order a house stands."""

    PAY = "pay"
    RECEIVE = "receive"


SIDE_LABELS = {Side.PAY: "zu zahlen", Side.RECEIVE: "zu erhalten"}


class Assumption(StrEnum):
    """What a forecast takes for granted."""

    RUNS_ON = "runs_on"
    ENDS = "ends"
    NOTICE = "notice"
    PRICE_STEP = "price_step"
    USED = "used"
    AGREED = "agreed"
    PAUSED = "paused"
    BY_HAND = "by_hand"
    UNBOOKED = "unbooked"
    TAX_OPEN = "tax_open"
    NOTHING = "nothing"


A = Assumption
ASSUMPTION_LABELS = {
    A.RUNS_ON: "läuft weiter, nicht gekündigt",
    A.ENDS: "endet im Jahr",
    A.NOTICE: "gekündigt",
    A.PRICE_STEP: "neuer Preis im Jahr",
    A.USED: "Nutzung wie in den letzten zwölf Monaten",
    A.AGREED: "Nutzung wie vereinbart",
    A.PAUSED: "ruht",
    A.BY_HAND: "ohne Buchungsplan, nach dem vereinbarten Preis",
    A.UNBOOKED: "seit 15 Monaten nichts gebucht, nicht in der Summe",
    A.TAX_OPEN: "Umsatzsteuer offen",
    A.NOTHING: "kein Preis vereinbart",
}


@dataclass(frozen=True)
class Booked:
    """What is booked for an order and a service year; `open_cents` is proposed or disputed."""

    order_id: UUID
    year: int
    confirmed_cents: int
    open_cents: int
    surcharge_cents: int
    last_day: date | None

    @property
    def net_cents(self) -> int:
        """Confirmed and open."""
        return self.confirmed_cents + self.open_cents


@dataclass(frozen=True)
class Amount:
    """What an order comes to in a year: net of contract 1, the hub's surcharge, how much of it is booked already.

    `rest_…` is what of both is not booked at all yet.
    """

    net_cents: int
    surcharge_cents: int
    booked_cents: int
    assumptions: tuple[Assumption, ...] = ()
    rest_surcharge_cents: int = 0

    @property
    def rest_cents(self) -> int:
        """Net that is still to be booked."""
        return self.net_cents - self.booked_cents

    def on(self, side: Side) -> int:
        """What one side pays or gets, net."""
        return self.net_cents + (self.surcharge_cents if side == Side.PAY else 0)

    def booked_on(self, side: Side) -> int:
        """What of it is booked already."""
        done = self.surcharge_cents - self.rest_surcharge_cents
        return self.booked_cents + (done if side == Side.PAY else 0)


@dataclass(frozen=True)
class Row:
    """An order on one side of a house: the base year, the forecast of the year, and the plan for both.

    `apart_cents` is what the contract says where nobody books it any more; it is in no sum of the forecast.
    """

    order_id: UUID
    number: str
    title: str
    side: Side
    partner: str
    state: str
    booked_cents: int
    expected_cents: int
    next_cents: int
    vat_cents: int
    vat_risk_cents: int
    assumptions: tuple[Assumption, ...]
    planned_cents: int | None = None
    planned_base_cents: int | None = None
    plan_note: str = ""
    plan_version: int = 0
    apart_cents: int = 0

    @property
    def variance_cents(self) -> int | None:
        """Forecast less plan; None without a plan."""
        return None if self.planned_cents is None else self.next_cents - self.planned_cents


FIELDS = (
    "booked_cents", "expected_cents", "next_cents", "vat_cents", "vat_risk_cents", "apart_cents",
)  # fmt: skip


@dataclass(frozen=True)
class Total:
    """The sums of one side; `planned` counts only orders that have a plan, `apart` is not part of `next`."""

    side: Side
    orders: int
    booked_cents: int
    expected_cents: int
    next_cents: int
    vat_cents: int
    vat_risk_cents: int
    planned_cents: int
    unplanned: int
    apart_cents: int = 0
    unbooked: int = 0

    @property
    def change_cents(self) -> int:
        """The year less the base year as expected."""
        return self.next_cents - self.expected_cents


def totals(rows: Sequence[Row]) -> dict[Side, Total]:
    """The sums of both sides."""
    found = {}
    for side in Side:
        mine = [r for r in rows if r.side == side]
        planned = [r.planned_cents for r in mine if r.planned_cents is not None]
        booked, expected, coming, vat, risk, apart = (
            sum(getattr(r, name) for r in mine) for name in FIELDS
        )
        found[side] = Total(
            side, len(mine), booked, expected, coming, vat, risk, sum(planned),
            len(mine) - len(planned), apart, sum(A.UNBOOKED in r.assumptions for r in mine),
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Forecast:
    """All orders of a house for a year; `as_of` is the day it was computed."""

    member_id: UUID
    member_name: str
    year: int
    as_of: date
    rows: tuple[Row, ...] = ()
    sums: dict[Side, Total] = field(default_factory=dict)

    def of(self, side: Side) -> list[Row]:
        """The rows of a side."""
        return [r for r in self.rows if r.side == side]
