"""An amendment's states, who is to act, and from when it may hold; pure."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from exchange.orders.model import Version
from exchange.running.model import add_months, earliest_end
from kdnx.errors import Refused
from kdnx.text import _, ngettext

DAY = timedelta(days=1)
SHORTEST_REASON = 3


class AmendmentState(StrEnum):
    """Where an amendment stands."""

    PROPOSED = "proposed"
    REVIEWED = "reviewed"
    APPROVED_PROVIDER = "approved_provider"
    APPROVED_HUB = "approved_hub"
    AGREED = "agreed"
    IN_FORCE = "in_force"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class AmendmentEvent(StrEnum):
    """What happens to an amendment; `come_into_force` and `lapse` are time events."""

    REVIEW = "review"
    APPROVE_PROVIDER = "approve_provider"
    APPROVE_HUB = "approve_hub"
    APPROVE_RECIPIENT = "approve_recipient"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    COME_INTO_FORCE = "come_into_force"
    LAPSE = "lapse"


S, E = AmendmentState, AmendmentEvent
OPEN = (S.PROPOSED, S.REVIEWED, S.APPROVED_PROVIDER, S.APPROVED_HUB)
MOVES: dict[tuple[AmendmentState, AmendmentEvent], AmendmentState] = {
    (S.PROPOSED, E.REVIEW): S.REVIEWED,
    (S.PROPOSED, E.APPROVE_PROVIDER): S.APPROVED_PROVIDER,  # only where the legal route stays
    (S.REVIEWED, E.APPROVE_PROVIDER): S.APPROVED_PROVIDER,
    (S.APPROVED_PROVIDER, E.APPROVE_HUB): S.APPROVED_HUB,
    (S.APPROVED_PROVIDER, E.APPROVE_RECIPIENT): S.AGREED,  # direct route only
    (S.APPROVED_HUB, E.APPROVE_RECIPIENT): S.AGREED,
    (S.AGREED, E.COME_INTO_FORCE): S.IN_FORCE,
    (S.AGREED, E.LAPSE): S.LAPSED,
    **{(s, E.DECLINE): S.DECLINED for s in OPEN},
    **{(s, E.WITHDRAW): S.WITHDRAWN for s in OPEN},
    **{(s, E.LAPSE): S.LAPSED for s in OPEN},
}
LABELS = {
    S.PROPOSED: "vorgeschlagen",
    S.REVIEWED: "rechtlich geprüft",
    S.APPROVED_PROVIDER: "freigegeben vom Bereitsteller",
    S.APPROVED_HUB: "freigegeben von der Drehscheibe",
    S.AGREED: "vereinbart",
    S.IN_FORCE: "in Kraft",
    S.DECLINED: "abgelehnt",
    S.WITHDRAWN: "zurückgezogen",
    S.LAPSED: "verfallen",
}
EVENT_LABELS = {
    E.REVIEW: "rechtlich prüfen",
    E.APPROVE_PROVIDER: "als Bereitsteller freigeben",
    E.APPROVE_HUB: "als Drehscheibe freigeben",
    E.APPROVE_RECIPIENT: "als Abnehmer freigeben",
    E.DECLINE: "ablehnen",
    E.WITHDRAW: "zurückziehen",
    E.COME_INTO_FORCE: "in Kraft treten",
    E.LAPSE: "verfallen",
}
BADGES = {
    S.AGREED: "success",
    S.IN_FORCE: "success",
    S.DECLINED: "danger",
    S.LAPSED: "danger",
    S.WITHDRAWN: "",
    **dict.fromkeys(OPEN, "info"),
}
SIDE_OF = {
    E.REVIEW: "legal",
    E.APPROVE_PROVIDER: "provider",
    E.APPROVE_HUB: "hub",
    E.APPROVE_RECIPIENT: "recipient",
}


@dataclass(frozen=True)
class Amendment:
    """One amendment with what its order says of the parties; its terms are `version` of the order."""

    owner_id: UUID
    id: UUID
    order_id: UUID
    version: int
    base_version: int
    state: str
    valid_from: date
    needs_legal: bool
    early_reason: str
    reason: str
    answer: str
    proposed_by: UUID
    row_version: int
    created_at: datetime
    updated_at: datetime
    number: str
    title: str
    recipient_id: UUID
    route: str
    hub_id: UUID | None
    author_id: UUID | None
    provider_short: str
    recipient_short: str
    order_state: str

    @property
    def is_open(self) -> bool:
        """Not all sides have signed yet."""
        return self.state in OPEN


def advance(a: Amendment, event: AmendmentEvent) -> AmendmentState:
    """The state after the event; Refused when there is no such move, by state, route and legal review."""
    now = AmendmentState(a.state)
    after = MOVES.get((now, event))
    wrong = {
        (S.APPROVED_PROVIDER, E.APPROVE_HUB): a.route == "direct",
        (S.APPROVED_PROVIDER, E.APPROVE_RECIPIENT): a.route != "direct",
        (S.PROPOSED, E.REVIEW): not a.needs_legal,
        (S.PROPOSED, E.APPROVE_PROVIDER): a.needs_legal,
    }
    if after is None or wrong.get((now, event), False):
        raise Refused(
            _("Im Zustand „{state}“ ist „{event}“ nicht möglich.").format(
                state=LABELS[now], event=EVENT_LABELS[event]
            ),
            code="wrong_state",
            remedy=_("Bitte die Seite neu laden; sie zeigt, welcher Schritt jetzt ansteht."),
        )
    return after


def turn_of(a: Amendment) -> AmendmentEvent | None:
    """The signature that comes next, or None."""
    for event in SIDE_OF:
        try:
            advance(a, event)
        except Refused:
            continue
        return event
    return None


def is_onerous(old: Version, new: Version) -> bool:
    """It costs more or ends sooner: what one side could otherwise reach only by notice."""
    sooner = new.ends_on is not None and (old.ends_on is None or new.ends_on < old.ends_on)
    prices = {x.label: x.unit_price_micro for x in old.lines}
    dearer = any(x.unit_price_micro > prices.get(x.label, x.unit_price_micro) for x in new.lines)
    surcharge = (new.surcharge_pct, new.surcharge_fee_cents) > (
        old.surcharge_pct, old.surcharge_fee_cents
    )  # fmt: skip
    return sooner or dearer or surcharge


def _day(value: date) -> str:
    return value.strftime("%d.%m.%Y")


def notice_text(n: int) -> str:
    """'3 Monate'."""
    return ngettext("{n} Monat", "{n} Monate", n).format(n=n)


def earliest_start(today: date, notice_months: int) -> date:
    """From when a change that costs more may hold without the other side's special consent."""
    return earliest_end(today, notice_months) + DAY


def check_start(
    old: Version, new: Version, *, today: date, booked_until: date | None, runs_until: date | None, early_reason: str
) -> None:  # fmt: skip
    """The first day of the new version: in the future, after what is booked, within the term, with notice kept."""
    first = new.valid_from
    if first <= today or first < old.valid_from:
        raise Refused(
            _("Eine Änderung gilt frühestens ab morgen."),
            code="valid_from_past",
            remedy=_("Was schon geleistet ist, wird durch eine Berichtigung der Buchung geändert."),
        )
    if booked_until is not None and first <= booked_until:
        raise Refused(
            _("Bis zum {day} ist schon gebucht.").format(day=_day(booked_until)),
            code="booked_already",
            remedy=_("Frühestens ab {day}.").format(day=_day(booked_until + DAY)),
        )
    if runs_until is not None and first > runs_until:
        raise Refused(
            _("Der Leistungsschein läuft am {day} aus; die Änderung gälte erst danach.").format(
                day=_day(runs_until)
            ),
            code="after_end",
            remedy=_("Spätestens ab {day}.").format(day=_day(runs_until)),
        )
    if new.ends_on is not None and new.ends_on < first:
        raise Refused(_("Die Laufzeit endet, bevor die Änderung gilt."), code="order_version_term")
    soonest = earliest_start(today, old.notice_months)
    if is_onerous(old, new) and first < soonest and len(early_reason.strip()) < SHORTEST_REASON:
        raise Refused(
            _("Höhere Preise und kürzere Laufzeiten gelten frühestens ab {day}.").format(
                day=_day(soonest)
            ),
            code="notice_period",
            rule=_("Kündigungsfrist des Leistungsscheins: {months}, zum Monatsende.").format(
                months=notice_text(old.notice_months)
            ),
            remedy=_("Früher nur im Einvernehmen: dann bitte begründen, alle Seiten lesen es."),
        )


def renewed_until(ends_on: date, months: int) -> date:
    """The last day of a term that goes on for some months; the end of a month stays one."""
    return add_months(ends_on + DAY, months) - DAY


def renewal_start(today: date, ends_on: date) -> date:
    """From when a renewal holds: the next first of a month, at the latest the last day of the old term."""
    last = date(today.year, today.month, calendar.monthrange(today.year, today.month)[1])
    return min(last + DAY, ends_on)
