"""Common cost by key: shares that sum to the cent, and the year-end settlement (Spitzabrechnung); pure."""

from collections.abc import Sequence
from decimal import Decimal

from catalog.prices.model import Allocation, PriceBase, PriceItem, Quantities
from kdnx.money import half_up, largest_remainder

WHOLE = Decimal(100)


def shares(
    cost_cents: int, keys: Sequence[Decimal | int], *, fixed_pct: Decimal = Decimal(0)
) -> list[int]:
    """`cost_cents` by key, the sum exact (largest remainder); `fixed_pct` of it in equal parts (EfA: 50).

    ValueError when no key is positive or one is negative.
    """
    exact = [Decimal(k) for k in keys]
    total = sum(exact, Decimal(0))
    if total <= 0 or any(k < 0 for k in exact):
        raise ValueError("keys must be >= 0 and not all zero")
    fixed = fixed_pct / WHOLE
    # one weight a member, so that only one rounding happens: fixed ÷ n + (1 − fixed) × key ÷ Σ key
    weights = [fixed * total + (1 - fixed) * k * len(exact) for k in exact]
    return largest_remainder(cost_cents, weights)


def equal_keys(members: int) -> list[Decimal]:
    """The key of equal parts."""
    return [Decimal(1)] * members


def settle(
    actual_cents: int,
    keys: Sequence[Decimal | int],
    advances_cents: Sequence[int],
    *,
    fixed_pct: Decimal = Decimal(0),
) -> list[int]:
    """What each member still pays (+) or gets back (−): actual × key ÷ Σ key − advances (domain.md 1.7).

    The settlements and the advances together are the actual cost to the cent.
    """
    parts = shares(actual_cents, keys, fixed_pct=fixed_pct)
    return [part - paid for part, paid in zip(parts, advances_cents, strict=True)]


def key_of(item: PriceItem, quantities: Quantities) -> Decimal:
    """My key for a shared cost: inhabitants, cases or one."""
    match item.terms.allocation:
        case Allocation.INHABITANTS:
            return quantities.inhabitants
        case Allocation.CASES:
            return quantities.quantity
        case _:
            return Decimal(1)


def expected_share(item: PriceItem, key: Decimal) -> int | None:
    """My part of the planned yearly cost in cents, half-up; None where the plan leaves something out.

    Planned only: the year-end settlement with actual cost and all keys decides.
    """
    terms = item.terms
    if terms.pool_cents is None or terms.allocation is None:
        return None
    fixed = (terms.fixed_pct or Decimal(0)) / WHOLE
    needs_members = terms.allocation == Allocation.EQUAL or fixed > 0
    needs_total = terms.allocation != Allocation.EQUAL and fixed < 1
    if (needs_members and not terms.participants) or (needs_total and not terms.key_total):
        return None
    part = Decimal(0)
    if needs_members:
        part += (fixed if needs_total else Decimal(1)) / Decimal(terms.participants or 1)
    if needs_total:
        # a house that joins adds its own key to those counted so far
        total = max(terms.key_total or key, key)
        part += (1 - fixed) * key / total if total else Decimal(0)
    return half_up(terms.pool_cents * part)


def is_key_counted(item: PriceItem) -> bool:
    """Whether the share of this item depends on a quantity of my house that is not its inhabitants."""
    return item.terms.allocation == Allocation.CASES and item.base in {
        PriceBase.KEY,
        PriceBase.FLAT,
    }
