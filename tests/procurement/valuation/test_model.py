"""Vectors of § 3 VgV."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdnx.errors import Refused
from procurement.valuation.model import (
    ContractKind,
    LotValue,
    Other,
    ValueInput,
    estimate,
    regime_of,
    small_lots,
    splitting_alarm,
    threshold_key,
)

LOTS = [LotValue(1, 15_000_000, 20_000_000), LotValue(2, 5_000_000, 7_500_000)]
EUR = 100


def test_framework_adds_all_planned_call_offs_at_their_largest():
    found = estimate(ValueInput(ContractKind.FRAMEWORK, LOTS, term_months=48), 48)
    assert (found.total_cents, found.max_total_cents) == (27_500_000, 27_500_000)
    assert "Abs. 4" in found.steps[0].norm


def test_fixed_total_adds_the_expected_and_every_option():
    found = estimate(
        ValueInput(
            ContractKind.FIXED_TOTAL,
            LOTS,
            options_cents=1_000_000,
            extensions_cents=2_000_000,
            premiums_cents=50_000,
        ),
        48,
    )
    assert found.total_cents == 23_050_000
    assert found.max_total_cents == 30_550_000
    assert len(found.steps) == 5


@pytest.mark.parametrize(("term", "months"), [(12, 12), (48, 48), (49, 48), (60, 48), (None, 48)])
def test_without_total_price_the_term_counts_up_to_48_months(term: int | None, months: int):
    found = estimate(
        ValueInput(ContractKind.NO_TOTAL, [], term_months=term, monthly_cents=500_000), 48
    )
    assert found.total_cents == months * 500_000


def test_recurring_takes_last_year_with_changes_or_the_first_twelve_months():
    last = ValueInput(
        ContractKind.RECURRING, [], previous_year_cents=10_000_000, expected_change_cents=-1_000_000
    )
    assert estimate(last, 48).total_cents == 9_000_000
    both = ValueInput(
        ContractKind.RECURRING, [], previous_year_cents=10_000_000, next_year_cents=12_000_000
    )
    assert estimate(both, 48).total_cents == 12_000_000


@pytest.mark.parametrize("kind", [ContractKind.RECURRING, ContractKind.NO_TOTAL])
def test_a_missing_figure_is_refused_with_its_paragraph(kind: ContractKind):
    with pytest.raises(Refused) as refusal:
        estimate(ValueInput(kind, LOTS), 48)
    assert refusal.value.rule
    assert "§ 3 Abs. 1" in refusal.value.rule


@pytest.mark.parametrize(("total", "threshold", "regime"), [
    (22_099_999, 22_100_000, "national"), (22_100_000, 22_100_000, "eu"), (21_600_000, 21_600_000, "eu"), (0, 1, "national")])  # fmt: skip
def test_the_threshold_itself_is_already_eu(total: int, threshold: int, regime: str):
    assert regime_of(total, threshold) == regime


def test_small_lots_stay_below_80_000_and_a_fifth_of_all():
    lots = [
        LotValue(1, 0, 800_000 * EUR),
        LotValue(2, 0, 79_999 * EUR),
        LotValue(3, 0, 80_000 * EUR),
        LotValue(4, 0, 50_000 * EUR),
    ]
    able = small_lots(lots, "framework", 80_000 * EUR, Decimal(20))
    assert able == [2, 4]  # 129.999 of 1.009.999: under a fifth; lot 3 is not below the limit
    tight = [
        LotValue(1, 0, 300_000 * EUR),
        LotValue(2, 0, 70_000 * EUR),
        LotValue(3, 0, 60_000 * EUR),
    ]
    assert small_lots(tight, "framework", 80_000 * EUR, Decimal(20)) == [
        3
    ]  # 60 of 430 is 14 %, both would be 30 %


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_small_lots_never_break_their_two_limits(values: list[int]):
    lots = [LotValue(n, v, v) for n, v in enumerate(values, 1)]
    able = small_lots(lots, "fixed_total", 8_000_000, Decimal(20))
    assert all(values[n - 1] < 8_000_000 for n in able)
    assert sum(values[n - 1] for n in able) * 5 <= sum(values)


def test_splitting_alarm_needs_same_kind_near_in_time_and_a_sum_over_the_threshold():
    day, limit = date(2026, 11, 23), 21_600_000
    same = Other("V-2026-0001", "Monitore", date(2026, 3, 1), 12_000_000, frozenset({"302"}))
    groups = frozenset({"302"})
    assert splitting_alarm(10_000_000, groups, day, limit, [same]) == [same]
    assert splitting_alarm(9_000_000, groups, day, limit, [same]) == []
    assert splitting_alarm(10_000_000, frozenset({"724"}), day, limit, [same]) == []
    assert splitting_alarm(22_000_000, groups, day, limit, [same]) == []
    a_year = Other("V-2025-0001", "Monitore", date(2025, 11, 23), 12_000_000, frozenset({"302"}))
    assert splitting_alarm(10_000_000, groups, day, limit, [a_year]) == []
    one_day_less = Other(
        "V-2025-0002", "Monitore", date(2025, 11, 24), 12_000_000, frozenset({"302"})
    )
    assert splitting_alarm(10_000_000, groups, day, limit, [one_day_less]) == [one_day_less]


def test_central_government_has_its_own_threshold():
    assert threshold_key("supplies_services", "central") == "supplies_services_central"
    assert threshold_key("supplies_services", "sub_central") == "supplies_services"
    assert threshold_key("works", "central") == "works"
