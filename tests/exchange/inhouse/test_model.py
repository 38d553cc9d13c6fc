"""Shares after § 108 GWB are exact: vectors by hand, and the properties of limit and headroom."""

from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.inhouse.model import (
    LABELS,
    MOVES,
    DeclarationState,
    House,
    Light,
    Limit,
    Term,
    combine,
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


def test_the_trend_names_the_first_award_year_beyond_the_limit():
    falling = {2023: (100, 100), 2024: (95, 100), 2025: (90, 100)}
    # sums of three: 2027 270/300, 2028 255/300, 2029 240/300 = the limit
    found = outlook(standing(2026, falling, LIMIT), falling, LIMIT)
    assert found is not None
    assert (found.earliest, found.central, found.latest) == (2029, 2029, 2029)
    up = {2023: (90, 100), 2024: (91, 100), 2025: (92, 100)}
    rising = outlook(standing(2026, up, LIMIT), up, LIMIT)
    assert rising is not None
    assert rising.earliest is None
    flat = dict.fromkeys(YEARS, (90, 100))
    assert outlook(standing(2026, flat, LIMIT), flat, LIMIT) is None
    assert outlook(standing(2026, {2023: (1, 1)}, LIMIT), {2023: (1, 1)}, LIMIT) is None


def test_a_provisional_trend_may_break_in_the_award_year_itself():
    falling = {2023: (100, 100), 2024: (95, 100), 2025: (50, 100)}
    now = standing(2027, falling, LIMIT, is_due=False)
    assert (now.years, now.light) == (YEARS, Light.AMBER)
    found = outlook(now, falling, LIMIT)
    assert found is not None
    assert found.central == 2027  # 2024 to 2026: 95 + 50 + 25 of 300


def test_until_the_last_year_is_due_the_three_before_it_stand_in():
    old = dict.fromkeys((2023, 2024, 2025), (90, 100))
    waiting = standing(2027, old, LIMIT, is_due=False)
    assert (waiting.light, waiting.years, waiting.is_provisional) == (Light.GREEN, YEARS, True)
    overdue = standing(2027, old, LIMIT, is_due=True)
    assert (overdue.light, overdue.missing, overdue.is_provisional) == (Light.GREY, (2026,), False)
    early = standing(2027, {**old, 2026: (50, 100)}, LIMIT, is_due=False)
    assert (early.years, early.light) == ((2024, 2025, 2026), Light.RED)
    # nothing older stands in for a hole further back
    holes = standing(2027, {2024: (9, 10), 2025: (9, 10)}, LIMIT, is_due=False)
    assert (holes.light, holes.missing) == (Light.GREY, (2026,))


def test_the_day_of_the_rule_is_the_last_one_in_time():
    term = Term(6, 30, UUID(int=2), "Quelle")
    assert term.due_on(2026) == date(2027, 6, 30)
    assert not term.is_over(2027, date(2027, 6, 30))
    assert term.is_over(2027, date(2027, 7, 1))
    assert Term(2, 31, UUID(int=2), "Quelle").due_on(2027) == date(2028, 2, 29)


OLD, NEW = UUID(int=10), UUID(int=11)


def test_merged_houses_count_together_and_every_year_needs_both():
    signed = {
        OLD: {2023: (1, 2), 2024: (3, 4)},
        NEW: {2023: (10, 20), 2024: (30, 40), 2025: (50, 60)},
    }
    taken_over = [House(NEW), House(OLD, None, 2024)]
    assert combine(taken_over, signed) == {2023: (11, 22), 2024: (33, 44), 2025: (50, 60)}
    del signed[OLD][2024]
    assert combine(taken_over, signed) == {2023: (11, 22), 2025: (50, 60)}
    newborn = [House(NEW, 2025), House(OLD, None, 2024)]
    assert combine(newborn, {OLD: {2023: (1, 2)}, NEW: {2025: (5, 6)}}) == {
        2023: (1, 2),
        2025: (5, 6),
    }


@given(
    st.dictionaries(st.integers(2015, 2030), st.tuples(st.integers(0, 99), st.integers(0, 99))),
    st.dictionaries(st.integers(2015, 2030), st.tuples(st.integers(0, 99), st.integers(0, 99))),
    st.integers(2014, 2031),
)
def test_a_merger_loses_and_invents_nothing(ours, theirs, last):
    found = combine([House(NEW), House(OLD, None, last)], {NEW: ours, OLD: theirs})
    for year, (entrusted, total) in found.items():
        assert year in ours
        assert year in theirs or year > last
        assert entrusted == ours[year][0] + theirs.get(year, (0, 0))[0]
        assert total == ours[year][1] + theirs.get(year, (0, 0))[1]
    assert all(y in found for y in set(ours) & set(theirs))


def test_every_state_has_a_label_and_an_end():
    assert set(LABELS) == set(DeclarationState)
    assert set(MOVES.values()) | {DeclarationState.DRAFT} == set(DeclarationState)
