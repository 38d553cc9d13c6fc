"""Shares after § 108 GWB are exact: vectors by hand, and the properties of limit and headroom."""

from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.inhouse.model import (
    LABELS,
    MOVES,
    DeclarationState,
    Light,
    Limit,
    cooperation_headroom,
    headroom,
    light_of,
    outlook,
    standing,
)

LIMIT = Limit(Fraction(8, 10), Fraction(9, 10), UUID(int=1), "§ 108", "Quelle")
YEARS = (2023, 2024, 2025)


@pytest.mark.parametrize(
    ("entrusted", "total", "light"),
    [
        ((80, 80, 80), (100, 100, 100), Light.RED),  # exactly at the limit
        ((80, 80, 81), (100, 100, 100), Light.AMBER),
        ((90, 90, 90), (100, 100, 100), Light.GREEN),
        ((90, 90, 89), (100, 100, 100), Light.AMBER),
        # mean of ratios (0.5 + 1 + 1) / 3 = 0.83; ratio of sums 520 / 1000 breaks
        ((480, 20, 20), (960, 20, 20), Light.RED),
        ((0, 0, 0), (0, 0, 0), Light.GREY),
    ],
)
def test_vectors_by_hand(entrusted, total, light):
    by_year = {y: (e, t) for y, e, t in zip(YEARS, entrusted, total, strict=True)}
    assert standing(2026, by_year, LIMIT).light == light


def test_only_the_three_years_before_the_award_count_and_all_of_them():
    by_year = {2022: (0, 900), 2023: (100, 100), 2024: (100, 100), 2026: (0, 900)}
    found = standing(2026, by_year, LIMIT)
    assert (found.light, found.missing, found.headroom_cents) == (Light.GREY, (2025,), None)
    assert standing(2026, {**by_year, 2025: (80, 100)}, LIMIT).headroom_cents == 50


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_breach_is_strict(entrusted, total):
    entrusted = min(entrusted, total)
    light = light_of(Fraction(entrusted, total), LIMIT)
    assert (light == Light.RED) == (entrusted * 10 <= total * 8)


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_the_headroom_brings_the_share_exactly_to_the_limit(entrusted, market):
    total = entrusted + market
    x = headroom(entrusted, total, LIMIT.pct)
    assert Fraction(entrusted) / (total + x) == LIMIT.pct
    y = cooperation_headroom(market, total, Fraction(1, 5))
    assert (market + y) / (total + y) == Fraction(1, 5)
    assert x == y  # the market is what is not entrusted


def test_the_trend_names_the_first_award_year_beyond_the_limit():
    falling = {2023: (100, 100), 2024: (95, 100), 2025: (90, 100)}
    # sums of three: 2027 270/300, 2028 255/300, 2029 240/300 = the limit
    found = outlook(2026, falling, LIMIT)
    assert found is not None
    assert (found.earliest, found.central, found.latest) == (2029, 2029, 2029)
    rising = outlook(2026, {2023: (90, 100), 2024: (91, 100), 2025: (92, 100)}, LIMIT)
    assert rising is not None
    assert rising.earliest is None
    assert outlook(2026, dict.fromkeys(YEARS, (90, 100)), LIMIT) is None
    assert outlook(2026, {2023: (1, 1)}, LIMIT) is None


def test_every_state_has_a_label_and_an_end():
    assert set(LABELS) == set(DeclarationState)
    assert set(MOVES.values()) | {DeclarationState.DRAFT} == set(DeclarationState)
