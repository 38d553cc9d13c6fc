"""Begun years, keys and settlement, tiers and index: what must always hold, and figures worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.prices.clause import adjust, clause_text
from catalog.prices.keys import equal_keys, expected_share, settle, shares
from catalog.prices.model import PriceItem, Terms, Tier, amount, pieces
from catalog.prices.periods import days_in_year, months_touched, pro_rata, pro_rata_parts, years_of
from catalog.prices.schemas import read_terms, terms_values
from catalog.prices.wording import notes, steps

CENTS = st.integers(0, 10**10)
YEARS = st.integers(2020, 2040)
QUANTITIES = st.decimals(0, 10**7, places=2, allow_nan=False)
TIERS = st.dictionaries(st.integers(2, 10**6), st.integers(0, 10**8), max_size=6).map(
    lambda d: tuple(Tier(Decimal(n), p) for n, p in d.items())
)


def item(
    base: str = "user", per: str = "year", micro: int | None = 1_000_000, **over: object
) -> PriceItem:
    values = {
        "ordinal": 1,
        "kind": "recurring",
        "base": base,
        "per": per,
        "unit_price_micro": micro,
        **over,
    }
    return PriceItem(**values)  # type: ignore[arg-type]  # short builder


@given(
    yearly=CENTS,
    year=YEARS,
    days=st.lists(st.integers(1, 364), max_size=8),
    mode=st.sampled_from(["days", "months"]),
)
def test_the_parts_of_a_year_sum_to_the_year(yearly, year, days, mode):
    start = date(year, 1, 1)
    cuts = [start, *sorted({start + timedelta(days=d) for d in days}), date(year + 1, 1, 1)]
    parts = pro_rata_parts(yearly, cuts, mode)
    assert sum(parts) == yearly
    assert all(p >= 0 for p in parts)


@pytest.mark.parametrize(
    ("start", "end", "mode", "cents"),
    [
        (date(2027, 7, 1), date(2028, 1, 1), "days", 60_493),  # 1,200.00 × 184 ÷ 365
        (date(2028, 7, 1), date(2029, 1, 1), "days", 60_328),  # a leap year: 184 ÷ 366
        (date(2028, 2, 29), date(2028, 3, 1), "days", 328),
        (date(2027, 7, 15), date(2028, 1, 1), "months", 60_000),
        (date(2027, 12, 31), date(2028, 1, 1), "months", 10_000),
        (date(2027, 5, 1), date(2027, 5, 1), "days", 0),
    ],
)
def test_a_begun_year(start, end, mode, cents):
    assert pro_rata(120_000, start, end, mode) == cents


def test_a_whole_month_of_a_monthly_price_is_whole():
    january = date(2027, 1, 1), date(2027, 2, 1)
    assert pro_rata(120_000, *january, "days", "month") == 10_000
    assert pro_rata(120_000, date(2027, 1, 1), date(2028, 1, 1), "days", "month") == 120_000
    assert pro_rata(120_000, date(2027, 2, 15), date(2027, 3, 1), "days", "month") == 5_000


def test_a_stretch_stays_in_its_year():
    assert (days_in_year(2028), months_touched(date(2027, 1, 31), date(2027, 2, 2))) == (366, 2)
    with pytest.raises(ValueError, match="calendar year"):
        pro_rata(1, date(2027, 12, 1), date(2028, 2, 1), "days")
    assert years_of(date(2026, 11, 1), date(2028, 1, 1)) == [
        (date(2026, 11, 1), date(2027, 1, 1)),
        (date(2027, 1, 1), date(2028, 1, 1)),
    ]


@given(
    cost=st.integers(0, 10**12),
    keys=st.lists(st.integers(0, 10**7), min_size=1, max_size=28).filter(any),
    fixed=st.integers(0, 100),
    advances=st.data(),
)
def test_shares_and_settlement_sum_exactly(cost, keys, fixed, advances):
    parts = shares(cost, keys, fixed_pct=Decimal(fixed))
    assert sum(parts) == cost
    assert all(p >= 0 for p in parts)
    paid = advances.draw(st.lists(CENTS, min_size=len(keys), max_size=len(keys)))
    assert sum(settle(cost, keys, paid, fixed_pct=Decimal(fixed))) + sum(paid) == cost


def test_the_worked_examples_of_the_design():
    advances = [2_900_000, 3_100_000, 3_000_000]
    assert settle(9_000_001, equal_keys(3), advances) == [100_001, -100_000, 0]
    # EfA: half in equal parts, half by inhabitants
    assert shares(10_000, [100, 300], fixed_pct=Decimal(50)) == [3_750, 6_250]
    terms = Terms(
        allocation="inhabitants",
        pool_cents=10_000,
        fixed_pct=Decimal(50),
        key_total=Decimal(400),
        participants=2,
    )
    shared = item("key", micro=None, kind="share", terms=terms)
    assert expected_share(shared, Decimal(100)) == 3_750
    assert (
        expected_share(replace(shared, terms=replace(terms, participants=None)), Decimal(100))
        is None
    )
    for bad in ([], [0, 0], [1, -1]):
        with pytest.raises(ValueError, match="keys"):
            shares(1, bad)


@given(tiers=TIERS, first=st.integers(0, 10**8), quantities=st.lists(QUANTITIES, min_size=2))
def test_a_graduated_price_never_falls_with_the_quantity(tiers, first, quantities):
    graduated = item(micro=first, tier_mode="graduated", tiers=tiers)
    amounts = [amount(graduated, q) for q in sorted(quantities)]
    assert all(a <= b for a, b in pairwise(amounts))


@given(tiers=TIERS.filter(bool), first=st.integers(0, 10**8), part=st.decimals(0, 1, places=3))
def test_slab_and_graduated_agree_below_the_first_step(tiers, first, part):
    quantity = part * (min(t.from_quantity for t in tiers) - 1)
    slab = item(micro=first, tier_mode="slab", tiers=tiers)
    assert amount(slab, quantity) == amount(replace(slab, tier_mode="graduated"), quantity)


@given(
    tiers=TIERS,
    first=st.integers(0, 10**8),
    quantity=QUANTITIES,
    mode=st.sampled_from(["none", "graduated", "slab"]),
)
def test_the_pieces_are_the_quantity_and_the_amount(tiers, first, quantity, mode):
    one = item(micro=first, tier_mode=mode, tiers=tiers)
    found = pieces(one, quantity)
    assert sum(n for n, _p in found) == quantity
    exact = sum((n * p for n, p in found), Decimal(0)) / 10_000
    assert abs(amount(one, quantity) - exact) <= Decimal("0.5")


def test_minimum_and_half_up_at_the_line():
    least = item(terms=Terms(minimum_quantity=Decimal(10), minimum_cents=1_500))
    assert [amount(least, Decimal(n)) for n in (1, 10, 20)] == [1_500, 1_500, 2_000]
    assert amount(item(micro=5_000), Decimal(1)) == 1  # half a cent goes up
    assert amount(item(micro=4_999), Decimal(1)) == 0


def test_the_calculation_reads_line_by_line():
    one = item(micro=2_500_000, tier_mode="graduated", tiers=(Tier(Decimal(1001), 2_000_000),))
    assert (
        steps(one, Decimal(1200)).replace("\xa0", " ")
        == "1.000 × 2,50 € + 200 × 2,00 € = 2.900,00 €"
    )
    monthly = steps(item(per="month"), Decimal(3)).replace("\xa0", " ")
    assert monthly == "3 × 1,00 € = 3,00 €, × 12 Monate = 36,00 €"


CLAUSE = Terms(
    index_name="VPI", index_month="2026-01", index_value=Decimal(120), index_threshold_pct=Decimal(5),
    index_share_pct=Decimal(60), index_earliest=date(2028, 1, 1),
)  # fmt: skip


def test_the_index_clause_is_exact_and_explained():
    frozen = item(micro=10_000_000, frozen_until=date(2027, 6, 30), terms=CLAUSE)
    held = adjust(frozen, Decimal(132), date(2027, 12, 31))
    assert (held.unit_price_micro, held.is_adjusted) == (10_000_000, False)
    assert "31.12.2027 fest" in held.reason
    small = adjust(frozen, Decimal("125.99"), date(2028, 1, 1))
    assert not small.is_adjusted
    assert "Schwelle von 5 %" in small.reason
    done = adjust(frozen, Decimal(132), date(2028, 1, 1))
    assert done.unit_price_micro == 10_600_000  # 10 % on 60 % of the price
    assert "aus 10,00\xa0€ werden 10,60\xa0€" in done.reason
    assert "Basis 01/2026" in clause_text(frozen)
    with pytest.raises(ValueError, match="clause"):
        adjust(item(), Decimal(1), date(2028, 1, 1))


def test_terms_survive_storage():
    stored = terms_values(CLAUSE)
    assert stored["index_value"] == "120"
    assert read_terms(stored) == CLAUSE
    assert terms_values(Terms()) == {}
    assert any("Schwelle" in n or "Veränderung" in n for n in notes(item(terms=CLAUSE)))
