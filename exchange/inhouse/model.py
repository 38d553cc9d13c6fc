"""Shares of entrusted activity after § 108 (1), (4), (8) GWB, exact; states of declarations; pure."""

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import floor
from uuid import UUID

from kdnx.errors import Refused
from kdnx.text import _

YEARS = 3  # § 108 (8) GWB: the three years before the award
HORIZON = 10


class DeclarationState(StrEnum):
    """Where a declaration stands."""

    DRAFT = "draft"
    SIGNED_ONCE = "signed_once"
    SIGNED = "signed"
    SUPERSEDED = "superseded"


class DeclarationEvent(StrEnum):
    """What moves a declaration."""

    SIGN_FIRST = "sign_first"
    SIGN_SECOND = "sign_second"
    GIVE_BACK = "give_back"
    SUPERSEDE = "supersede"


class Basis(StrEnum):
    """What the amounts measure (§ 108 (8) GWB)."""

    TURNOVER = "turnover"
    COST = "cost"
    FORECAST = "forecast"


class Light(StrEnum):
    """The traffic light of a member."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


S, E = DeclarationState, DeclarationEvent
MOVES: dict[tuple[DeclarationState, DeclarationEvent], DeclarationState] = {
    (S.DRAFT, E.SIGN_FIRST): S.SIGNED_ONCE,
    (S.SIGNED_ONCE, E.SIGN_SECOND): S.SIGNED,
    (S.SIGNED_ONCE, E.GIVE_BACK): S.DRAFT,
    (S.SIGNED, E.SUPERSEDE): S.SUPERSEDED,
}
LABELS = {
    S.DRAFT: "Entwurf",
    S.SIGNED_ONCE: "einmal unterzeichnet",
    S.SIGNED: "unterzeichnet",
    S.SUPERSEDED: "ersetzt",
}
EVENT_LABELS = {
    E.SIGN_FIRST: "zuerst unterzeichnen",
    E.SIGN_SECOND: "als zweite Person unterzeichnen",
    E.GIVE_BACK: "zurückgeben",
    E.SUPERSEDE: "ersetzen",
}
BASIS_LABELS = {
    Basis.TURNOVER: "Umsatz",
    Basis.COST: "Kosten",
    Basis.FORECAST: "Prognose",
}
LIGHT_LABELS = {
    Light.GREEN: "grün – deutlich über der Grenze",
    Light.AMBER: "gelb – nahe an der Grenze",
    Light.RED: "rot – Grenze nicht eingehalten",
    Light.GREY: "grau – Angaben fehlen",
}
LIGHT_BADGES = {
    Light.GREEN: "success",
    Light.AMBER: "warning",
    Light.RED: "danger",
    Light.GREY: "",
}
PARTS = (
    "kdnx_cents", "owners_cents", "kdn_members_cents", "other_public_cents", "third_party_cents", "market_cents",
)  # fmt: skip
PART_LABELS = {
    "kdnx_cents": "Leistungen an Mitglieder über kdnx",
    "owners_cents": "Leistungen an eigene Träger",
    "kdn_members_cents": "Leistungen an Mitglieder außerhalb von kdnx",
    "other_public_cents": "betraute Leistungen an andere öffentliche Stellen",
    "third_party_cents": "von Dritten bezahlt, aus betrauter Aufgabe",
    "market_cents": "Markt: alles Übrige",
}


@dataclass(frozen=True)
class Amounts:
    """What a house declares for a year, in cents; `total_cents` is the sum of the other six."""

    total_cents: int
    kdnx_cents: int
    owners_cents: int
    kdn_members_cents: int
    other_public_cents: int
    third_party_cents: int
    market_cents: int


@dataclass(frozen=True)
class Declaration(Amounts):
    """A version of a member's declaration for a year."""

    owner_id: UUID
    year: int
    version: int
    id: UUID
    basis: str
    evidence: str
    state: str
    author_id: UUID | None
    signer_1: UUID | None
    signed_1_at: datetime | None
    signer_2: UUID | None
    signed_2_at: datetime | None
    row_version: int

    @property
    def entrusted_cents(self) -> int:
        """Everything but the market."""
        return self.total_cents - self.market_cents


@dataclass(frozen=True)
class Limit:
    """The dated rule: pass only above `pct`; green from `amber_pct` on. Both as shares of one."""

    pct: Fraction
    amber: Fraction
    rule_id: UUID
    norm: str
    source: str


@dataclass(frozen=True)
class Term:
    """Until which day of the following year a declaration is due, by the dated rule."""

    month: int
    day: int
    rule_id: UUID
    source: str

    def due_on(self, year: int) -> date:
        """The last day for the declaration of `year`; a day the month does not have is its last one."""
        return date(year + 1, self.month, min(self.day, monthrange(year + 1, self.month)[1]))

    def is_over(self, award_year: int, today: date) -> bool:
        """The declaration of the year before the award is overdue: no older year stands in for it."""
        return today > self.due_on(award_year - 1)


@dataclass(frozen=True)
class House:
    """A house whose declarations count: from `first` on, and (a predecessor) up to `last`; None = no bound."""

    member_id: UUID
    first: int | None = None
    last: int | None = None

    def must_declare(self, year: int) -> bool:
        """The year is missing without its declaration."""
        return (self.first is None or year >= self.first) and (
            self.last is None or year <= self.last
        )


@dataclass(frozen=True)
class Standing:
    """The test for an award year: sums of three years in cents, light, and what may still come from the market.

    `years` are the three that count. `headroom_cents` is negative beyond the limit and None where years are missing.
    """

    award_year: int
    entrusted_cents: int
    total_cents: int
    missing: tuple[int, ...]
    light: Light
    headroom_cents: int | None
    years: tuple[int, ...] = ()

    @property
    def is_provisional(self) -> bool:
        """The year before the award is not declared and not yet due: the three years before it count."""
        return bool(self.years) and self.years[-1] != self.award_year - 1

    @property
    def share(self) -> Fraction | None:
        """E, exact; None where it cannot be said."""
        if self.missing or self.total_cents <= 0:
            return None
        return Fraction(self.entrusted_cents, self.total_cents)

    @property
    def percent(self) -> Decimal | None:
        """E in percent with two places, cut and never rounded up to a limit."""
        return None if self.share is None else Decimal(floor(self.share * 10_000)) / 100


@dataclass(frozen=True)
class Outlook:
    """The first award year beyond the limit by the trend; None: not within ten years."""

    earliest: int | None
    central: int | None
    latest: int | None


def advance(state: str, event: DeclarationEvent) -> DeclarationState:
    """The next state; Refused where the move does not exist."""
    after = MOVES.get((DeclarationState(state), event))
    if after is None:
        raise Refused(
            _("„{event}“ geht nicht, solange die Erklärung im Zustand „{state}“ ist.").format(
                event=EVENT_LABELS[event], state=LABELS[DeclarationState(state)]
            ),
            code="wrong_state",
            remedy=_("Die Seite neu laden; sie zeigt den nächsten Schritt."),
        )
    return after


def headroom(entrusted: int, total: int, limit: Fraction) -> Fraction:
    """Extra market turnover x with E/(T+x) = limit, exactly: x = E/limit − T (domain.md 3.3)."""
    return Fraction(entrusted) / limit - total


def light_of(share: Fraction | None, limit: Limit) -> Light:
    """Strict: exactly at the limit is red (§ 108 (1) no. 2 GWB: more than 80 percent)."""
    if share is None:
        return Light.GREY
    if share <= limit.pct:
        return Light.RED
    return Light.GREEN if share >= limit.amber else Light.AMBER


def combine(
    houses: Sequence[House], signed: Mapping[UUID, Mapping[int, tuple[int, int]]]
) -> dict[int, tuple[int, int]]:
    """The sums of a house and those it succeeded, year by year; a year counts when all have declared it."""
    every = {y for of_house in signed.values() for y in of_house}
    found = {}
    for year in sorted(every):
        if any(h.must_declare(year) and year not in signed.get(h.member_id, {}) for h in houses):
            continue
        pairs = [signed[h.member_id][year] for h in houses if year in signed.get(h.member_id, {})]
        found[year] = (sum(p[0] for p in pairs), sum(p[1] for p in pairs))
    return found


def years_before(award_year: int, declared: Collection[int], *, is_due: bool) -> tuple[int, ...]:
    """The three years that count for an award: those before it, or until the last one is due the three before that.

    § 108 (8) GWB asks for the last three years; the accounts of the last one are there only in the middle of the next.
    """
    strict = tuple(range(award_year - YEARS, award_year))
    earlier = tuple(y - 1 for y in strict)
    if is_due or award_year - 1 in declared or not set(earlier) <= set(declared):
        return strict
    return earlier


def standing(
    award_year: int,
    by_year: Mapping[int, tuple[int, int]],
    limit: Limit,
    *,
    is_due: bool = True,
) -> Standing:
    """The test over three years before the award; `by_year` gives (entrusted, total) in cents.

    `is_due` says that the declaration of the last year is overdue, so that nothing stands in for it.
    """
    years = years_before(award_year, by_year, is_due=is_due)
    missing = tuple(y for y in years if y not in by_year)
    entrusted = sum(by_year[y][0] for y in years if y in by_year)
    total = sum(by_year[y][1] for y in years if y in by_year)
    share = None if missing or total <= 0 else Fraction(entrusted, total)
    room = None if share is None else floor(headroom(entrusted, total, limit.pct))
    return Standing(award_year, entrusted, total, missing, light_of(share, limit), room, years)


def outlook(now: Standing, by_year: Mapping[int, tuple[int, int]], limit: Limit) -> Outlook | None:
    """When the trend breaks the limit: the mean step, and as band the smaller and the larger one.

    None where a year is missing, where the limit is broken today, or where all three years are alike.
    """
    if now.share is None or now.light == Light.RED:
        return None
    points = [by_year[y] for y in now.years]
    award_year = now.years[-1] + 1
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
    if all(s == (0, 0) for s in steps):
        return None
    mean = (Fraction(points[-1][0] - points[0][0], 2), Fraction(points[-1][1] - points[0][1], 2))
    found = [_breach(award_year, points, (Fraction(e), Fraction(t)), limit) for e, t in steps]
    central = _breach(award_year, points, mean, limit)
    known = sorted(y for y in (*found, central) if y is not None)
    latest = known[-1] if known and None not in (*found, central) else None
    return Outlook(known[0] if known else None, central, latest)


def _breach(
    award_year: int,
    points: Sequence[tuple[int, int]],
    step: tuple[Fraction, Fraction],
    limit: Limit,
) -> int | None:
    line = [(Fraction(e), Fraction(t)) for e, t in points]
    for year in range(award_year + 1, award_year + HORIZON + 1):
        last = line[-1]
        total = max(last[1] + step[1], Fraction(0))
        line.append((min(max(last[0] + step[0], Fraction(0)), total), total))
        window = line[-YEARS:]
        whole = sum((t for _e, t in window), Fraction(0))
        if whole > 0 and sum((e for e, _t in window), Fraction(0)) <= limit.pct * whole:
            return year
    return None
