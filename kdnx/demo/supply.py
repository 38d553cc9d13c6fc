"""Who delivers how much of what to whom and when, by fixed seed: pure figures, all invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from kdnx.money import largest_remainder

SEED = 20261122
# yearly volume in cents; 2023 and 2024 are the two given ones, the others are invented too
TOTALS = {
    2021: 19_600_000_00,
    2022: 21_850_000_00,
    2023: 24_000_000_00,
    2024: 26_000_000_00,
    2025: 27_900_000_00,
    2026: 29_400_000_00,
}
FIRST, LAST = min(TOTALS), max(TOTALS)
SHARES = {
    "line_of_business": 34,
    "hosting": 17,
    "printing": 12,
    "hr_finance": 11,
    "geodata": 7,
    "portals": 7,
    "security": 5,
    "service_desk": 3,
    "ai": 2,
    "consulting": 2,
}
# how a category moved against the others, by year from 2024 (1 = as in 2024)
DRIFT = {"ai": 0.6, "portals": 0.12, "security": 0.15, "printing": -0.06}
# member, share of the volume it delivers in per cent, in which categories (first = most)
PROVIDERS = (
    ("M21", 18.0, "line_of_business hosting hr_finance portals printing ai consulting"),
    ("M23", 15.0, "line_of_business printing hr_finance security portals"),
    ("M08", 12.0, "hosting line_of_business hr_finance security"),
    ("M28", 8.4, "line_of_business geodata hosting"),
    ("M13", 7.0, "hr_finance line_of_business portals"),
    ("M03", 6.0, "printing line_of_business service_desk"),
    ("M02", 5.0, "portals line_of_business ai"),
    ("M14", 4.0, "security hosting service_desk"),
    ("M07", 3.2, "geodata line_of_business"),
    ("M26", 2.9, "service_desk line_of_business hosting"),
    ("M05", 2.6, "ai hosting line_of_business"),
    ("M10", 2.4, "line_of_business consulting"),
    ("M20", 2.2, "line_of_business portals"),
    ("M04", 2.0, "hosting geodata"),
    ("M11", 1.9, "printing line_of_business"),
    ("M19", 1.7, "line_of_business geodata"),
    ("M22", 1.5, "hosting consulting"),
    ("M12", 1.3, "geodata line_of_business"),
    ("M09", 1.2, "hr_finance consulting"),
    ("M25", 1.1, "security line_of_business"),
    ("M15", 1.0, "line_of_business portals"),
)
# the two that merged into SUCCESSOR: part of what it delivers was theirs until then
SUCCESSOR, MERGED, MERGED_ON = "M28", ("M29", "M30"), date(2024, 7, 1)
ORDERS = 384
OFFERINGS = 150
RHYTHMS = (
    "month",
    "quarter",
    "year",
    "quarter",
    "half",
    "quarter",
    "year",
    "month",
    "half",
    "quarter",
    "month",
    "quarter",
)
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
Cell = tuple[str, str]


@dataclass(frozen=True)
class OrderSeed:
    """An order before it has terms: `provider` as of its start; `offering` is the place in its cell."""

    number: str
    provider: str
    recipient: str
    category: str
    offering: int
    starts_on: date
    ends_on: date | None
    rhythm: str
    weight: float

    @property
    def cell(self) -> Cell:
        """Deliverer of today and category."""
        return (SUCCESSOR if self.provider in MERGED else self.provider, self.category)


@dataclass(frozen=True)
class BookingSeed:
    """A booking before it has an amount: whole months of one order in one year."""

    order: OrderSeed
    service_from: date
    service_to: date

    @property
    def months(self) -> int:
        """Length in months."""
        return self.service_to.month - self.service_from.month + 1


def cells() -> dict[Cell, float]:
    """Share of the volume by (provider, category): rows and columns fitted to both given shares."""
    total = sum(w for _p, w, _c in PROVIDERS)
    wanted = {p: w / total for p, w, _c in PROVIDERS}
    found = {
        (p, c): w * 0.7**place for p, w, cats in PROVIDERS for place, c in enumerate(cats.split())
    }
    for _round in range(400):
        for key, of in ((0, wanted), (1, {c: s / 100 for c, s in SHARES.items()})):
            sums: dict[str, float] = {}
            for cell, value in found.items():
                sums[cell[key]] = sums.get(cell[key], 0) + value
            found = {cell: v * of[cell[key]] / sums[cell[key]] for cell, v in found.items()}
    return found


def spread(weights: Mapping[Cell, float], count: int, most: Mapping[Cell, int]) -> dict[Cell, int]:
    """At least one and at most `most` for every cell, `count` altogether, by weight."""
    found = dict.fromkeys(weights, 1)
    for _n in range(count - len(found)):
        free = [c for c in found if found[c] < most[c]]
        best = max(free, key=lambda c: weights[c] / found[c])
        found[best] += 1
    return found


def offerings_by_cell(services: Mapping[str, int]) -> dict[Cell, int]:
    """How many offerings a provider has in a category; `services` = how many there are to choose from."""
    weights = {cell: v**0.5 for cell, v in cells().items()}
    return spread(weights, OFFERINGS, {cell: services[cell[1]] for cell in weights})


def orders(inhabitants: Mapping[str, int], offered: Mapping[Cell, int]) -> list[OrderSeed]:
    """About 380 orders; the first of every cell runs through, so that no cell is ever empty."""
    random = Random(SEED)  # noqa: S311  # the same figures every time are the point
    shares = cells()
    counts = spread({c: v**0.6 for c, v in shares.items()}, ORDERS, dict.fromkeys(shares, 40))
    recipients = {m: max(n, 150_000) ** 0.4 for m, n in inhabitants.items() if m not in MERGED}
    taken: set[tuple[Cell, int, str]] = set()
    found = [
        _order(random, cell, n, offered[cell], recipients, taken)
        for cell in sorted(counts)
        for n in range(counts[cell])
    ]
    numbered: dict[int, int] = {}
    result = []
    for order in sorted(
        found, key=lambda o: (o.starts_on, o.provider, o.recipient, o.category, o.offering)
    ):
        year = order.starts_on.year
        numbered[year] = numbered.get(year, 0) + 1
        result.append(OrderSeed(**{**order.__dict__, "number": f"L-{year}-{numbered[year]:04d}"}))
    return result


def _order(
    random: Random,
    cell: Cell,
    n: int,
    offered: int,
    recipients: Mapping[str, float],
    taken: set[tuple[Cell, int, str]],
) -> OrderSeed:
    provider, category = cell
    offering = n % offered
    merged = provider == SUCCESSOR and n % 3 != 2 and category != "hosting"
    starts, ends = _term(random, n, merged=merged)
    while True:
        recipient = random.choices(list(recipients), list(recipients.values()))[0]
        if recipient != provider and (cell, offering, recipient) not in taken:
            break
    taken.add((cell, offering, recipient))
    if (
        not merged
        and n % 12 == 6
        and provider != SUCCESSOR
        and starts < date(2023, 1, 1)
        and ends is None
    ):
        recipient = random.choice(MERGED)
    if merged:
        provider = MERGED[n % 2]
    rhythm = random.choice(RHYTHMS)
    return OrderSeed(
        "", provider, recipient, category, offering, starts, ends, rhythm, random.uniform(0.4, 1.6)
    )


def _term(random: Random, n: int, *, merged: bool) -> tuple[date, date | None]:
    """Most run since long; a third began later; some are over. Terms begin and end with months."""
    if n == 0 or merged:
        return date(2018 + random.randrange(3), 1, 1), None
    starts = date(2018 + random.randrange(3), random.choice((1, 1, 4, 7)), 1)
    if n % 3 == 1:
        starts = date(
            random.choice((2021, 2022, 2022, 2023, 2024, 2025)), random.choice((1, 1, 4, 7, 10)), 1
        )
    if n % 8 == 5 and starts.year < 2022:
        return starts, date(random.choice((2022, 2023, 2024, 2025)), 12, 31)
    return starts, None


def bookings(
    every: Sequence[OrderSeed], until: date, *, whole: bool = False
) -> dict[int, list[tuple[BookingSeed, int]]]:
    """Bookings by year with cents that sum to the year's total; of a running year the periods that are over.

    What is billed by quarter, half or year comes at its end: a running year shows what it would show in reality.
    `whole` takes its coming periods as well.
    """
    shares = cells()
    found: dict[int, list[tuple[BookingSeed, int]]] = {}
    for year, total in TOTALS.items():
        if year > until.year:
            continue
        seeds = [b for o in every for b in _periods(o, year)]
        weights = _weights(seeds, shares, year)
        cents = largest_remainder(total, [Decimal(str(w)) for w in weights])
        months = 12 if whole or year < until.year else until.month - 1
        over = [(s, c) for s, c in zip(seeds, cents, strict=True) if s.service_to.month <= months]
        if over:
            found[year] = over
    return found


def _periods(order: OrderSeed, year: int) -> list[BookingSeed]:
    step = MONTHS[order.rhythm]
    first = max(
        1,
        order.starts_on.month
        if order.starts_on.year == year
        else 1
        if order.starts_on.year < year
        else 13,
    )
    last = 12 if order.ends_on is None or order.ends_on.year >= year else 0
    found = []
    for begin in range(1, 13, step):
        left, right = max(begin, first), min(begin + step - 1, last)
        found += _cut(order, year, left, right)
    return found


def _cut(order: OrderSeed, year: int, left: int, right: int) -> list[BookingSeed]:
    """One booking, or two where the merger falls into it: no booking stands under two members."""
    if left > right:
        return []
    inside = (order.provider in MERGED or order.recipient in MERGED) and year == MERGED_ON.year
    if inside and left < MERGED_ON.month <= right:
        parts = [(left, MERGED_ON.month - 1), (MERGED_ON.month, right)]
    else:
        parts = [(left, right)]
    return [BookingSeed(order, date(year, a, 1), last_day(year, b)) for a, b in parts]


def _weights(seeds: Sequence[BookingSeed], shares: Mapping[Cell, float], year: int) -> list[float]:
    """Every cell gets its share of the year, within it by weight of the order and months."""
    sums: dict[Cell, float] = {}
    for seed in seeds:
        sums[seed.order.cell] = sums.get(seed.order.cell, 0) + seed.order.weight * seed.months
    moved = {c: max(0.15, 1 + DRIFT.get(c, 0) * (year - 2024)) for c in SHARES}
    return [
        shares[s.order.cell]
        * moved[s.order.category]
        * s.order.weight
        * s.months
        / sums[s.order.cell]
        for s in seeds
    ]


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
