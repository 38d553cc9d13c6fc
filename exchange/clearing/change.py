"""Whether a tendered contract may be changed without a new procedure: the doors of § 132 GWB; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from exchange.orders.model import TIMES_A_YEAR, LegalRoute, Line, Version
from exchange.running.model import add_months

DAY = timedelta(days=1)
DAYS_A_MONTH = 30  # § 191 BGB
MONTHS_A_YEAR = 12


class Door(StrEnum):
    """Why a change needs no new procedure; NONE where nothing of § 132 GWB carries it."""

    NOT_APPLICABLE = "not_applicable"
    IMMATERIAL = "immaterial"
    REVIEW_CLAUSE = "review_clause"
    MINOR = "minor"
    SUCCESSOR = "successor"
    ADDITIONAL = "additional"
    UNFORESEEABLE = "unforeseeable"
    NONE = "none"


D = Door
# what a proposer may claim; the other doors are arithmetic
CLAIMS = (D.REVIEW_CLAUSE, D.ADDITIONAL, D.UNFORESEEABLE, D.SUCCESSOR)
# § 132 Abs. 2 Satz 2 GWB: at most half of the value each; Abs. 5: to be published
CAPPED = (D.ADDITIONAL, D.UNFORESEEABLE)
# claims whose conditions only a lawyer can judge
JUDGED = (*CAPPED, D.SUCCESSOR)
DOOR_LABELS = {
    D.NOT_APPLICABLE: "§ 132 GWB gilt hier nicht",
    D.IMMATERIAL: "keine Änderung des Werts",
    D.REVIEW_CLAUSE: "Überprüfungsklausel oder Option (Abs. 2 Nr. 1)",
    D.MINOR: "geringfügige Änderung (Abs. 3)",
    D.SUCCESSOR: "Wechsel des Auftragnehmers (Abs. 2 Nr. 4)",
    D.ADDITIONAL: "zusätzliche Leistungen (Abs. 2 Nr. 2)",
    D.UNFORESEEABLE: "unvorhersehbare Umstände (Abs. 2 Nr. 3)",
    D.NONE: "kein Weg offen",
}


@dataclass(frozen=True)
class Terms:
    """What a version is worth: lines net in cents a period, days inclusive, `ends_on` None = open-ended."""

    starts_on: date
    ends_on: date | None
    valid_from: date
    lines: Sequence[Line]


@dataclass(frozen=True)
class Claim:
    """What the proposer says of the change: the door, why it is open, and whether the contract has an index clause."""

    door: str = ""
    reason: str = ""
    indexed: bool = False


@dataclass(frozen=True)
class Measure:
    """A change by § 132 GWB; cents net over the term, per cent as numbers, `threshold_cents` None = no rule."""

    legal_route: str
    claim: str
    claim_reason: str
    indexed: bool
    original_cents: int
    reference_cents: int
    change_cents: int
    cumulated_cents: int
    threshold_cents: int | None
    minor_pct: Decimal
    each_pct: Decimal
    notice_days: int

    @property
    def door(self) -> Door:
        """The door the change goes through: the one with the least duties first."""
        if self.legal_route != LegalRoute.TENDERED:
            return D.NOT_APPLICABLE
        if not self.change_cents and not self.claim:
            return D.IMMATERIAL
        order = (D.REVIEW_CLAUSE, D.MINOR, D.SUCCESSOR, D.ADDITIONAL, D.UNFORESEEABLE)
        return next((d for d in order if self.is_open(d)), D.NONE)

    @property
    def minor_limit_cents(self) -> int:
        """§ 132 Abs. 3 GWB: the smaller of threshold and share of the reference value; 0 without a threshold."""
        share = share_of(self.reference_cents, self.minor_pct)
        return min(self.threshold_cents, share) if self.threshold_cents is not None else 0

    @property
    def each_limit_cents(self) -> int:
        """§ 132 Abs. 2 Satz 2 GWB: what a single change may come to."""
        return share_of(self.reference_cents, self.each_pct)

    @property
    def needs_review(self) -> bool:
        """A lawyer answers for it before anybody approves."""
        return self.door in {*JUDGED, D.NONE}

    @property
    def must_be_published(self) -> bool:
        """§ 132 Abs. 5 GWB: a notice of the change in the Official Journal."""
        return self.door in CAPPED

    def is_open(self, door: Door) -> bool:
        """The door carries the change, as far as numbers and the claim say."""
        if door == D.MINOR:
            return (
                self.threshold_cents is not None and self.cumulated_cents <= self.minor_limit_cents
            )
        if self.claim != door:
            return False
        return door not in CAPPED or self.change_cents <= self.each_limit_cents


def share_of(cents: int, pct: Decimal) -> int:
    """A share of an amount, rounded down: nothing above it is within it."""
    return int(cents * pct / 100)


def months_between(first: date, last: date) -> Decimal:
    """Months of a term, both days inclusive: whole ones, the rest as days of a month of 30 (§ 191 BGB)."""
    if last < first:
        return Decimal(0)
    after = last + DAY
    whole = (after.year - first.year) * MONTHS_A_YEAR + after.month - first.month
    if add_months(first, whole) > after:
        whole -= 1
    rest = (after - add_months(first, whole)).days
    return whole + Decimal(min(rest, DAYS_A_MONTH)) / DAYS_A_MONTH


def _months(first: date, ends_on: date | None, horizon: int) -> Decimal:
    return Decimal(horizon) if ends_on is None else months_between(first, ends_on)


def _worth(line: Line | None, months: Decimal) -> Decimal:
    if line is None:
        return Decimal(0)
    if line.period == "once":
        return Decimal(line.net_cents)
    return line.net_cents * TIMES_A_YEAR[line.period] * months / MONTHS_A_YEAR


def _cents(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def terms_of(v: Version) -> Terms:
    """What a version is worth."""
    return Terms(v.starts_on, v.ends_on, v.valid_from, v.lines)


def contract_value(t: Terms, lines: Sequence[Line], horizon: int) -> int:
    """What these lines come to over the term of `t`, in cents; open-ended counts `horizon` months (§ 3 Abs. 11 VgV)."""
    months = _months(t.starts_on, t.ends_on, horizon)
    return _cents(sum((_worth(x, months) for x in lines), Decimal(0)))


def change_value(old: Terms, new: Terms, horizon: int) -> int:
    """Σ|change| of every line from the first day of the new terms on, in cents: no line pays for another."""
    first = new.valid_from
    before, after = ({x.label: x for x in t.lines} for t in (old, new))
    was, shall = (_months(first, t.ends_on, horizon) for t in (old, new))
    gaps = (
        abs(_worth(after.get(n), shall) - _worth(before.get(n), was)) for n in {*before, *after}
    )
    return _cents(sum(gaps, Decimal(0)))


def raises_value(old: Version, new: Version) -> bool:
    """A position costs more or is new, or the term goes on for longer."""
    before = {x.label: x.net_cents * (TIMES_A_YEAR[x.period] or 1) for x in old.lines}
    more = any(
        x.net_cents * (TIMES_A_YEAR[x.period] or 1) > before.get(x.label, 0) for x in new.lines
    )
    longer = old.ends_on is not None and (new.ends_on is None or new.ends_on > old.ends_on)
    return more or longer


def is_tested_again(old: Version, new: Version) -> bool:
    """The in-house light is asked again: other route or agreement, or a higher value."""
    moved = (old.legal_route, old.entrustment) != (new.legal_route, new.entrustment)
    return moved or raises_value(old, new)
