"""Money is integer cents; rates and quantities are `Decimal`; rounding is half-up at the line (D14)."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

MICRO = 1_000_000
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")


def half_up(value: Decimal) -> int:
    """The nearest integer, halves away from zero (kaufmännisch)."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def percent_of(cents: int, pct: Decimal) -> int:
    """`pct` per cent of `cents`, half-up to the cent."""
    return half_up(Decimal(cents) * pct / 100)


def times(quantity: Decimal, unit_price_micro: int) -> int:
    """Quantity × unit price (millionths of a euro) in cents, half-up at the line."""
    return half_up(quantity * Decimal(unit_price_micro) / 10_000)


def largest_remainder(total: int, weights: Sequence[Decimal | int]) -> list[int]:
    """Split `total` cents by `weights` so that the parts sum to the total to the cent.

    Hamilton's method: floors first, the rest to the largest remainders, ties to the earlier place.
    Raises ValueError when no weight is positive or one is negative.
    """
    exact = [Decimal(w) for w in weights]
    whole = sum(exact, Decimal(0))
    if whole <= 0 or any(w < 0 for w in exact):
        raise ValueError("weights must be >= 0 and not all zero")
    sign = -1 if total < 0 else 1
    shares = [Decimal(abs(total)) * w / whole for w in exact]
    parts = [int(s) for s in shares]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    for i in order[: abs(total) - sum(parts)]:
        parts[i] += 1
    return [sign * p for p in parts]


def plain_number(text: str) -> str:
    """German notation as `Decimal` reads it: '1.234,5' → '1234.5', '5.000' → '5000', '0.215' stays."""
    raw = text.strip().replace("\u00a0", "").replace(" ", "")
    if "," in raw:
        return raw.replace(".", "").replace(",", ".")
    return raw.replace(".", "") if GROUPED.fullmatch(raw) else raw


def parse_euro(text: str) -> int:
    """Cents from German or technical notation ("1.234,50", "1234.50", "1234,5 €"); ValueError if unclear."""
    raw = (
        text.strip()
        .removesuffix("€")
        .removesuffix("EUR")
        .strip()
        .replace("\u00a0", "")
        .replace(" ", "")
    )
    if "," in raw:
        whole, _, part = raw.partition(",")
        groups = whole.lstrip("+-").split(".")
        if len(groups) > 1 and (
            not 1 <= len(groups[0]) <= 3 or any(len(g) != 3 for g in groups[1:])
        ):
            raise ValueError(text)
        raw = whole.replace(".", "") + "." + part
    elif raw.count(".") > 1 or (raw.count(".") == 1 and len(raw.rpartition(".")[2]) == 3):
        groups = raw.lstrip("+-").split(".")
        if not 1 <= len(groups[0]) <= 3 or any(len(g) != 3 for g in groups[1:]):
            raise ValueError(text)
        raw = raw.replace(".", "")
    try:
        value = Decimal(raw)
    except InvalidOperation:
        raise ValueError(text) from None
    cents = value * 100
    if not value.is_finite() or cents != cents.to_integral_value():
        raise ValueError(text)
    return int(cents)
