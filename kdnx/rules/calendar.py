"""Periods by Regulation (EEC, Euratom) 1182/71: the only place that adds days to legal dates."""

import calendar as months
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import holidays as library

DAY = timedelta(days=1)
SATURDAY = 5
LEAST_WORKING_DAYS = 2
LAST_MONTH = 12


@dataclass(frozen=True)
class Holidays:
    """Public holidays of a German Land plus days the alliance added; `day in holidays` asks."""

    subdivision: str = "NW"
    extra: frozenset[date] = field(default_factory=frozenset)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and (
            day in self.extra or day in _of_year(self.subdivision, day.year)
        )


@cache
def _of_year(subdivision: str, year: int) -> frozenset[date]:
    return frozenset(library.country_holidays("DE", subdiv=subdivision, years=year))


def is_subdivision(code: str) -> bool:
    """True for the code of a German Land ('NW')."""
    return code in library.country_holidays("DE").subdivisions


def holidays_from(value: Mapping[str, Any]) -> Holidays:
    """The holidays that a rule of kind `holiday` describes."""
    extra = frozenset(date.fromisoformat(d) for d in value.get("extra_days", ()))
    return Holidays(str(value.get("subdivision", "NW")), extra)


def is_working_day(day: date, holidays: Container[date]) -> bool:
    """Neither Saturday, Sunday nor holiday (Art. 2)."""
    return day.weekday() < SATURDAY and day not in holidays


def next_working_day(day: date, holidays: Container[date]) -> date:
    """The day itself when it is a working day, else the next one."""
    while not is_working_day(day, holidays):
        day += DAY
    return day


def add_days(day: date, days: int) -> date:
    """So many calendar days later (earlier when negative)."""
    return day + timedelta(days=days)


def add_months(day: date, count: int) -> date:
    """The same day of a later month, its last day where that one is missing (Art. 3(2)(c))."""
    index = day.year * LAST_MONTH + day.month - 1 + count
    year, month = divmod(index, LAST_MONTH)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def end_of_period(dispatch: date, days: int, holidays: Container[date]) -> date:
    """The last day of a period of `days` calendar days; it runs to 24:00 of that day.

    The day of dispatch does not count (Art. 3(1)); an end on a Saturday, Sunday or holiday moves
    to the next working day (Art. 3(4)); two days or more hold two working days (Art. 3(5)).
    Source: § 82 VgV with Regulation 1182/71.
    """
    end = next_working_day(dispatch + timedelta(days=days), holidays)
    if days >= LEAST_WORKING_DAYS:
        while _working_days_between(dispatch, end, holidays) < LEAST_WORKING_DAYS:
            end = next_working_day(end + DAY, holidays)
    return end


def earliest_closing(dispatch: date, days: int, holidays: Container[date]) -> date:
    """The earliest working day on which a deadline may fall at any hour of the day.

    A closing time within the last day would cut the period short, so the period must be over.
    """
    return next_working_day(end_of_period(dispatch, days, holidays) + DAY, holidays)


def latest_dispatch(closing: date, days: int, holidays: Container[date]) -> date:
    """The last day of dispatch for which `closing` respects the period at any hour."""
    dispatch = closing - timedelta(days=days + 1)
    while earliest_closing(dispatch, days, holidays) > closing:
        dispatch -= DAY
    return dispatch


@dataclass(frozen=True)
class EarliestContract:
    """From when a contract may be made: by the letter, and with the cautious reading of weekends."""

    strict: date
    cautious: date


def earliest_contract(
    last_dispatch: date, days: int, holidays: Container[date]
) -> EarliestContract:
    """The day after the standstill of `days` calendar days (§ 134(2) GWB).

    The letter of the law does not extend a period that ends on a free day; the cautious day does.
    """
    end = last_dispatch + timedelta(days=days)
    return EarliestContract(end + DAY, next_working_day(end, holidays) + DAY)


def _working_days_between(after: date, until: date, holidays: Container[date]) -> int:
    span = (until - after).days
    return sum(is_working_day(after + timedelta(days=n), holidays) for n in range(1, span + 1))
