"""Cooperations and the market share of what they cover (§ 108 (6) no. 3, (8) GWB), exact; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from uuid import UUID

from exchange.inhouse.model import House, Light, Limit, years_before
from kdnx.errors import Refused
from kdnx.text import _


class CooperationState(StrEnum):
    """Where an agreement stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ACTIVE = "active"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class CooperationEvent(StrEnum):
    """What moves an agreement; `conclude` is the last party's consent, `end` its last day."""

    PROPOSE = "propose"
    RETURN = "return"
    CONCLUDE = "conclude"
    WITHDRAW = "withdraw"
    END = "end"


class YearState(StrEnum):
    """Where a party's amounts of a year stand."""

    ENTERED = "entered"
    SIGNED = "signed"
    SUPERSEDED = "superseded"


S, E = CooperationState, CooperationEvent
MOVES: dict[tuple[CooperationState, CooperationEvent], CooperationState] = {
    (S.DRAFT, E.PROPOSE): S.PROPOSED,
    (S.DRAFT, E.WITHDRAW): S.WITHDRAWN,
    (S.PROPOSED, E.RETURN): S.DRAFT,
    (S.PROPOSED, E.CONCLUDE): S.ACTIVE,
    (S.PROPOSED, E.WITHDRAW): S.WITHDRAWN,
    (S.ACTIVE, E.END): S.ENDED,
}
LABELS = {
    S.DRAFT: "Entwurf",
    S.PROPOSED: "zur Zustimmung",
    S.ACTIVE: "in Kraft",
    S.ENDED: "beendet",
    S.WITHDRAWN: "zurückgezogen",
}
BADGES = {S.DRAFT: "", S.PROPOSED: "info", S.ACTIVE: "success", S.ENDED: "", S.WITHDRAWN: ""}
EVENT_LABELS = {
    E.PROPOSE: "zur Zustimmung vorlegen",
    E.RETURN: "zur Überarbeitung zurückgeben",
    E.CONCLUDE: "zustimmen",
    E.WITHDRAW: "zurückziehen",
    E.END: "beenden",
}
YEAR_MOVES: dict[tuple[YearState, str], YearState] = {
    (YearState.ENTERED, "sign"): YearState.SIGNED,
    (YearState.SIGNED, "supersede"): YearState.SUPERSEDED,
}
YEAR_LABELS = {
    YearState.ENTERED: "eingetragen, zweite Unterschrift fehlt",
    YearState.SIGNED: "unterzeichnet",
    YearState.SUPERSEDED: "ersetzt",
}
LIGHT_LABELS = {
    Light.GREEN: "grün – Markt deutlich unter der Grenze",
    Light.AMBER: "gelb – nahe an der Grenze",
    Light.RED: "rot – Grenze nicht eingehalten",
    Light.GREY: "grau – Angaben fehlen",
}


@dataclass(frozen=True)
class Terms:
    """What an agreement says: covered activities, the conditions of § 108 (6) in words, paper, dates."""

    title: str
    activities: str
    goals: str
    public_interest: str
    no_advantage: str
    agreement: str
    agreed_on: date | None
    valid_from: date
    valid_to: date | None
    party_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Cooperation(Terms):
    """An agreement; owner = the house that keeps the file; `round` counts how often it was proposed."""

    owner_id: UUID
    id: UUID
    state: str
    round: int
    end_reason: str
    author_id: UUID | None
    row_version: int

    def is_in_force(self, on: date) -> bool:
        """Concluded and within its term on that day."""
        return (
            self.state == S.ACTIVE
            and self.valid_from <= on
            and (self.valid_to is None or on <= self.valid_to)
        )


@dataclass(frozen=True)
class YearAmounts:
    """A version of what a party did in the covered activities in a year; cents."""

    owner_id: UUID
    cooperation_id: UUID
    year: int
    version: int
    id: UUID
    basis: str
    market_cents: int
    total_cents: int
    evidence: str
    state: str
    author_id: UUID
    signer_id: UUID | None
    signed_at: datetime | None
    row_version: int


@dataclass(frozen=True)
class Part:
    """A party's sums of the three years; cents. `party_id` is the house that acts today."""

    party_id: UUID
    market_cents: int
    total_cents: int

    @property
    def share(self) -> Fraction | None:
        """M of this party, exact; None where it did nothing."""
        return Fraction(self.market_cents, self.total_cents) if self.total_cents > 0 else None


@dataclass(frozen=True)
class Joint:
    """The test of a cooperation for an award year: jointly, per party, worst of all (domain.md 3.2).

    `missing` gives the years each party has not declared; `headroom_cents` (joint) is negative beyond the
    limit and None while amounts are missing.
    """

    award_year: int
    years: tuple[int, ...]
    market_cents: int
    total_cents: int
    parts: tuple[Part, ...]
    missing: Mapping[UUID, tuple[int, ...]]
    worst: Part | None
    light: Light
    headroom_cents: int | None

    @property
    def share(self) -> Fraction | None:
        """M jointly; None where it cannot be said."""
        if self.missing or self.total_cents <= 0:
            return None
        return Fraction(self.market_cents, self.total_cents)

    @property
    def is_provisional(self) -> bool:
        """The last year is not declared by all and not yet due."""
        return self.years[-1] != self.award_year - 1


def advance(state: str, event: CooperationEvent) -> CooperationState:
    """The next state; Refused where the move does not exist."""
    after = MOVES.get((S(state), event))
    if after is None:
        raise Refused(
            _("„{event}“ geht nicht, solange die Zusammenarbeit im Zustand „{state}“ ist.").format(
                event=EVENT_LABELS[event], state=LABELS[S(state)]
            ),
            code="wrong_state",
            remedy=_("Die Seite neu laden; sie zeigt den nächsten Schritt."),
        )
    return after


def cooperation_headroom(market: int, total: int, limit: Fraction) -> Fraction:
    """Extra market turnover x with (M+x)/(T+x) = limit: x = (limit·T − M)/(1 − limit)."""
    return (limit * total - market) / (1 - limit)


def percent_up(share: Fraction) -> Decimal:
    """A market share in percent with two places, rounded up: never shown better than it is."""
    return Decimal(ceil(share * 10_000)) / 100


def light_of(share: Fraction | None, limit: Limit) -> Light:
    """Strict: exactly at the limit is red (§ 108 (6) no. 3 GWB: less than 20 percent); green up to the amber share."""
    if share is None:
        return Light.GREY
    if share >= limit.pct:
        return Light.RED
    return Light.GREEN if share <= limit.amber else Light.AMBER


def joint_of(
    award_year: int,
    by_party: Mapping[UUID, Mapping[int, tuple[int, int]]],
    limit: Limit,
    *,
    is_due: bool = True,
) -> Joint:
    """The test over the three years before the award; `by_party` gives (market, total) in cents of every party.

    `is_due`: the amounts of the last year are overdue, so that no older year stands in for them. The result
    is the worst of the joint share and that of each party.
    """
    everywhere = set.intersection(*(set(years) for years in by_party.values()))
    years = years_before(award_year, everywhere, is_due=is_due)
    missing = {
        party: gone
        for party, of_party in by_party.items()
        if (gone := tuple(y for y in years if y not in of_party))
    }
    parts = tuple(
        Part(
            party,
            sum(of_party[y][0] for y in years if y in of_party),
            sum(of_party[y][1] for y in years if y in of_party),
        )
        for party, of_party in by_party.items()
    )
    market, total = sum(p.market_cents for p in parts), sum(p.total_cents for p in parts)
    if missing or total <= 0:
        return Joint(award_year, years, market, total, parts, missing, None, Light.GREY, None)
    worst = _worst(parts)
    shares = [s for s in (Fraction(market, total), worst.share if worst else None) if s is not None]
    room = floor(cooperation_headroom(market, total, limit.pct))
    light = light_of(max(shares), limit)
    return Joint(award_year, years, market, total, parts, missing, worst, light, room)


def _worst(parts: Sequence[Part]) -> Part | None:
    known = [p for p in parts if p.share is not None]
    return max(known, key=lambda p: p.share or Fraction(0)) if known else None


def houses_in(party_ids: Collection[UUID], houses: Sequence[House]) -> list[House]:
    """Of a house and those it succeeded, the ones whose amounts count; `houses` begins with the house of today.

    A house that took a party over declares for it from the year of the succession on.
    """
    today, *before = houses
    kept = [h for h in before if h.member_id in party_ids]
    if today.member_id in party_ids or not kept:
        return [today, *kept]
    first = max((h.last or 0) + 1 for h in kept)
    return [House(today.member_id, first), *kept]
