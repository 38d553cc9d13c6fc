"""Notice periods, terms and binding periods of orders; pure."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kdnx.errors import Forbidden, Refused
from kdnx.text import _


class TerminationState(StrEnum):
    """How a notice was answered."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


T = TerminationState
TERMINATION_MOVES: dict[tuple[TerminationState, str], TerminationState] = {
    (T.REQUESTED, "confirm_termination"): T.CONFIRMED,
    (T.REQUESTED, "refuse_termination"): T.REFUSED,
    (T.REQUESTED, "withdraw_termination"): T.WITHDRAWN,
    (T.REQUESTED, "succeed"): T.TRANSFERRED,
}
TERMINATION_LABELS = {
    T.REQUESTED: "zu beantworten",
    T.CONFIRMED: "bestätigt",
    T.REFUSED: "zurückgewiesen",
    T.WITHDRAWN: "zurückgezogen",
    T.TRANSFERRED: "übergegangen",
}
TERMINATION_BADGES = {
    T.REQUESTED: "warning",
    T.CONFIRMED: "success",
    T.REFUSED: "danger",
    T.WITHDRAWN: "",
    T.TRANSFERRED: "",
}


@dataclass(frozen=True)
class Termination:
    """A notice and its answer; `last_day` inclusive, `n` its place in the order's history."""

    owner_id: UUID
    order_id: UUID
    n: int
    state: str
    last_day: date
    by_member: UUID
    reason: str
    requested_at: datetime
    answer_due: date
    answered_by: UUID | None = None
    answered_at: datetime | None = None
    answer: str = ""
    by_name: str = ""
    answered_name: str | None = None

    @property
    def service_until(self) -> date | None:
        """Until when the service runs by this notice; None where the notice changed nothing (peers.md C18)."""
        return self.last_day if self.state in {T.REQUESTED, T.CONFIRMED} else None

    @property
    def may_repeat(self) -> bool:
        """Another notice may be given: this one is answered and did not end the order (peers.md C18)."""
        return self.state in {T.REFUSED, T.WITHDRAWN}

    def is_late(self, today: date) -> bool:
        """Nobody answered within the period."""
        return self.state == T.REQUESTED and self.answer_due < today


def check_notice(event: str, *, is_open: bool, is_mine: bool) -> None:
    """What an open notice allows: one at a time, answered by the other side, taken back by its own."""
    if event == "request_termination" and is_open:
        raise Refused(
            _("Eine Kündigung liegt schon vor."),
            code="termination_pending",
            remedy=_("Die offene Kündigung wird zuerst beantwortet oder zurückgezogen."),
        )
    if event == "pause" and is_open:
        raise Refused(
            _("Solange eine Kündigung zu bestätigen ist, ruht der Leistungsschein nicht."),
            code="termination_pending",
            remedy=_("Zuerst beantwortet die andere Seite die Kündigung."),
        )
    if event in {"confirm_termination", "refuse_termination"} and (not is_open or is_mine):
        raise Forbidden(_("Eine Kündigung beantwortet die andere Seite."), code="other_side")
    if event == "withdraw_termination" and not (is_open and is_mine):
        raise Forbidden(
            _("Eine Kündigung zieht die Seite zurück, die sie erklärt hat."), code="other_side"
        )


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
