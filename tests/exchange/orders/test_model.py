"""The states and moves of an order."""

from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.orders.model import (
    EVENT_LABELS,
    LABELS,
    MOVES,
    OrderEvent,
    OrderState,
    advance,
    legs_of,
    turn_of,
)
from exchange.running.model import check_termination, earliest_end, is_lapsed, is_over
from kdnx.errors import Refused

A, B, H = UUID(int=1), UUID(int=2), UUID(int=3)
FINAL = {OrderState.ENDED, OrderState.TRANSFERRED, OrderState.WITHDRAWN, OrderState.DECLINED}


def test_every_state_and_event_has_a_label_and_a_use():
    assert set(LABELS) == set(OrderState)
    assert set(EVENT_LABELS) == set(OrderEvent)
    assert {e for _s, e in MOVES} == set(OrderEvent)
    assert {s for s, _e in MOVES} == set(OrderState) - FINAL


def test_the_hub_signs_on_its_route_and_only_there():
    assert advance("approved_provider", OrderEvent.APPROVE_HUB) == "approved_hub"
    assert advance("approved_provider", OrderEvent.APPROVE_RECIPIENT, "direct") == "approved"
    with pytest.raises(Refused):
        advance("approved_provider", OrderEvent.APPROVE_RECIPIENT)
    with pytest.raises(Refused):
        advance("approved_provider", OrderEvent.APPROVE_HUB, "direct")


@given(st.lists(st.sampled_from(list(OrderEvent)), max_size=40), st.sampled_from(["hub", "direct"]))
def test_any_sequence_stays_in_the_table_and_keeps_the_legs(events, route):
    state, seen = OrderState.DRAFT, set()
    for event in events:
        try:
            state = advance(state, event, route)
        except Refused:
            continue
        seen.add(event)
        turn = turn_of(state, route)
        assert turn is None or advance(state, turn[1], route)
        legs = legs_of(route, A, B, H if route == "hub" else None)
        assert [x.leg for x in legs] == ([1, 2] if route == "hub" else [1])
        assert legs[0].supplier_id == A
        assert legs[-1].customer_id == B
        assert all(x.customer_id == y.supplier_id for x, y in pairwise(legs))
    if state in {OrderState.ACTIVE, OrderState.NOTICE_GIVEN, OrderState.PAUSED}:
        assert {
            OrderEvent.REVIEW,
            OrderEvent.APPROVE_PROVIDER,
            OrderEvent.APPROVE_RECIPIENT,
            OrderEvent.START,
        } <= seen
        assert (OrderEvent.APPROVE_HUB in seen) == (route == "hub")


def test_notice_runs_to_the_end_of_a_month():
    assert earliest_end(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert earliest_end(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert earliest_end(date(2026, 12, 31), 0) == date(2026, 12, 31)
    with pytest.raises(Refused, match=r"28\.02\.2027"):
        check_termination(
            date(2027, 2, 27), today=date(2026, 11, 22), notice_months=3, runs_until=None
        )
    with pytest.raises(Refused):
        check_termination(
            date(2027, 3, 1), today=date(2026, 11, 22), notice_months=3, runs_until=date(2027, 3, 1)
        )
    check_termination(date(2027, 2, 28), today=date(2026, 11, 22), notice_months=3, runs_until=None)


def test_days_count_to_their_end():
    assert not is_over(date(2026, 12, 31), date(2026, 12, 31))
    assert is_over(date(2026, 12, 31), date(2027, 1, 1))
    assert not is_over(None, date(2027, 1, 1))
    assert is_lapsed(date(2026, 11, 21), date(2026, 11, 22))
    assert not is_lapsed(date(2026, 11, 22), date(2026, 11, 22))
