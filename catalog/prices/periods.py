"""Begun years: what a yearly fee comes to for a part of the year, by days or by begun months; pure."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from catalog.prices.model import Per, ProRata
from kdnx.money import half_up

MONTHS = 12


def days_in_year(year: int) -> int:
    """365, or 366 in a leap year."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def months_touched(start: date, end: date) -> int:
    """How many calendar months of one year are begun from `start` until before `end`; 0 for nothing."""
    if end <= start:
        return 0
    last = end - timedelta(days=1)
    return (last.year - start.year) * MONTHS + last.month - start.month + 1


def part_of_year(start: date, end: date, mode: str, per: str = Per.YEAR) -> tuple[int, int]:
    """(active, whole) of one calendar year; `end` is exclusive.

    By months: begun months of twelve. By days: days of the year; of a price by the month the days of each month,
    so that a whole month is a twelfth. ValueError when the stretch crosses a turn of the year.
    """
    if end > start and (end - timedelta(days=1)).year != start.year:
        raise ValueError("a stretch within one calendar year is needed")
    if mode == ProRata.MONTHS:
        return months_touched(start, end), MONTHS
    if per == Per.MONTH:
        part = _by_months(start, end)
        return part.numerator, part.denominator
    return max(0, (end - start).days), days_in_year(start.year)


def _by_months(start: date, end: date) -> Fraction:
    found = Fraction(0)
    for month in range(1, MONTHS + 1):
        first = date(start.year, month, 1)
        after = date(start.year + month // MONTHS, month % MONTHS + 1, 1)
        days = (min(end, after) - max(start, first)).days
        if days > 0:
            found += Fraction(days, (after - first).days * MONTHS)
    return found


def pro_rata(yearly_cents: int, start: date, end: date, mode: str, per: str = Per.YEAR) -> int:
    """`yearly_cents` × active ÷ whole for a stretch of one calendar year, half-up to the cent (domain.md 1.7).

    By days: days active ÷ days in the year. By months: every begun month counts, ÷ 12. Parts as `part_of_year`.
    """
    active, whole = part_of_year(start, end, mode, per)
    return half_up(Decimal(yearly_cents) * active / whole)


def pro_rata_parts(yearly_cents: int, cuts: list[date], mode: str) -> list[int]:
    """The stretches between these days of one year, each the difference of what has accrued: they sum exactly.

    `cuts` are ascending; the first and the last are the ends. By months a month counts for the stretch that
    begins it, so a change within a month takes effect in the amount of the next.
    """
    accrued = [pro_rata(yearly_cents, cuts[0], cut, mode) for cut in cuts]
    return [b - a for a, b in pairwise(accrued)]


def years_of(start: date, end: date) -> list[tuple[date, date]]:
    """The calendar years of a term, the first and the last cut off; `end` exclusive."""
    found = []
    while start < end:
        stop = min(end, date(start.year + 1, 1, 1))
        found.append((start, stop))
        start = stop
    return found
