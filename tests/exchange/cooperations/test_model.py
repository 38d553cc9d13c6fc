"""Market shares after § 108 (6), (8) GWB are exact: jointly, per party, the worse counts."""

from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.cooperations.model import (
    LABELS,
    MOVES,
    CooperationState,
    cooperation_headroom,
    houses_in,
    joint_of,
    light_of,
    percent_up,
)
from exchange.inhouse.model import House, Light, Limit

LIMIT = Limit(Fraction(2, 10), Fraction(1, 10), UUID(int=1), "§ 108", "Quelle")
A, B, C = UUID(int=21), UUID(int=22), UUID(int=23)
YEARS = (2023, 2024, 2025)


def years(market, total=100):
    return dict.fromkeys(YEARS, (market, total))


@pytest.mark.parametrize(
    ("a", "b", "light"),
    [
        (years(10), years(10), Light.GREEN),
        (years(10), years(11), Light.AMBER),
        (years(19), years(19), Light.AMBER),
        (years(20), years(0), Light.RED),  # jointly 10 percent, but one party at the limit
        (years(20), years(20), Light.RED),
        (years(0, 0), years(19), Light.AMBER),  # a party that did nothing has no share
        (years(0, 0), years(0, 0), Light.GREY),
    ],
)
def test_vectors_by_hand(a, b, light):
    assert joint_of(2026, {A: a, B: b}, LIMIT).light == light


def test_sums_and_not_the_mean_of_yearly_shares():
    # yearly 50, 10, 10 percent: the sums say 120 of 1000
    one = {2023: (20, 40), 2024: (48, 480), 2025: (52, 480)}
    found = joint_of(2026, {A: one}, LIMIT)
    assert (found.market_cents, found.total_cents, found.light) == (120, 1000, Light.AMBER)
    assert found.headroom_cents == 100  # (0.2 · 1000 − 120) / 0.8
    assert found.worst is not None
    assert found.worst.party_id == A


def test_each_party_is_needed_and_the_years_are_named():
    found = joint_of(2026, {A: years(1), B: {2023: (1, 9), 2025: (1, 9)}}, LIMIT)
    assert (found.light, found.missing, found.headroom_cents) == (Light.GREY, {B: (2024,)}, None)
    assert found.share is None


def test_before_the_last_year_is_due_the_three_before_it_count_for_all():
    waiting = joint_of(2027, {A: {**years(1), 2026: (90, 100)}, B: years(1)}, LIMIT, is_due=False)
    assert (waiting.years, waiting.light, waiting.is_provisional) == (YEARS, Light.GREEN, True)
    assert joint_of(2027, {A: years(1), B: years(1)}, LIMIT, is_due=True).light == Light.GREY


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_breach_is_strict(market, total):
    market = min(market, total)
    light = light_of(Fraction(market, total), LIMIT)
    assert (light == Light.RED) == (market * 5 >= total)
    assert (light == Light.GREEN) == (market * 10 <= total)


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_the_headroom_brings_the_share_exactly_to_the_limit(market, total):
    market = min(market, total)
    x = cooperation_headroom(market, total, LIMIT.pct)
    if total + x > 0:
        assert (market + x) / (total + x) == LIMIT.pct
    assert (x <= 0) == (light_of(Fraction(market, total), LIMIT) == Light.RED)


parts = st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)).map(lambda p: (min(p), max(p)))


@given(st.lists(st.tuples(parts, parts, parts), min_size=1, max_size=5))
def test_the_result_is_the_worst_of_all(houses):
    by_party = {UUID(int=n): dict(zip(YEARS, h, strict=True)) for n, h in enumerate(houses)}
    found = joint_of(2026, by_party, LIMIT)
    if found.share is None:
        assert found.light == Light.GREY
        return
    assert found.worst is not None
    assert found.worst.share is not None
    # the joint share lies between those of the parties, so the worst party decides
    assert found.worst.share >= found.share
    assert found.light == light_of(found.worst.share, LIMIT)
    assert found.market_cents == sum(p.market_cents for p in found.parts)


@given(st.fractions(0, 1))
def test_a_share_is_never_shown_better_than_it_is(share):
    shown = Fraction(percent_up(share))
    assert 0 <= shown - share * 100 < Fraction(1, 100)


def test_a_successor_declares_for_its_predecessor_from_the_succession_on():
    assert houses_in({A}, [House(A)]) == [House(A)]
    assert houses_in({A, B}, [House(A), House(C, None, 2024)]) == [House(A)]
    assert houses_in({C}, [House(A), House(C, None, 2024)]) == [
        House(A, 2025),
        House(C, None, 2024),
    ]
    assert houses_in({A, C}, [House(A), House(C, None, 2024)]) == [House(A), House(C, None, 2024)]


def test_every_state_is_reached_and_labelled():
    assert set(LABELS) == set(CooperationState)
    assert set(MOVES.values()) == set(CooperationState)
