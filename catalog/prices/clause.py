"""A price that is frozen until a day and then follows an index: the adjusted price, and why; pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from catalog.prices.model import PriceItem, earliest_adjustment
from kdnx.money import half_up
from kdnx.text import _
from kdnx.web.formats import day, micro_eur, num

WHOLE = Decimal(100)


@dataclass(frozen=True)
class Adjustment:
    """The price under a clause for one value of the index; `reason` explains it in a German sentence."""

    unit_price_micro: int
    is_adjusted: bool
    change_pct: Decimal
    reason: str


@dataclass(frozen=True)
class IndexClause:
    """The index clause of one price: `month` ('2026-01') and `value` are its base, shares and threshold in per cent.

    `list_micro` is the price at the base in millionths of a euro; `first_day` the first day it may change, None = any.
    `is_plain`: the price is one figure a unit, without tiers and minimum, so that a new figure says all.
    """

    series: str
    month: str
    value: Decimal
    threshold_pct: Decimal
    share_pct: Decimal
    first_day: date | None
    list_micro: int
    is_plain: bool

    def price_at(self, value: Decimal) -> int:
        """The price in millionths of a euro while the index stands at `value` (> 0)."""
        return moved_price(self.list_micro, self.share_pct, self.value, value)


def clause_of(item: PriceItem) -> IndexClause | None:
    """The clause of a price that can be computed, or None."""
    terms = item.terms
    if not terms.has_index or terms.index_value is None or item.unit_price_micro is None:
        return None
    return IndexClause(
        terms.index_name, terms.index_month, terms.index_value, terms.index_threshold_pct or Decimal(0),
        WHOLE if terms.index_share_pct is None else terms.index_share_pct, earliest_adjustment(item),
        item.unit_price_micro,
        not item.tiers and terms.minimum_quantity is None and terms.minimum_cents is None,
    )  # fmt: skip


def moved_price(micro: int, share_pct: Decimal, base: Decimal, value: Decimal) -> int:
    """`micro` × (1 − share + share × value ÷ base), half-up to the millionth of a euro."""
    share = share_pct / WHOLE
    return half_up(Decimal(micro) * ((1 - share) + share * value / base))


def index_change_pct(base: Decimal, now: Decimal) -> Decimal:
    """How far the index moved, in per cent of its base (not points); exact as far as decimals go."""
    return (now / base - 1) * WHOLE


def adjusted(micro: int, item: PriceItem, value: Decimal) -> int:
    """`micro` × (1 − share + share × value ÷ base value), half-up to the millionth of a euro.

    The share of the price that follows the index is `index_share_pct`, all of it where nothing is said.
    """
    terms = item.terms
    share = terms.index_share_pct if terms.index_share_pct is not None else WHOLE
    return moved_price(micro, share, terms.index_value or value, value)


def adjust(item: PriceItem, value: Decimal, on: date) -> Adjustment:
    """What the first price is on a day when the index stands at `value` (> 0).

    ValueError for a price without a clause or without an amount.
    """
    terms, micro = item.terms, item.unit_price_micro
    if not terms.has_index or terms.index_value is None or micro is None or value <= 0:
        raise ValueError("a priced item with an index clause and a positive value is needed")
    change = index_change_pct(terms.index_value, value)
    moved = _("{name}: {base} im Basismonat {month}, jetzt {value}, Veränderung {pct} %").format(
        name=terms.index_name, base=num(terms.index_value), month=month_text(terms.index_month),
        value=num(value), pct=num(change, 2),
    )  # fmt: skip
    if (first := earliest_adjustment(item)) and on < first:
        held = _("Der Preis ist bis {day} fest und bleibt {price}.").format(
            day=day(first - timedelta(days=1)), price=micro_eur(micro)
        )
        return Adjustment(micro, is_adjusted=False, change_pct=change, reason=f"{moved}. {held}")
    threshold = terms.index_threshold_pct or Decimal(0)
    if abs(change) < threshold or change == 0:
        small = _("Die Schwelle von {t} % ist nicht erreicht; der Preis bleibt {price}.").format(
            t=num(threshold), price=micro_eur(micro)
        )
        return Adjustment(micro, is_adjusted=False, change_pct=change, reason=f"{moved}. {small}")
    new = adjusted(micro, item, value)
    share = terms.index_share_pct if terms.index_share_pct is not None else WHOLE
    said = _("{share} % des Preises folgen dem Index: aus {old} werden {new}.").format(
        share=num(share), old=micro_eur(micro), new=micro_eur(new)
    )
    return Adjustment(new, is_adjusted=True, change_pct=change, reason=f"{moved}. {said}")


def month_text(month: str) -> str:
    """'2026-01' → '01/2026'."""
    year, _dash, number = month.partition("-")
    return f"{number}/{year}"


def clause_text(item: PriceItem) -> str:
    """The clause in a German sentence, '' where there is none that can be computed."""
    terms = item.terms
    if not terms.has_index:
        return ""
    words = [_("{name}, Basis {month} = {value}").format(
        name=terms.index_name, month=month_text(terms.index_month), value=num(terms.index_value))]  # fmt: skip
    if terms.index_threshold_pct:
        words.append(_("ab {n} % Veränderung").format(n=num(terms.index_threshold_pct)))
    if terms.index_share_pct is not None and terms.index_share_pct < WHOLE:
        words.append(_("für {n} % des Preises").format(n=num(terms.index_share_pct)))
    if first := earliest_adjustment(item):
        words.append(_("frühestens ab {day}").format(day=day(first)))
    return ", ".join(words)
