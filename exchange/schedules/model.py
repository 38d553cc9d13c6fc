"""Which periods an order is billed in and what its lines come to in each; pure, days inclusive, net cents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from exchange.orders.model import Line
from exchange.schedules.accrual import MONTHS_OF, ProRata, accrued, period_of

DAY = timedelta(days=1)
# what is counted or paid once still has a rhythm in which the rest is billed
RHYTHM = {"once": "year", "usage": "month"}


class PieceKind(StrEnum):
    """Why something is booked for a period."""

    FIXED = "fixed"
    USAGE = "usage"
    ONCE = "once"


PIECE_LABELS = {
    PieceKind.FIXED: "Festes Entgelt",
    PieceKind.USAGE: "Nach Nutzung",
    PieceKind.ONCE: "Einmalig",
}


@dataclass(frozen=True)
class PlanVersion:
    """The approved terms of an order as the calendar needs them; `rules` by place of the line."""

    version: int
    valid_from: date
    starts_on: date
    ends_on: date | None
    billing: str
    lines: tuple[Line, ...] = ()
    surcharge: tuple[Decimal, int] = (Decimal(0), 0)
    rules: Mapping[int, ProRata] = field(default_factory=dict, compare=False)

    @property
    def rhythm(self) -> str:
        """month, quarter, half or year."""
        return RHYTHM.get(self.billing, self.billing)

    def is_priced_like(self, other: "PlanVersion") -> bool:
        """Nothing that a booking is computed from differs."""
        mine, theirs = ((v.rhythm, v.lines, v.surcharge) for v in (self, other))
        return mine == theirs


@dataclass(frozen=True)
class Plan:
    """All that decides the periods of an order; `rests` are first and last day without service (None = open)."""

    versions: Sequence[PlanVersion]
    terminated_on: date | None = None
    rests: Sequence[tuple[date, date | None]] = ()
    begins: date = date.min
    continues: bool = False


@dataclass(frozen=True)
class Piece:
    """One booking to be: its days, the version that covers the last of them, and what each line comes to.

    `cents` is None where the quantity is not known yet; `label` names the period ('2026-07').
    """

    kind: PieceKind
    first: date
    last: date
    label: str
    version: int
    amounts: tuple[tuple[Line, int], ...] = ()
    is_counted: bool = True

    @property
    def cents(self) -> int | None:
        """Net of all lines."""
        return sum(c for _line, c in self.amounts) if self.is_counted else None

    def reference(self, number: str) -> str:
        """The business reference of the booking: the same for the same period for ever."""
        tail = {PieceKind.USAGE: "/Nutzung", PieceKind.ONCE: "/einmalig"}.get(self.kind, "")
        return f"{number}/{self.label}{tail}"


def label_of(first: date, rhythm: str) -> str:
    """'2026-07', '2026-Q3', '2026-H2', '2026'; begun later: '2026-07 ab 15.07.'."""
    begins, _ends = period_of(first, rhythm)
    name = {
        "month": f"{first:%Y-%m}",
        "quarter": f"{first.year}-Q{(first.month - 1) // 3 + 1}",
        "half": f"{first.year}-H{(first.month - 1) // 6 + 1}",
        "year": f"{first.year}",
    }[rhythm]
    return name if first == begins else f"{name} ab {first:%d.%m.}"


def stretches(plan: Plan, until: date) -> list[tuple[date, date, PlanVersion]]:
    """When which terms are served, up to a day: in order, without gap but rests, changes without price joined."""
    ordered = sorted(plan.versions, key=lambda v: (v.valid_from, v.version))
    found: list[tuple[date, date, PlanVersion]] = []
    for n, v in enumerate(ordered):
        first = v.starts_on if n == 0 else v.valid_from
        ends = [v.ends_on, plan.terminated_on, until]
        if n + 1 < len(ordered):
            ends.append(ordered[n + 1].valid_from - DAY)
        last = min(e for e in ends if e is not None)
        first = max(first, plan.begins)
        if last < first:
            continue
        if found and found[-1][1] + DAY == first and found[-1][2].is_priced_like(v):
            found[-1] = (found[-1][0], last, v)
        else:
            found.append((first, last, v))
    return [(a, b, v) for first, last, v in found for a, b in _without(first, last, plan.rests)]


def _without(
    first: date, last: date, rests: Sequence[tuple[date, date | None]]
) -> list[tuple[date, date]]:
    parts = [(first, last)]
    for begins, ends in rests:
        cut = []
        for a, b in parts:
            until = b if ends is None else min(ends, b)
            if begins > b or until < a:
                cut.append((a, b))
                continue
            cut += [(x, y) for x, y in ((a, max(begins, a) - DAY), (until + DAY, b)) if x <= y]
        parts = cut
    return parts


def pieces(plan: Plan, until: date) -> list[Piece]:
    """Every booking of an order whose period begins up to a day, oldest first."""
    horizon = date(until.year + 1, 12, 31)
    found: list[Piece] = []
    before: date | None = None
    for first, last, v in stretches(plan, horizon):
        for a, b in _periods(first, last, v.rhythm):
            if a > until:
                break
            begun = before is not None and (before.year, before.month) == (a.year, a.month)
            found += _of_period(plan, a, b, v, is_begun=begun)
            before = b
    return sorted([*found, *_once(plan, until)], key=lambda p: (p.first, p.kind != PieceKind.ONCE))


def _periods(first: date, last: date, rhythm: str) -> list[tuple[date, date]]:
    found = []
    while first <= last:
        ends = min(period_of(first, rhythm)[1], last)
        found.append((first, ends))
        first = ends + DAY
    return found


def _of_period(plan: Plan, a: date, b: date, v: PlanVersion, *, is_begun: bool) -> list[Piece]:
    label = label_of(a, v.rhythm)
    covering = max(
        (x for x in plan.versions if x.valid_from <= b and x.is_priced_like(v)),
        key=lambda x: (x.valid_from, x.version),
        default=v,
    )
    amounts = tuple(
        (x, accrued(x, v.rules.get(x.ordinal, ProRata.TWELFTHS), a, b, is_begun=is_begun))
        for x in v.lines
        if x.period in MONTHS_OF
    )
    found = []
    if amounts:
        found.append(Piece(PieceKind.FIXED, a, b, label, covering.version, amounts))
    counted = tuple((x, 0) for x in v.lines if x.period == "usage")
    if counted:
        found.append(
            Piece(PieceKind.USAGE, a, b, label, covering.version, counted, is_counted=False)
        )
    return found


def _once(plan: Plan, until: date) -> list[Piece]:
    """What is paid once, on the first day of the version that brings it; what began under a predecessor is paid."""
    known: set[tuple[str, int | None, int]] = set()
    found = []
    ordered = sorted(plan.versions, key=lambda v: (v.valid_from, v.version))
    for n, v in enumerate(ordered):
        new = [x for x in v.lines if x.period == "once" and _name(x) not in known]
        known |= {_name(x) for x in v.lines if x.period == "once"}
        day = v.starts_on if n == 0 else v.valid_from
        is_outside = not plan.begins <= day <= min(until, plan.terminated_on or until)
        if not new or is_outside or (n == 0 and plan.continues):
            continue
        amounts = tuple((x, x.net_cents) for x in new)
        found.append(Piece(PieceKind.ONCE, day, day, f"{day:%Y-%m-%d}", v.version, amounts))
    return found


def _name(line: Line) -> tuple[str, int | None, int]:
    return line.label, line.price_ordinal, line.net_cents


class Standing(StrEnum):
    """Where a period stands."""

    BOOKED = "booked"
    DUE = "due"
    FUTURE = "future"
    NEEDS_QUANTITY = "needs_quantity"
    NEEDS_TAX = "needs_tax"
    OVER_CAP = "over_cap"
    BY_HAND = "by_hand"
    PAUSED = "paused"
    OFF = "off"
    NOTHING = "nothing"


S = Standing
STANDING_LABELS = {
    Standing.BOOKED: "gebucht",
    Standing.DUE: "fällig",
    Standing.FUTURE: "vorgesehen",
    Standing.NEEDS_QUANTITY: "wartet auf Menge",
    Standing.NEEDS_TAX: "wartet auf Steuerfall",
    Standing.OVER_CAP: "über dem Jahreshöchstbetrag",
    Standing.BY_HAND: "von Hand gebucht",
    Standing.PAUSED: "ruht",
    Standing.OFF: "abgeschaltet",
    Standing.NOTHING: "nichts zu buchen",
}
STANDING_BADGES = {
    Standing.BOOKED: "success",
    Standing.DUE: "info",
    Standing.NEEDS_QUANTITY: "warning",
    Standing.NEEDS_TAX: "warning",
    Standing.OVER_CAP: "danger",
    Standing.PAUSED: "warning",
}


def counted(piece: Piece, amounts: Mapping[int, int]) -> Piece:
    """A usage piece with what its lines come to, by place of the line."""
    return replace(
        piece,
        amounts=tuple((x, amounts[x.ordinal]) for x, _zero in piece.amounts),
        is_counted=True,
    )


def rests_of(events: Sequence[tuple[str, date]]) -> list[tuple[date, date | None]]:
    """Days without service from pauses and resumptions; the days of both acts are served."""
    found: list[tuple[date, date | None]] = []
    since: date | None = None
    for event, day in events:
        if event == "pause":
            since = day + DAY
        elif since is not None:
            if since <= day - DAY:
                found.append((since, day - DAY))
            since = None
    return [*found, (since, None)] if since is not None else found


def next_look(
    found: Sequence[tuple[Piece, Standing]], today: date, *, is_over: bool
) -> date | None:
    """When the calendar is to be asked again: tomorrow for what waits, else at the next end of a period.

    At the latest on the first of the next month, for terms may change; None when nothing can come any more.
    """
    waiting = {S.NEEDS_TAX, S.NEEDS_QUANTITY, S.OVER_CAP, S.DUE, S.PAUSED}
    if any(s in waiting and p.last < today for p, s in found):
        return today + DAY
    coming = [p.last + DAY for p, s in found if p.last >= today]
    if is_over and not coming:
        return None
    _first, last = period_of(today, "month")
    return min([*coming, last + DAY])
