"""Price items of an offering and what they come to for an organisation (domain.md 1.7); pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kdnx.money import half_up, times


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
    CASE = "case"
    PAGE = "page"
    HOUR = "hour"
    DAY = "day"
    GB = "gb"
    DEVICE = "device"
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
    PriceBase.CASE: "je Fall",
    PriceBase.PAGE: "je Seite",
    PriceBase.HOUR: "je Stunde",
    PriceBase.DAY: "je Tag",
    PriceBase.GB: "je GB",
    PriceBase.DEVICE: "je Gerät",
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
PRO_RATA_LABELS = {ProRata.DAYS: "tagesgenau", ProRata.MONTHS: "je angefangenem Monat"}
TIMES_A_YEAR = {Per.MONTH: 12, Per.QUARTER: 4, Per.YEAR: 1}


@dataclass(frozen=True)
class Tier:
    """From this quantity on (inclusive) this price of a unit in millionths of a euro."""

    from_quantity: Decimal
    unit_price_micro: int


@dataclass(frozen=True)
class PriceItem:
    """One line of the price table; `unit_price_micro` is net in millionths of a euro."""

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
            case PriceBase.WORKPLACE | PriceBase.USER | PriceBase.DEVICE:
                return self.workplaces
            case PriceBase.FLAT:
                return Decimal(1)
            case _:
                return self.quantity


@dataclass(frozen=True)
class Line:
    """One item worked out: cents a year or once; None where only the settlement tells."""

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


def amount(item: PriceItem, quantity: Decimal) -> int:
    """Net cents for a quantity in one period, half-up at the line; tiers applied."""
    if item.unit_price_micro is None:
        return 0
    tiers = sorted(item.tiers, key=lambda t: t.from_quantity)
    if item.tier_mode == TierMode.NONE or not tiers:
        return times(quantity, item.unit_price_micro)
    if item.tier_mode == TierMode.SLAB:
        reached = [t.unit_price_micro for t in tiers if t.from_quantity <= quantity]
        return times(quantity, reached[-1] if reached else item.unit_price_micro)
    return _graduated(item.unit_price_micro, tiers, quantity)


def _graduated(first_micro: int, tiers: Sequence[Tier], quantity: Decimal) -> int:
    # tiers count whole units: "from 1001" means that unit 1001 is the first at the new price
    starts = [Decimal(0), *(t.from_quantity - 1 for t in tiers)]
    prices = [first_micro, *(t.unit_price_micro for t in tiers)]
    micro = Decimal(0)
    for i, (start, price) in enumerate(zip(starts, prices, strict=True)):
        end = min(quantity, starts[i + 1]) if i + 1 < len(starts) else quantity
        if end > start:
            micro += (end - start) * price
    return half_up(micro / 10_000)


def estimate(items: Sequence[PriceItem], quantities: Quantities) -> Estimate:
    """Work out all items for an organisation; net, a full year, quantities a year for use-based items."""
    lines = [_line(item, quantities) for item in items]
    return Estimate(
        lines=lines,
        yearly_cents=sum(x.yearly_cents or 0 for x in lines),
        once_cents=sum(x.once_cents or 0 for x in lines),
        is_complete=all(x.yearly_cents is not None or x.once_cents is not None for x in lines),
    )


def _line(item: PriceItem, quantities: Quantities) -> Line:
    quantity = quantities.of(item.base)
    if item.unit_price_micro is None or item.base == PriceBase.KEY:
        return Line(item, quantity)
    if item.per == Per.ONCE:
        return Line(item, quantity, once_cents=amount(item, quantity))
    periods = TIMES_A_YEAR.get(Per(item.per), 1)
    return Line(item, quantity, yearly_cents=amount(item, quantity) * periods)


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
