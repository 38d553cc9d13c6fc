"""What of a period is still to come when part of it is booked by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.planning.amounts import agreed_usage, rest_of
from exchange.schedules.model import Piece, PieceKind, Standing

S = Standing
YEAR = Piece(PieceKind.FIXED, date(2026, 1, 1), date(2026, 12, 31), "2026", 1)


@pytest.mark.parametrize(
    ("standing", "last_booked", "rest"),
    [
        (S.BOOKED, None, 0),
        (S.NOTHING, None, 0),
        (S.DUE, date(2026, 9, 30), 1_200_00),
        (S.OFF, None, 1_200_00),
        (S.OFF, date(2025, 12, 31), 1_200_00),
        (S.BY_HAND, date(2026, 9, 30), 300_00),
        (S.OFF, date(2026, 11, 30), 100_00),
        (S.BY_HAND, date(2026, 12, 31), 0),
        (S.BY_HAND, date(2027, 1, 31), 0),
    ],
)
def test_whole_months_count_whole(standing, last_booked, rest):
    assert rest_of(YEAR, standing, 1_200_00, last_booked) == rest


@given(st.integers(0, 10**12), st.integers(0, 363))
def test_the_later_the_last_booking_the_less_is_left(cents, days):
    day = date(2026, 1, 1) + timedelta(days=days)
    now = rest_of(YEAR, S.BY_HAND, cents, day)
    assert 0 <= now <= cents


def test_agreed_usage_of_a_quarter_without_lines_is_nothing():
    assert agreed_usage(YEAR, "quarter") == 0
