"""Notice periods, terms and binding periods of orders; pure."""

import calendar
from datetime import date, timedelta

from kdnx.errors import Refused
from kdnx.text import _


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def earliest_end(today: date, notice_months: int) -> date:
    """The earliest last day of a terminated order: the end of the month in which the notice period has run."""
    day = add_months(today, notice_months)
    return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])


def check_termination(
    on: date, *, today: date, notice_months: int, runs_until: date | None
) -> None:
    """A termination keeps the notice period and ends an order that would run longer."""
    first = earliest_end(today, notice_months)
    if on < first:
        raise Refused(
            _("Die Kündigungsfrist beträgt {months} Monate: frühestens zum {day}.").format(
                months=notice_months, day=first.strftime("%d.%m.%Y")
            ),
            rule=_("Kündigungsfrist des Leistungsscheins, zum Monatsende."),
            code="notice_period",
        )
    if runs_until is not None and on >= runs_until:
        raise Refused(
            _("Der Leistungsschein läuft schon am {day} aus.").format(
                day=runs_until.strftime("%d.%m.%Y")
            ),
            code="ends_before",
        )


def is_over(runs_until: date | None, today: date) -> bool:
    """The last day of the term has passed."""
    return runs_until is not None and runs_until < today


def is_lapsed(valid_until: date | None, today: date) -> bool:
    """The last day the offer binds has passed."""
    return valid_until is not None and valid_until + timedelta(days=1) <= today
