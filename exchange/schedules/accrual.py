"""What a line of an order comes to in a stretch of days: the pro rata rules of the price; pure, net cents."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from exchange.orders.model import Line
from kdnx.money import half_up

DAY = timedelta(days=1)
MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12}
YEAR = 12


class ProRata(StrEnum):
    """How a begun period is charged; the price of the catalogue says days or months.

    A negotiated line has no price of the catalogue: whole months are twelfths of its year, the days of a begun
    month count by the length of that month. So a yearly fee paid monthly comes in equal instalments.
    """

    DAYS = "days"
    MONTHS = "months"
    TWELFTHS = "twelfths"


PRO_RATA_LABELS = {
    ProRata.DAYS: "tagesgenau",
    ProRata.MONTHS: "je angefangenem Monat",
    ProRata.TWELFTHS: "volle Monate als Zwölftel, angebrochene tagesgenau",
}


def period_of(day: date, rhythm: str) -> tuple[date, date]:
    """First and last day of the calendar period that holds the day; never across a turn of the year."""
    length = MONTHS_OF[rhythm]
    month = (day.month - 1) // length * length + 1
    first = date(day.year, month, 1)
    after = month + length
    return first, date(day.year + (after - 1) // YEAR, (after - 1) % YEAR + 1, 1) - DAY


def accrued(line: Line, rule: ProRata, first: date, last: date, *, is_begun: bool = False) -> int:
    """Net cents of a line for days of one calendar year, as the difference of what has accrued since January.

    So the periods of a year sum to the yearly fee to the cent, however often it is billed. By days a whole period
    of the price counts whole and a part by its days; by twelfths each month counts alike and a begun one by its
    days; by months each begun month counts once, for the stretch that begins it (`is_begun`: an earlier stretch
    began the month of `first`).
    """
    if first.year != last.year:
        raise ValueError("a stretch within one calendar year is needed")
    if rule == ProRata.MONTHS:
        start = first.month if is_begun else first.month - 1
        return _by_months(line, last.month) - _by_months(line, start)
    grown = _by_twelfths if rule == ProRata.TWELFTHS else _by_days
    return grown(line, last + DAY, first.year) - grown(line, first, first.year)


def _by_months(line: Line, months: int) -> int:
    whole, rest = divmod(months, MONTHS_OF[line.period])
    return line.net_cents * whole + half_up(Decimal(line.net_cents) * rest / MONTHS_OF[line.period])


def _by_days(line: Line, day: date, year: int) -> int:
    """What has accrued from January until before the day."""
    length = MONTHS_OF[line.period]
    if day.year > year:
        return line.net_cents * (YEAR // length)
    first, last = period_of(day, line.period)
    part = Decimal(line.net_cents) * (day - first).days / ((last - first).days + 1)
    return line.net_cents * ((day.month - 1) // length) + half_up(part)


def _by_twelfths(line: Line, day: date, year: int) -> int:
    """What has accrued from January until before the day, each month alike."""
    length = MONTHS_OF[line.period]
    if day.year > year:
        return line.net_cents * (YEAR // length)
    _first, last = period_of(day, "month")
    months = day.month - 1 + Fraction(day.day - 1, last.day)
    whole, rest = divmod(months, length)
    part = line.net_cents * rest / length
    return line.net_cents * int(whole) + half_up(Decimal(part.numerator) / part.denominator)
