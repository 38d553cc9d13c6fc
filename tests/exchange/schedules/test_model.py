"""Periods tile the term, whole years sum to the yearly fee, and begun ones follow the price's rule."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.orders.model import TIMES_A_YEAR, Line
from exchange.schedules.accrual import MONTHS_OF, ProRata, accrued, period_of
from exchange.schedules.model import (
    PieceKind,
    Plan,
    PlanVersion,
    Standing,
    label_of,
    next_look,
    pieces,
    rests_of,
)

DAY = timedelta(days=1)
RHYTHMS = ("month", "quarter", "half", "year")


def a_line(period="month", cents=1_200_00, ordinal=1):
    return Line(ordinal, "Sicherung", "je Monat", period, Decimal(1), cents * 10_000, cents)


def a_version(
    n=1, valid_from=date(2026, 1, 1), starts_on=None, ends_on=None, billing="month", lines=None, rule=ProRata.DAYS
):  # fmt: skip
    lines = (a_line(),) if lines is None else tuple(lines)
    rules = {x.ordinal: rule for x in lines}
    return PlanVersion(n, valid_from, starts_on or valid_from, ends_on, billing, lines, rules=rules)


days = st.dates(date(2019, 1, 1), date(2031, 12, 31))


@given(
    starts=days, length=st.integers(0, 2500), rhythm=st.sampled_from(RHYTHMS), change=st.integers(0, 2500),
    rest=st.tuples(st.integers(0, 2500), st.integers(0, 200)), price=st.booleans(),
)  # fmt: skip
def test_periods_tile_the_served_term(starts, length, rhythm, change, rest, price):
    ends = starts + timedelta(days=length)
    first = a_version(1, starts, ends_on=ends, billing=rhythm)
    second = a_version(
        2, starts + timedelta(days=change), starts, ends, rhythm, [a_line(cents=1_300_00 if price else 1_200_00)],
    )  # fmt: skip
    begin = starts + timedelta(days=rest[0])
    rests = [(begin, begin + timedelta(days=rest[1]))]
    found = pieces(Plan([first, second], rests=rests), ends)
    served = [d for n in range(length + 1) if not rests[0][0] <= (d := starts + n * DAY) <= rests[0][1]]  # fmt: skip
    booked = [p.first + n * DAY for p in found for n in range((p.last - p.first).days + 1)]
    assert booked == served
    assert all(p.first.year == p.last.year for p in found)
    assert len({p.reference("L-1") for p in found}) == len(found)


@given(
    year=st.integers(2019, 2031), rhythm=st.sampled_from(RHYTHMS), period=st.sampled_from(tuple(MONTHS_OF)),
    cents=st.integers(1, 10**9), rule=st.sampled_from(ProRata),
)  # fmt: skip
def test_a_whole_year_sums_to_the_yearly_fee(year, rhythm, period, cents, rule):
    line = a_line(period, cents)
    version = a_version(valid_from=date(2019, 1, 1), billing=rhythm, lines=[line], rule=rule)
    found = [p for p in pieces(Plan([version]), date(year, 12, 31)) if p.first.year == year]
    assert sum(p.cents or 0 for p in found) == cents * TIMES_A_YEAR[period]
    assert len(found) == 12 // MONTHS_OF[rhythm]


@given(
    cut=st.integers(1, 364), cents=st.integers(1, 10**7), period=st.sampled_from(tuple(MONTHS_OF)),
    rule=st.sampled_from(ProRata), year=st.sampled_from((2026, 2028)),
)  # fmt: skip
def test_a_change_within_the_year_loses_and_adds_no_cent(cut, cents, period, rule, year):
    line, first, last = a_line(period, cents), date(year, 1, 1), date(year, 12, 31)
    middle = first + cut * DAY
    begun = middle.day != 1
    parts = accrued(line, rule, first, middle - DAY) + accrued(
        line, rule, middle, last, is_begun=begun
    )
    assert parts == accrued(line, rule, first, last) == cents * TIMES_A_YEAR[period]


@pytest.mark.parametrize(
    ("first", "last", "rule", "cents"),
    [
        (date(2026, 7, 15), date(2026, 7, 31), ProRata.DAYS, 658_06),  # 17 of 31 days
        (date(2026, 7, 15), date(2026, 7, 31), ProRata.MONTHS, 1_200_00),
        (date(2028, 2, 1), date(2028, 2, 29), ProRata.DAYS, 1_200_00),  # leap year: a whole month
        (date(2028, 2, 29), date(2028, 2, 29), ProRata.DAYS, 41_38),
        (date(2026, 3, 29), date(2026, 3, 29), ProRata.DAYS, 38_71),  # the day the clock changes
        (date(2026, 12, 31), date(2026, 12, 31), ProRata.DAYS, 38_71),
    ],
)
def test_begun_months(first, last, rule, cents):
    assert accrued(a_line(), rule, first, last) == cents


def test_a_negotiated_yearly_fee_comes_in_equal_instalments():
    version = a_version(valid_from=date(2026, 1, 1), lines=[a_line("year", 96_831_96)])
    plan = Plan([replace(version, rules={})])
    found = [p.cents for p in pieces(plan, date(2026, 12, 31)) if p.first.year == 2026]
    assert found == [8_069_33] * 12


@pytest.mark.parametrize(
    ("first", "last", "cents"),
    [
        (date(2026, 7, 15), date(2026, 7, 31), 658_06),  # 17 of the 31 days of one twelfth
        (date(2028, 2, 29), date(2028, 2, 29), 41_38),
        (date(2026, 2, 1), date(2026, 12, 31), 11 * 1_200_00),
    ],
)
def test_twelfths(first, last, cents):
    assert accrued(a_line("year", 14_400_00), ProRata.TWELFTHS, first, last) == cents


def test_a_yearly_fee_by_days_in_a_leap_year():
    line = a_line("year", 36_600_00)
    assert accrued(line, ProRata.DAYS, date(2028, 1, 1), date(2028, 2, 29)) == 60 * 100_00


def test_no_period_crosses_the_turn_of_the_year():
    version = a_version(valid_from=date(2026, 11, 15), billing="quarter")
    found = pieces(Plan([version]), date(2027, 2, 1))
    assert [(p.first, p.last, p.label) for p in found] == [
        (date(2026, 11, 15), date(2026, 12, 31), "2026-Q4 ab 15.11."),
        (date(2027, 1, 1), date(2027, 3, 31), "2027-Q1"),
    ]
    with pytest.raises(ValueError, match="one calendar year"):
        accrued(a_line(), ProRata.DAYS, date(2026, 12, 31), date(2027, 1, 1))


def test_a_renewal_at_the_same_price_splits_nothing():
    old = a_version(1, date(2026, 1, 1), ends_on=date(2026, 12, 31), billing="half")
    new = a_version(2, date(2026, 8, 1), date(2026, 1, 1), date(2027, 12, 31), "half")
    found = pieces(Plan([old, new]), date(2027, 1, 1))
    assert [(p.label, p.version) for p in found] == [("2026-H1", 1), ("2026-H2", 2), ("2027-H1", 2)]


def test_once_is_paid_once():
    once = Line(2, "Einrichtung", "", "once", Decimal(1), 50_000_000, 5_000)
    old = a_version(lines=[a_line(), once])
    new = a_version(2, date(2026, 3, 1), date(2026, 1, 1), lines=[a_line(cents=1), once])
    found = [p for p in pieces(Plan([old, new]), date(2026, 6, 1)) if p.kind == PieceKind.ONCE]
    assert [(p.first, p.cents) for p in found] == [(date(2026, 1, 1), 5_000)]
    again = Plan([old, new], continues=True)
    assert not [p for p in pieces(again, date(2026, 6, 1)) if p.kind == PieceKind.ONCE]


def test_use_waits_for_its_quantity():
    line = Line(1, "Fälle", "je Fall", "usage", Decimal(3500), 1_200_000, 4_200_00)
    found = pieces(Plan([a_version(billing="usage", lines=[line])]), date(2026, 2, 1))
    assert [(p.kind, p.cents, p.reference("L-1")) for p in found] == [
        (PieceKind.USAGE, None, "L-1/2026-01/Nutzung"),
        (PieceKind.USAGE, None, "L-1/2026-02/Nutzung"),
    ]


def test_rest_days_lie_between_the_acts():
    assert rests_of([("pause", date(2026, 3, 10)), ("resume", date(2026, 3, 20))]) == [
        (date(2026, 3, 11), date(2026, 3, 19))
    ]
    assert rests_of([("pause", date(2026, 3, 10)), ("resume", date(2026, 3, 10))]) == []
    assert rests_of([("pause", date(2026, 3, 10))]) == [(date(2026, 3, 11), None)]


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_calendar_periods(rhythm):
    first, last = period_of(date(2028, 2, 29), rhythm)
    assert first <= date(2028, 2, 29) <= last and last.year == 2028
    assert "ab" not in label_of(first, rhythm)


def test_the_next_look():
    today = date(2026, 11, 22)
    (november,) = pieces(Plan([a_version(valid_from=date(2026, 11, 1))]), today)
    assert next_look([(november, Standing.FUTURE)], today, is_over=False) == date(2026, 12, 1)
    assert next_look([(november, Standing.NEEDS_TAX)], date(2026, 12, 5), is_over=False) == date(2026, 12, 6)  # fmt: skip
    assert next_look([(november, Standing.BOOKED)], date(2026, 12, 5), is_over=True) is None
