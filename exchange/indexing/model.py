"""Whether a price of a running order is to be adjusted by its index clause, and to what; pure.

A step never works by itself: § 1 Abs. 1 PrKlG forbids clauses that do. kdnx computes the step and proposes it as a
change that both sides sign; for a tendered contract it is a review clause (§ 132 Abs. 2 Satz 1 Nr. 1 GWB).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from exchange.orders.model import TIMES_A_YEAR, Line
from kdnx.money import times

WHOLE = Decimal(100)
DECEMBER = 12
LONGEST_KEY = 80


class IndexClause(Protocol):
    """What a price of the catalogue says of its index (`catalog.interface.IndexClause`)."""

    @property
    def series(self) -> str:
        """The name of the index."""
        ...

    @property
    def month(self) -> str:
        """Base month, '2026-01'."""
        ...

    @property
    def value(self) -> Decimal:
        """The index in the base month."""
        ...

    @property
    def threshold_pct(self) -> Decimal:
        """From which change in per cent the clause works."""
        ...

    @property
    def share_pct(self) -> Decimal:
        """How much of the price follows."""
        ...

    @property
    def first_day(self) -> date | None:
        """The first day the price may change, None = any."""
        ...

    @property
    def list_micro(self) -> int:
        """The price at the base in millionths of a euro."""
        ...

    @property
    def is_plain(self) -> bool:
        """Neither tiers nor a minimum."""
        ...

    def price_at(self, value: Decimal) -> int:
        """The price while the index stands at `value`."""
        ...


class Finding(StrEnum):
    """What comparing a price with its index comes to."""

    DUE = "due"
    SMALL = "small"
    FROZEN = "frozen"
    NO_VALUE = "no_value"
    NEGOTIATED = "negotiated"
    BY_HAND = "by_hand"


FINDING_LABELS = {
    Finding.DUE: "fällig",
    Finding.SMALL: "unter der Schwelle",
    Finding.FROZEN: "Preis noch fest",
    Finding.NO_VALUE: "kein neuerer Stand",
    Finding.NEGOTIATED: "ausgehandelt",
    Finding.BY_HAND: "von Hand",
}
BADGES = {
    Finding.DUE: "info",
    Finding.FROZEN: "",
    Finding.NO_VALUE: "",
    Finding.SMALL: "",
    Finding.NEGOTIATED: "warning",
    Finding.BY_HAND: "warning",
}


@dataclass(frozen=True)
class Reading:
    """An approved value of an index for a month ('2026-09'), with the rule it comes from."""

    month: str
    value: Decimal
    rule_id: UUID


@dataclass(frozen=True)
class Applied:
    """The last step in force of a line: the reading its price rests on."""

    month: str
    value: Decimal
    new_micro: int


@dataclass(frozen=True)
class Step:
    """One line with its clause: prices in millionths of a euro, `change_pct` since the reading the price rests on."""

    line: Line
    clause: IndexClause
    finding: Finding
    since: tuple[str, Decimal]
    now: Reading | None = None
    change_pct: Decimal = Decimal(0)
    new_micro: int = 0

    @property
    def is_due(self) -> bool:
        """The clause gives another price now."""
        return self.finding == Finding.DUE

    @property
    def yearly_cents(self) -> int:
        """What the step adds to a year of the line, net cents of contract 1."""
        if not self.is_due:
            return 0
        after = times(self.line.quantity, self.new_micro)
        return (after - self.line.net_cents) * TIMES_A_YEAR[self.line.period]


def key_of(series: str) -> str:
    """The key of the dated rule that keeps an index: its name, as short as a key may be and fit for an address."""
    return " ".join(series.replace("/", " ").split())[:LONGEST_KEY].strip()


def find_step(
    line: Line, clause: IndexClause, applied: Applied | None, now: Reading | None, starts: date
) -> Step:
    """Compare a line with its clause for a version that would hold from `starts` on.

    The threshold is measured from the reading of the last step, the price always from base and list price, so that
    many small steps and one big one end at the same price.
    """
    since = (applied.month, applied.value) if applied else (clause.month, clause.value)
    expected = applied.new_micro if applied else clause.list_micro
    if not clause.is_plain:
        return Step(line, clause, Finding.BY_HAND, since)
    if line.unit_price_micro != expected:
        return Step(line, clause, Finding.NEGOTIATED, since)
    if now is None or now.month <= since[0]:
        return Step(line, clause, Finding.NO_VALUE, since)
    change = (now.value / since[1] - 1) * WHOLE
    new = clause.price_at(now.value)
    finding = Finding.DUE
    if clause.first_day is not None and starts < clause.first_day:
        finding = Finding.FROZEN
    elif abs(change) < clause.threshold_pct or new == line.unit_price_micro:
        finding = Finding.SMALL
    return Step(line, clause, finding, since, now, change, new)


def starts_on(today: date, booked_until: date | None) -> date:
    """From when a step can hold: the first of the next month after today and after the last day booked."""
    last = max(today, booked_until or today)
    return date(last.year + last.month // DECEMBER, last.month % DECEMBER + 1, 1)
