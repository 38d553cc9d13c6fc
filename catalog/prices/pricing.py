"""What a pinned line of a price table comes to for any period; pure, for the exchange of services."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from catalog.prices.model import Per, PriceItem, Tier, amount, yearly
from catalog.prices.periods import pro_rata, years_of
from catalog.prices.schemas import read_terms


class PricedLine(Protocol):
    """A line as stored: tiers and terms still plain."""

    @property
    def ordinal(self) -> int:
        """Its place in the table."""
        ...

    @property
    def kind(self) -> str:
        """Why something is charged."""
        ...

    @property
    def base(self) -> str:
        """What is counted."""
        ...

    @property
    def per(self) -> str:
        """For which stretch of time."""
        ...

    @property
    def unit_price_micro(self) -> int | None:
        """Net in millionths of a euro, None where only the settlement tells."""
        ...

    @property
    def tier_mode(self) -> str:
        """How tiers count."""
        ...

    @property
    def pro_rata(self) -> str:
        """How a begun year is charged."""
        ...

    @property
    def tiers(self) -> Sequence[Mapping[str, Any]]:
        """`from_quantity` and `unit_price_micro` of each."""
        ...

    @property
    def terms(self) -> Mapping[str, Any]:
        """What is said beside the price."""
        ...


def read_line(line: PricedLine) -> PriceItem:
    """The line as the model computes with it."""
    return PriceItem(
        ordinal=line.ordinal, kind=line.kind, base=line.base, per=line.per, unit_price_micro=line.unit_price_micro,
        tier_mode=line.tier_mode, pro_rata=line.pro_rata, terms=read_terms(line.terms),
        tiers=tuple(Tier(Decimal(t["from_quantity"]), t["unit_price_micro"]) for t in line.tiers),
    )  # fmt: skip


def amount_in(line: PricedLine, quantity: Decimal, start: date, end: date) -> int:
    """Net cents from `start` until before `end`; each calendar year pro rata as the line says."""
    if end <= start:
        raise ValueError("an empty period has no price")
    item = read_line(line)
    if item.unit_price_micro is None:
        return 0
    if item.per in {Per.ONCE, Per.USE}:
        return amount(item, quantity)
    of_year = yearly(item, quantity)
    return sum(pro_rata(of_year, a, b, item.pro_rata, item.per) for a, b in years_of(start, end))
