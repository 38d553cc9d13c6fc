"""What an offering costs a house from its start on: line by line, this year, a whole year, five years; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from catalog.offerings.model import add_months
from catalog.prices.keys import expected_share
from catalog.prices.model import (
    OF_THE_HOUSE,
    SETTLED,
    Allocation,
    Per,
    PriceBase,
    PriceItem,
    PriceKind,
    amount,
    earliest_adjustment,
    yearly,
)
from catalog.prices.periods import pro_rata, years_of
from kdnx.money import half_up

HORIZON_MONTHS = 60
WHOLE = Decimal(100)
Tables = Sequence[tuple[date, Sequence[PriceItem]]]


@dataclass(frozen=True)
class Case:
    """What is asked: from `start` until before `end`, quantities by position, index assumption in % a year."""

    start: date
    end: date | None = None
    quantities: Mapping[int, Decimal] = field(default_factory=dict)
    index_pct: Decimal = Decimal(0)

    @property
    def horizon(self) -> date:
        """The end of the outlook (exclusive): five years, or the end of the contract before that."""
        five = add_months(self.start, HORIZON_MONTHS)
        return min(five, self.end) if self.end else five

    def of(self, item: PriceItem) -> Decimal:
        """The quantity of a position; one for what is charged as a whole."""
        if item.base in {PriceBase.FLAT, PriceBase.KEY} and not is_by_cases(item):
            return Decimal(1)
        return self.quantities.get(item.ordinal, Decimal(0))


@dataclass(frozen=True)
class CostLine:
    """One position worked out, net cents; None = only the settlement tells. `is_advance`: settled at year's end."""

    item: PriceItem
    quantity: Decimal
    yearly_cents: int | None
    once_cents: int
    is_advance: bool
    is_expected: bool = False


@dataclass(frozen=True)
class YearCost:
    """One calendar year of the contract without what is paid once, net cents; `end` exclusive."""

    start: date
    end: date
    frozen_cents: int
    indexed_cents: int
    is_new_price: bool = False

    @property
    def last(self) -> date:
        """The last day, as people write it."""
        return self.end - timedelta(days=1)


@dataclass(frozen=True)
class Outlook:
    """The answer: lines at the price of the first day, years, and sums (net cents, one-off cost included in totals)."""

    lines: Sequence[CostLine]
    years: Sequence[YearCost]
    full_year_cents: int
    once_cents: int
    is_complete: bool
    has_index: bool

    @property
    def first_year_cents(self) -> int:
        """The first calendar year with everything that is paid once."""
        return self.years[0].frozen_cents + self.once_cents if self.years else self.once_cents

    @property
    def total_frozen_cents(self) -> int:
        """The whole outlook at known prices."""
        return sum(y.frozen_cents for y in self.years) + self.once_cents

    @property
    def total_indexed_cents(self) -> int:
        """The whole outlook under the index assumption."""
        return sum(y.indexed_cents for y in self.years) + self.once_cents


@dataclass(frozen=True)
class Tax:
    """How it is taxed towards this house; `rate_pct` None where nothing is decided."""

    code: str
    label: str
    rate_pct: Decimal | None
    reason: str = ""

    def vat(self, net_cents: int) -> int:
        """The tax on a net sum in cents, half-up."""
        return half_up(Decimal(net_cents) * (self.rate_pct or Decimal(0)) / WHOLE)


def is_by_cases(item: PriceItem) -> bool:
    """Whether the share of common cost depends on my own cases."""
    return item.kind in SETTLED and item.terms.allocation == Allocation.CASES


def needs_inhabitants(item: PriceItem) -> bool:
    """Whether the inhabitants of my house count: as the quantity or as the key."""
    by_key = item.kind in SETTLED and item.terms.allocation == Allocation.INHABITANTS
    return item.base == PriceBase.INHABITANT or by_key


def input_name(item: PriceItem) -> str:
    """The name of the input of a position: one for what a house counts once, else one a position; '' for none."""
    if needs_inhabitants(item):
        return PriceBase.INHABITANT.value
    if item.base in OF_THE_HOUSE:
        return item.base
    if item.base in {PriceBase.FLAT, PriceBase.KEY} and not is_by_cases(item):
        return ""
    return f"q{item.ordinal}"


def year_price(item: PriceItem, case: Case) -> int | None:
    """Net cents of a whole year; for shares the advance, else the expected share, else None."""
    if item.unit_price_micro is None or (item.base == PriceBase.KEY and item.terms.pool_cents):
        return expected_share(item, _key(item, case))
    if item.per == Per.ONCE:
        return None
    return yearly(item, case.of(item))


def _key(item: PriceItem, case: Case) -> Decimal:
    if item.terms.allocation == Allocation.EQUAL:
        return Decimal(1)
    return case.quantities.get(item.ordinal, Decimal(0))


def line_of(item: PriceItem, case: Case) -> CostLine:
    """One position at its price of the first day."""
    once = item.terms.setup_cents or 0
    if item.per == Per.ONCE and item.unit_price_micro is not None:
        once += amount(item, case.of(item))
    per_year = year_price(item, case)
    expected = item.kind in SETTLED and per_year is not None and (
        item.unit_price_micro is None or (item.base == PriceBase.KEY and bool(item.terms.pool_cents))
    )  # fmt: skip
    return CostLine(item, case.of(item), per_year, once, item.kind in SETTLED, expected)


def growth(item: PriceItem, case: Case, day: date) -> Decimal:
    """By how much a price has grown on that day: steps at the turn of the year, after freeze and threshold.

    The assumed index moves by `index_pct` a year from the start on; 1 where there is no clause.
    """
    has_clause = item.terms.has_index or bool(item.index_clause)
    years = day.year - case.start.year
    first = earliest_adjustment(item)
    if not has_clause or not case.index_pct or years <= 0 or (first and day < first):
        return Decimal(1)
    moved = (1 + case.index_pct / WHOLE) ** years - 1
    if abs(moved) * WHOLE < (item.terms.index_threshold_pct or Decimal(0)):
        return Decimal(1)
    share = item.terms.index_share_pct
    return 1 + (WHOLE if share is None else share) / WHOLE * moved


def table_on(tables: Tables, day: date) -> Sequence[PriceItem]:
    """The price table that holds on a day; before the first one, the first."""
    found = tables[0][1]
    for begin, items in tables:
        if begin <= day:
            found = items
    return found


def look_ahead(tables: Tables, case: Case) -> Outlook:
    """Work it out; `tables` are the price tables by the day they begin, the current one first.

    Begun years pro rata as each position says; uses are taken as spread evenly over the year.
    """
    items = table_on(tables, case.start)
    lines = [line_of(i, case) for i in items]
    found = [_year(tables, case, a, b) for a, b in years_of(case.start, case.horizon)]
    every = [i for _begin, table in tables for i in table]
    return Outlook(
        lines=lines,
        years=found,
        full_year_cents=sum(x.yearly_cents or 0 for x in lines),
        once_cents=sum(x.once_cents for x in lines),
        is_complete=not any(x.is_advance for x in lines),
        has_index=any(i.terms.has_index or i.index_clause for i in every),
    )


def _year(tables: Tables, case: Case, start: date, end: date) -> YearCost:
    cuts = [start, *(b for b, _items in tables[1:] if start < b < end), end]
    frozen = indexed = 0
    for a, b in pairwise(cuts):
        for item in table_on(tables, a):
            per_year = year_price(item, case)
            if per_year is None or item.kind == PriceKind.ONE_OFF:
                continue
            raised = half_up(per_year * growth(item, case, a))
            frozen += _part(per_year, item, start, a, b)
            indexed += _part(raised, item, start, a, b)
    changed = any(start <= begin < end for begin, _items in tables[1:])
    return YearCost(start, end, frozen, indexed, is_new_price=changed)


def _part(per_year: int, item: PriceItem, start: date, a: date, b: date) -> int:
    # the difference of what has accrued, so that the pieces of a year sum to the year
    after = pro_rata(per_year, start, b, item.pro_rata, item.per)
    return after - pro_rata(per_year, start, a, item.pro_rata, item.per)
