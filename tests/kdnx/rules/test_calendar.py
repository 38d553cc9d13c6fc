"""Periods by Regulation 1182/71, with the vectors of the domain note."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdnx.rules.calendar import (
    Holidays,
    add_months,
    earliest_closing,
    earliest_contract,
    end_of_period,
    is_working_day,
    latest_dispatch,
)

NRW = Holidays("NW")
MONDAY = date(2026, 11, 23)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("days", "end"),
    [(15, date(2026, 12, 8)), (30, date(2026, 12, 23)), (35, date(2026, 12, 28))],
)
def test_end_of_period_vectors(days: int, end: date) -> None:
    assert end_of_period(MONDAY, days, NRW) == end


def test_end_on_a_holiday_moves_to_the_next_working_day() -> None:
    # 25 December 2026 is a Friday and a holiday, the 26th too, the 27th a Sunday
    assert end_of_period(date(2026, 12, 15), 10, NRW) == date(2026, 12, 28)


def test_corpus_christi_is_free_in_nrw_only() -> None:
    day = date(2026, 6, 4)
    assert not is_working_day(day, NRW)
    assert is_working_day(day, Holidays("BE"))


def test_added_day_is_free() -> None:
    extra = Holidays("NW", frozenset({date(2026, 12, 8)}))
    assert end_of_period(MONDAY, 15, extra) == date(2026, 12, 9)


def test_standstill_vector() -> None:
    found = earliest_contract(date(2026, 12, 15), 10, NRW)
    assert (found.strict, found.cautious) == (date(2026, 12, 26), date(2026, 12, 29))


def test_closing_within_the_day_needs_the_day_after() -> None:
    assert earliest_closing(MONDAY, 15, NRW) == date(2026, 12, 9)


def test_months_end_on_the_last_day_where_the_day_is_missing() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 12, 15), -12) == date(2025, 12, 15)


@given(DAYS, st.integers(2, 60))
def test_a_period_holds_its_days_and_two_working_days(dispatch: date, days: int) -> None:
    end = end_of_period(dispatch, days, NRW)
    inside = [dispatch + timedelta(days=n) for n in range(1, (end - dispatch).days + 1)]
    assert end >= dispatch + timedelta(days=days)
    assert is_working_day(end, NRW)
    assert sum(is_working_day(d, NRW) for d in inside) >= 2


@given(DAYS, st.integers(1, 60))
def test_latest_dispatch_is_the_inverse(closing: date, days: int) -> None:
    found = latest_dispatch(closing, days, NRW)
    assert earliest_closing(found, days, NRW) <= closing
    assert earliest_closing(found + timedelta(days=1), days, NRW) > closing
