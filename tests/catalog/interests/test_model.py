"""Moves, lines from prices, fitting audiences; pure."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.contents.model import Audience
from catalog.interests.model import (
    EVENT_LABELS,
    LABELS,
    MOVES,
    OPEN,
    TURNS,
    InterestEvent,
    InterestState,
    advance,
    fitting,
    lines_from,
    once,
    side_for,
    yearly,
)
from catalog.prices.model import PriceItem, Terms, Tier
from catalog.prices.model import yearly as yearly_of
from kdnx.errors import Refused

E, S = InterestEvent, InterestState
MEMBER = UUID(int=7)


@given(st.sampled_from(list(S)), st.sampled_from(list(E)))
def test_a_move_is_in_the_table_or_refused_in_german(state, event):
    if (state, event) in MOVES:
        assert advance(state, event) == MOVES[state, event]
        return
    with pytest.raises(Refused) as refused:
        advance(state, event)
    assert refused.value.code == "wrong_state"
    assert LABELS[state] in refused.value.detail
    assert EVENT_LABELS[event] in refused.value.detail


@given(st.lists(st.sampled_from(list(E)), max_size=30))
def test_what_is_closed_stays_closed(events):
    state = S.EXPRESSED
    closed = False
    for event in events:
        after = MOVES.get((state, event))
        if after is None:
            continue
        assert not closed
        state = after
        closed = state not in OPEN
    assert (state in TURNS) == (not closed)


def test_an_offer_is_declined_by_the_recipient_alone():
    assert side_for(S.OFFERED, E.DECLINE) == {"recipient"}
    assert side_for(S.COORDINATING, E.DECLINE) == {"provider"}
    assert side_for(S.OFFERED, E.VALIDITY_END) == frozenset()


def test_a_graduated_price_becomes_a_line_for_each_tier():
    tiers = (Tier(Decimal(1001), 900_000), Tier(Decimal(5001), 800_000))
    price = PriceItem(1, "recurring", "case", "month", 1_000_000, "Fälle", "graduated", tiers)
    lines = lines_from([price], {1: Decimal(6000)})
    assert [(x.quantity, x.unit_price_micro) for x in lines] == [
        (1000, 1_000_000),
        (4000, 900_000),
        (1000, 800_000),
    ]
    assert yearly(lines) == 12 * (1000_00 + 3600_00 + 800_00)
    assert lines[1].label == "Fälle, Stufe 2"


def test_a_slab_has_the_price_of_the_tier_reached():
    price = PriceItem(
        1, "recurring", "case", "year", 1_000_000, "Fälle", "slab", (Tier(Decimal(1000), 500_000),)
    )
    (line,) = lines_from([price], {1: Decimal(1000)})
    assert (line.unit_price_micro, line.net_cents) == (500_000, 500_00)
    assert lines_from([price], {}) == []


def test_minimum_and_setup_are_lines_of_their_own():
    terms = Terms(minimum_quantity=Decimal(10), minimum_cents=500_00, setup_cents=250_00)
    price = PriceItem(1, "recurring", "workplace", "month", 4_000_000, "Arbeitsplatz", terms=terms)
    lines = lines_from([price], {1: Decimal(3)})
    assert [(x.quantity, x.net_cents, x.period, x.price_ordinal) for x in lines] == [
        (10, 40_00, "month", 1),
        (1, 460_00, "month", None),
        (1, 250_00, "once", None),
    ]
    assert lines[1].label == "Arbeitsplatz, Aufschlag bis zum Mindestentgelt"
    assert once(lines) == 250_00


@given(
    st.decimals(min_value=1, max_value=50_000, places=0),
    st.integers(0, 40_000),
    st.integers(0, 5_000_00),
    st.sampled_from(["none", "slab", "graduated"]),
)
def test_an_offer_costs_what_the_calculator_says(quantity, at_least, cents, mode):
    tiers = (Tier(Decimal(1001), 900_000), Tier(Decimal(5001), 800_000)) if mode != "none" else ()
    terms = Terms(minimum_quantity=Decimal(at_least), minimum_cents=cents, setup_cents=100_00)
    price = PriceItem(1, "recurring", "case", "month", 1_000_000, "Fälle", mode, tiers, terms=terms)
    lines = lines_from([price], {1: quantity})
    assert yearly(lines) == yearly_of(price, quantity)
    assert once(lines) == 100_00


@given(st.decimals(min_value=1, max_value=100_000, places=0))
def test_the_tiers_together_hold_the_whole_quantity(quantity):
    tiers = (Tier(Decimal(1001), 900_000), Tier(Decimal(5001), 800_000))
    price = PriceItem(1, "recurring", "case", "month", 1_000_000, "Fälle", "graduated", tiers)
    lines = lines_from([price], {1: quantity})
    assert sum(x.quantity for x in lines) == quantity
    assert [x.ordinal for x in lines] == list(range(1, len(lines) + 1))


def test_the_narrowest_audience_fits_best():
    wide = Audience(1, "all", "gwb_108_6", "U19")
    region = Audience(2, "region", "gwb_108_4", "N2B", regions=("DEA1",))
    named = Audience(3, "members", "gwb_108_1", "F29", member_ids=(MEMBER,))
    keys = ["all", f"m:{MEMBER}", "r:DEA1"]
    assert fitting([wide, region, named], keys) == named
    assert fitting([wide, region], keys) == region
    assert fitting([named, region], ["all"]) is None
