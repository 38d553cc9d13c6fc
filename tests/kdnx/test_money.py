"""Money: half-up, largest remainder, German notation."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdnx.money import half_up, largest_remainder, parse_euro, percent_of, plain_number, times


@pytest.mark.parametrize(
    ("value", "cents"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("2.49", 2)]
)
def test_half_up_is_away_from_zero(value, cents):
    assert half_up(Decimal(value)) == cents


def test_the_surcharge_of_the_worked_example():
    assert percent_of(1_000_000, Decimal("2.5")) == 25_000
    assert percent_of(333_333, Decimal("2.5")) == 8_333


def test_the_cost_share_of_the_worked_example():
    assert largest_remainder(9_000_001, [1, 1, 1]) == [3_000_001, 3_000_000, 3_000_000]


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any),
)
def test_shares_sum_to_the_total_and_are_never_off_by_more_than_a_cent(total, weights):
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    assert all(
        abs(Decimal(p) - Decimal(total) * w / sum(weights)) < 1
        for p, w in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
def test_shares_without_weight_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        largest_remainder(100, weights)


def test_quantity_times_price_rounds_at_the_line():
    assert times(Decimal(85060), 1_390_000) == 11_823_340
    assert times(Decimal(3), 3_335) == 1


@pytest.mark.parametrize(
    ("text", "cents"),
    [("1.234,50", 123450), ("1234.50", 123450), ("1234,5 €", 123450), ("12", 1200), ("1.234", 123400),
     ("-0,01", -1), ("24.000.000,00", 2_400_000_000), ("0.5", 50)],
)  # fmt: skip
def test_euro_is_read_in_both_notations(text, cents):
    assert parse_euro(text) == cents


@pytest.mark.parametrize(
    "text", ["", "abc", "1,234,50", "1.23.45", "0,001", "NaN", "Infinity", "1.2345,00", "12.34,5"]
)
def test_unclear_amounts_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # the message is the text itself
        parse_euro(text)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1.234,5", "1234.5"),
        ("5.000", "5000"),
        ("1.000.000", "1000000"),
        ("0.215", "0.215"),
        ("12.5", "12.5"),
        (" 1 234 ", "1234"),
    ],
)
def test_what_a_german_form_shows_is_read_back_as_the_same_number(typed, read):
    assert plain_number(typed) == read
