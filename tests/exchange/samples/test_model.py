"""Drawing by hand and by rule: the same seed gives the same rows, every cent has the same chance."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.samples.model import (
    Finding,
    SampleEvent,
    advance,
    draw_money_units,
    draw_random,
    rank_of,
    steps_of,
)
from kdnx.errors import Refused

SEEDS = st.text(min_size=4, max_size=20)


@given(SEEDS, st.lists(st.integers(1, 10**9), min_size=1, max_size=60), st.integers(1, 40))
def test_money_units_hit_exactly_as_often_as_wanted(seed, cents, wanted):
    hits = draw_money_units(seed, cents, wanted)
    steps = steps_of(seed, sum(cents), wanted)
    assert sum(hits.values()) == steps.count == min(wanted, sum(cents))
    assert 0 <= steps.start < steps.interval
    assert hits == draw_money_units(seed, cents, wanted)
    rest = sum(cents) - steps.count * steps.interval
    for place, amount in enumerate(cents):
        # as often as its cents fill the interval; less only in the rest that the last step leaves
        least, most = amount // steps.interval, -(-amount // steps.interval)
        assert least - 1 - rest // steps.interval <= hits.get(place, 0) <= most


@given(SEEDS, st.sets(st.uuids(), min_size=1, max_size=60), st.integers(1, 80))
def test_a_random_drawing_is_reproducible_and_in_any_order(seed, ids, wanted):
    drawn = draw_random(seed, ids, wanted)
    assert drawn == draw_random(seed, sorted(ids, reverse=True), wanted)
    assert len(drawn) == min(wanted, len(ids)) == len(set(drawn))
    left = set(ids) - set(drawn)
    assert all(rank_of(seed, drawn[-1]) <= rank_of(seed, i) for i in left)


def test_a_known_drawing():
    ids = [UUID(int=n) for n in range(1, 6)]
    assert draw_random("beispiel", ids, 2) == draw_random("beispiel", ids, 5)[:2]
    assert draw_money_units("beispiel", [1, 10_000, 1], 3) == {1: 3}


def test_a_closed_sample_takes_nothing_more():
    assert advance("open", SampleEvent.CLOSE).value == "closed"
    with pytest.raises(Refused):
        advance("closed", SampleEvent.CLOSE)
    assert {f.value for f in Finding} == {"open", "clean", "minor", "major"}
