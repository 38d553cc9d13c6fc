"""Price items of an offering and what they come to for an organisation (domain.md 1.7); pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from kdnx.money import half_up


class PriceKind(StrEnum):
    """Why something is charged."""

    ONE_OFF = "one_off"
    RECURRING = "recurring"
    USAGE = "usage"
    SHARE = "share"
    COST_RECOVERY = "cost_recovery"


class PriceBase(StrEnum):
    """What is counted."""

    INHABITANT = "inhabitant"
    WORKPLACE = "workplace"
    USER = "user"
    LICENCE = "licence"
    DEVICE = "device"
    CASE = "case"
    TRANSACTION = "transaction"
    PAGE = "page"
    HOUR = "hour"
    DAY = "day"
    GB = "gb"
    VCPU = "vcpu"
    RACK_UNIT = "rack_unit"
    FLAT = "flat"
    KEY = "key"


class Per(StrEnum):
    """For which stretch of time, or once for each use."""

    ONCE = "once"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    USE = "use"


class TierMode(StrEnum):
    """Graduated: each tier at its own price; slab: everything at the price of the tier reached."""

    NONE = "none"
    GRADUATED = "graduated"
    SLAB = "slab"


class Allocation(StrEnum):
    """By which key common cost is shared out."""

    INHABITANTS = "inhabitants"
    CASES = "cases"
    EQUAL = "equal"


class ProRata(StrEnum):
    """How a begun year is charged."""

    DAYS = "days"
    MONTHS = "months"


KIND_LABELS = {
    PriceKind.ONE_OFF: "einmalig",
    PriceKind.RECURRING: "laufend",
    PriceKind.USAGE: "nach Nutzung",
    PriceKind.SHARE: "fester Anteil nach Schlüssel",
    PriceKind.COST_RECOVERY: "Kostenerstattung mit Spitzabrechnung",
}
BASE_LABELS = {
    PriceBase.INHABITANT: "je Einwohner",
    PriceBase.WORKPLACE: "je Arbeitsplatz",
    PriceBase.USER: "je Benutzer",
    PriceBase.LICENCE: "je Lizenz",
    PriceBase.DEVICE: "je Gerät",
    PriceBase.CASE: "je Fall",
    PriceBase.TRANSACTION: "je Vorgang",
    PriceBase.PAGE: "je Seite",
    PriceBase.HOUR: "je Stunde",
    PriceBase.DAY: "je Tag",
    PriceBase.GB: "je GB",
    PriceBase.VCPU: "je vCPU",
    PriceBase.RACK_UNIT: "je Höheneinheit",
    PriceBase.FLAT: "pauschal",
    PriceBase.KEY: "nach Schlüssel",
}
PER_LABELS = {
    Per.ONCE: "einmalig",
    Per.MONTH: "je Monat",
    Per.QUARTER: "je Quartal",
    Per.YEAR: "je Jahr",
    Per.USE: "je Nutzung",
}
TIER_LABELS = {
    TierMode.NONE: "keine Staffel",
    TierMode.GRADUATED: "Staffel: jede Stufe zu ihrem Preis",
    TierMode.SLAB: "Staffel: alles zum Preis der erreichten Stufe",
}
ALLOCATION_LABELS = {
    Allocation.INHABITANTS: "nach Einwohnern",
    Allocation.CASES: "nach Fallzahl",
    Allocation.EQUAL: "zu gleichen Teilen",
}
PRO_RATA_LABELS = {ProRata.DAYS: "tagesgenau", ProRata.MONTHS: "je angefangenem Monat"}
# what the year-end settlement decides: the price is an advance (Abschlag)
SETTLED = {PriceKind.SHARE, PriceKind.COST_RECOVERY}
# counted once for a house, whatever position asks; everything else differs from position to position
OF_THE_HOUSE = (
    PriceBase.INHABITANT,
    PriceBase.WORKPLACE,
    PriceBase.USER,
    PriceBase.LICENCE,
    PriceBase.DEVICE,
)
TIMES_A_YEAR = {Per.MONTH: 12, Per.QUARTER: 4, Per.YEAR: 1}


@dataclass(frozen=True)
class Tier:
    """From this quantity on (inclusive) this price of a unit in millionths of a euro."""

    from_quantity: Decimal
    unit_price_micro: int


@dataclass(frozen=True)
class Terms:
    """What a price adds where it applies; cents net, months as 'YYYY-MM', shares and thresholds in per cent.

    Inhabitants: `counted_on` and `source`. Share by key: `allocation`, planned yearly cost `pool_cents`,
    `fixed_pct` of it in equal parts (EfA: 50), sum of all keys `key_total`, number of `participants`.
    Index: the clause applies to `index_share_pct` of the price once the index has moved by
    `index_threshold_pct` against its value in the base month, not before `index_earliest`.
    """

    counted_on: date | None = None
    source: str = ""
    minimum_quantity: Decimal | None = None
    minimum_cents: int | None = None
    setup_cents: int | None = None
    change_notice_months: int | None = None
    allocation: str | None = None
    pool_cents: int | None = None
    fixed_pct: Decimal | None = None
    key_total: Decimal | None = None
    participants: int | None = None
    index_name: str = ""
    index_month: str = ""
    index_value: Decimal | None = None
    index_threshold_pct: Decimal | None = None
    index_share_pct: Decimal | None = None
    index_earliest: date | None = None

    @property
    def has_index(self) -> bool:
        """Whether there is a clause that can be computed."""
        return bool(self.index_name and self.index_month and self.index_value)


@dataclass(frozen=True)
class PriceItem:
    """One line of the price table; `unit_price_micro` is net in millionths of a euro.

    For shares by key and cost recovery it is the advance of a period.
    """

    ordinal: int
    kind: str
    base: str
    per: str
    unit_price_micro: int | None = None
    label: str = ""
    tier_mode: str = TierMode.NONE
    tiers: Sequence[Tier] = ()
    pro_rata: str = ProRata.MONTHS
    frozen_until: date | None = None
    index_clause: str = ""
    valid_from: date | None = None
    terms: Terms = Terms()


@dataclass(frozen=True)
class Quantities:
    """What an organisation counts: people served, workplaces, and everything else."""

    inhabitants: Decimal = Decimal(0)
    workplaces: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)

    def of(self, base: str) -> Decimal:
        """The quantity that a base counts."""
        match base:
            case PriceBase.INHABITANT:
                return self.inhabitants
            case PriceBase.WORKPLACE | PriceBase.USER | PriceBase.LICENCE | PriceBase.DEVICE:
                return self.workplaces
            case PriceBase.FLAT | PriceBase.KEY:
                return Decimal(1)
            case _:
                return self.quantity


@dataclass(frozen=True)
class Line:
    """One item worked out: cents a year and once; None where only the settlement tells."""

    item: PriceItem
    quantity: Decimal
    yearly_cents: int | None = None
    once_cents: int | None = None


@dataclass(frozen=True)
class Estimate:
    """What an offering would cost; `is_complete` is false when an item depends on a key or on actual cost."""

    lines: Sequence[Line] = field(default_factory=tuple)
    yearly_cents: int = 0
    once_cents: int = 0
    is_complete: bool = True


def pieces(item: PriceItem, quantity: Decimal) -> list[tuple[Decimal, int]]:
    """(quantity, unit price in millionths of a euro) of each tier reached; one piece without tiers.

    At least the minimum quantity is charged. Graduated tiers count whole units: "from 1001" means that
    unit 1001 is the first at the new price. Empty where only the settlement tells the price.
    """
    first = item.unit_price_micro
    if first is None:
        return []
    counted = max(quantity, item.terms.minimum_quantity or Decimal(0))
    tiers = sorted(item.tiers, key=lambda t: t.from_quantity)
    if item.tier_mode == TierMode.SLAB:
        reached = [t.unit_price_micro for t in tiers if t.from_quantity <= counted]
        return [(counted, reached[-1] if reached else first)]
    if item.tier_mode != TierMode.GRADUATED or not tiers:
        return [(counted, first)]
    starts = [Decimal(0), *(max(Decimal(0), t.from_quantity - 1) for t in tiers)]
    ends = [*starts[1:], counted]
    prices = [first, *(t.unit_price_micro for t in tiers)]
    parts = [(min(counted, e) - b, p) for b, e, p in zip(starts, ends, prices, strict=True)]
    return [(n, p) for n, p in parts if n > 0] or [(Decimal(0), first)]


def amount(item: PriceItem, quantity: Decimal) -> int:
    """Net cents for a quantity in one period, half-up at the line; tiers and minimum applied."""
    micro = sum((n * p for n, p in pieces(item, quantity)), Decimal(0))
    return max(half_up(micro / 10_000), item.terms.minimum_cents or 0)


def estimate(items: Sequence[PriceItem], quantities: Quantities) -> Estimate:
    """Work out all items for an organisation; net, a full year, quantities a year for use-based items."""
    lines = [_line(item, quantities) for item in items]
    return Estimate(
        lines=lines,
        yearly_cents=sum(x.yearly_cents or 0 for x in lines),
        once_cents=sum(x.once_cents or 0 for x in lines),
        is_complete=all(
            x.item.kind not in SETTLED and (x.yearly_cents is not None or x.once_cents is not None)
            for x in lines
        ),
    )


def _line(item: PriceItem, quantities: Quantities) -> Line:
    quantity = quantities.of(item.base)
    setup = item.terms.setup_cents
    if item.unit_price_micro is None:
        return Line(item, quantity, once_cents=setup)
    if item.per == Per.ONCE:
        return Line(item, quantity, once_cents=amount(item, quantity) + (setup or 0))
    return Line(item, quantity, yearly_cents=yearly(item, quantity), once_cents=setup)


def yearly(item: PriceItem, quantity: Decimal) -> int:
    """Net cents of a whole year: the amount of a period times its periods; uses are those of a year."""
    return amount(item, quantity) * TIMES_A_YEAR.get(Per(item.per), 1)


def earliest_adjustment(item: PriceItem) -> date | None:
    """The first day on which the price may change: after the freeze and not before the clause begins."""
    after_freeze = item.frozen_until + timedelta(days=1) if item.frozen_until else None
    days = [d for d in (after_freeze, item.terms.index_earliest) if d]
    return max(days, default=None)


def first_price(items: Sequence[PriceItem]) -> PriceItem | None:
    """The item a list shows: the first that comes back every period, else the first of all."""
    ordered = sorted(items, key=lambda i: (i.kind == PriceKind.ONE_OFF, i.ordinal))
    return ordered[0] if ordered else None


def price_text(base: str | None, per: str | None) -> str:
    """The unit of a price in words: 'je Arbeitsplatz und Monat'."""
    if not base or not per:
        return ""
    words = BASE_LABELS[PriceBase(base)]
    period = PER_LABELS[Per(per)]
    if per == Per.USE:
        return words
    if base == PriceBase.FLAT:
        return f"{words} {period}"
    return f"{words}, {period}" if per == Per.ONCE else f"{words} und {period.removeprefix('je ')}"
