"""A cost pool's states and how its cost is split to the cent; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Refused
from kdnx.money import largest_remainder
from kdnx.text import _

WHOLE = Decimal(100)


class PoolState(StrEnum):
    """Where a settlement of cost stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    DISCARDED = "discarded"


class PoolEvent(StrEnum):
    """What happens to it."""

    PROPOSE = "propose"
    DISCARD = "discard"


S, E = PoolState, PoolEvent
MOVES: dict[tuple[PoolState, PoolEvent], PoolState] = {
    (S.DRAFT, E.PROPOSE): S.PROPOSED,
    (S.DRAFT, E.DISCARD): S.DISCARDED,
}
LABELS = {
    S.DRAFT: "in Vorbereitung",
    S.PROPOSED: "abgerechnet",
    S.DISCARDED: "verworfen",
}
EVENT_LABELS = {E.PROPOSE: "abrechnen", E.DISCARD: "verwerfen"}
BADGES = {S.DRAFT: "info", S.PROPOSED: "success", S.DISCARDED: ""}


class KeyKind(StrEnum):
    """By what the cost is split."""

    INHABITANTS = "inhabitants"
    CASES = "cases"
    EQUAL = "equal"
    OWN = "own"


KEY_LABELS = {
    KeyKind.INHABITANTS: "nach Einwohnern",
    KeyKind.CASES: "nach Fallzahl",
    KeyKind.EQUAL: "zu gleichen Teilen",
    KeyKind.OWN: "nach eigenem Schlüssel",
}


@dataclass(frozen=True)
class Pool:
    """The actual cost of an offering and year; `fixed_pct` of it in equal parts, the rest by key; cents net."""

    owner_id: UUID
    id: UUID
    offering_id: UUID
    title: str
    year: int
    round: int
    key_kind: str
    fixed_pct: Decimal
    by_days: bool
    actual_cents: int
    evidence: str
    key_total: Decimal
    participants: int
    state: str
    row_version: int
    created_at: datetime
    provider_short: str = ""


@dataclass(frozen=True)
class Share:
    """What of a pool falls on one order; days inclusive, cents net, `advances_cents` what is confirmed already."""

    order_id: UUID
    recipient_id: UUID
    number: str
    recipient_short: str
    key: Decimal
    first_day: date
    last_day: date
    share_cents: int = 0
    advances_cents: int = 0
    booking_id: UUID | None = None

    @property
    def days(self) -> int:
        """Days of service in the year."""
        return (self.last_day - self.first_day).days + 1

    @property
    def rest_cents(self) -> int:
        """What is still to be paid; below zero = paid back."""
        return self.share_cents - self.advances_cents


def advance(state: str, event: PoolEvent) -> PoolState:
    """The state after the event; Refused when there is no such move."""
    after = MOVES.get((PoolState(state), event))
    if after is None:
        raise Refused(
            _("Eine Abrechnung im Stand „{state}“ lässt sich nicht {event}.").format(
                state=LABELS[PoolState(state)], event=EVENT_LABELS[event]
            ),
            code="wrong_state",
            remedy=_("Was nach der Abrechnung bekannt wird, regelt eine Nachberechnung."),
        )
    return after


def weights(pool: Pool, shares: Sequence[Share]) -> list[Decimal]:
    """What each order weighs: a part in equal parts, the rest by key; each by its days where the pool says so.

    Refused when somebody has to be charged by a key and all keys are zero.
    """
    spans = [Decimal(s.days) if pool.by_days else Decimal(1) for s in shares]
    keys = [s.key * span for s, span in zip(shares, spans, strict=True)]
    all_keys, all_spans = sum(keys, Decimal(0)), sum(spans, Decimal(0))
    if pool.fixed_pct == WHOLE:
        return spans
    if all_keys <= 0:
        raise Refused(
            _("Es fehlen Schlüsselwerte: Alle sind null."),
            code="no_key",
            remedy=_("Je Abnehmer einen Wert eintragen oder zu gleichen Teilen verteilen."),
        )
    return [
        pool.fixed_pct * span * all_keys + (WHOLE - pool.fixed_pct) * key * all_spans
        for span, key in zip(spans, keys, strict=True)
    ]


def split(pool: Pool, shares: Sequence[Share]) -> list[Share]:
    """The shares of the actual cost: largest remainder, so that they sum to it to the cent."""
    if not shares:
        return []
    parts = largest_remainder(pool.actual_cents, weights(pool, shares))
    return [replace(s, share_cents=c) for s, c in zip(shares, parts, strict=True)]


def service_days(year: int, starts_on: date, runs_until: date | None) -> tuple[date, date] | None:
    """First and last day of service in a year, or None."""
    first = max(date(year, 1, 1), starts_on)
    last = date(year, 12, 31) if runs_until is None else min(date(year, 12, 31), runs_until)
    return (first, last) if first <= last else None
