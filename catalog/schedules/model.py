"""A price from a day on: states and moves, the earliest day it may begin, the price table of a day; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from catalog.offerings.model import add_months
from catalog.prices.model import PriceItem, Tier, price_text
from kdnx.errors import Refused
from kdnx.text import _


class ScheduleState(StrEnum):
    """Where an announced price stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    EFFECTIVE = "effective"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class ScheduleEvent(StrEnum):
    """What moves it; the last two are fired by the day itself."""

    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    PROPOSE = "propose"
    ARRIVE = "arrive"
    LAPSE = "lapse"


S, E = ScheduleState, ScheduleEvent
LABELS: dict[ScheduleState, str] = {
    S.PROPOSED: "wartet auf die zweite Person",
    S.APPROVED: "angekündigt",
    S.EFFECTIVE: "gilt",
    S.REJECTED: "abgelehnt",
    S.CANCELLED: "zurückgenommen",
    S.LAPSED: "verfallen",
}
EVENT_LABELS: dict[ScheduleEvent, str] = {
    E.APPROVE: "freigeben",
    E.REJECT: "ablehnen",
    E.CANCEL: "zurücknehmen",
    E.PROPOSE: "neu vorschlagen",
    E.ARRIVE: "wirksam werden",
    E.LAPSE: "verfallen",
}
STATE_KINDS = {
    S.PROPOSED: "info", S.APPROVED: "success", S.EFFECTIVE: "", S.REJECTED: "danger", S.CANCELLED: "",
    S.LAPSED: "warning",
}  # fmt: skip
MOVES: dict[tuple[ScheduleState, ScheduleEvent], ScheduleState] = {
    (S.PROPOSED, E.APPROVE): S.APPROVED,
    (S.PROPOSED, E.REJECT): S.REJECTED,
    (S.PROPOSED, E.CANCEL): S.CANCELLED,
    (S.PROPOSED, E.LAPSE): S.LAPSED,
    (S.APPROVED, E.CANCEL): S.CANCELLED,
    (S.APPROVED, E.ARRIVE): S.EFFECTIVE,
    (S.APPROVED, E.LAPSE): S.LAPSED,
    (S.REJECTED, E.PROPOSE): S.PROPOSED,
    (S.CANCELLED, E.PROPOSE): S.PROPOSED,
    (S.LAPSED, E.PROPOSE): S.PROPOSED,
}
OPEN = {S.PROPOSED, S.APPROVED}


@dataclass(frozen=True)
class Scheduled:
    """The price of one position from a day on; `unit` is what the position must still be to take it."""

    offering_id: UUID
    ordinal: int
    valid_from: date
    owner_id: UUID
    state: str
    unit: str
    unit_price_micro: int | None
    row_version: int
    tiers: Sequence[Tier] = ()
    frozen_until: date | None = None
    reason: str = ""
    note: str = ""
    rollover_id: UUID | None = None
    version: int | None = None
    author: UUID | None = None
    approver: UUID | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True)
class Earliest:
    """The first day a price may begin, and why, in a German sentence."""

    day: date
    reason: str


def advance(state: str, event: ScheduleEvent) -> ScheduleState:
    """The next state, or Refused with the sentence for the person."""
    found = MOVES.get((ScheduleState(state), event))
    if found is None:
        raise Refused(
            _("Ein Preis im Stand „{state}“ lässt sich nicht {event}.").format(
                state=_(LABELS[ScheduleState(state)]), event=_(EVENT_LABELS[event])
            ),
            rule=_("Ein angekündigter Preis wird von einer zweiten Person freigegeben und gilt ab seinem Tag."),
        )  # fmt: skip
    return found


def unit_of(item: PriceItem) -> str:
    """What a position is: kind, base, period and tiers; an announced price fits this and nothing else."""
    return f"{item.kind} {item.base} {item.per} {item.tier_mode}"


def is_dearer(item: PriceItem, micro: int | None, tiers: Sequence[Tier]) -> bool:
    """Whether somebody could pay more: the first price or a tier rises, or the tiers begin elsewhere."""
    if (micro or 0) > (item.unit_price_micro or 0):
        return True
    before = {t.from_quantity: t.unit_price_micro for t in item.tiers}
    after = {t.from_quantity: t.unit_price_micro for t in tiers}
    return before.keys() != after.keys() or any(after[n] > before[n] for n in after)


def earliest_start(
    item: PriceItem, today: date, notice_months: int | None, *, dearer: bool
) -> Earliest:
    """The first day for a new price: tomorrow at the earliest; a rise keeps freeze and notice.

    `notice_months` is the period of notice of the offering, for prices that name none of their own.
    """
    tomorrow = today + timedelta(days=1)
    if not dearer:
        return Earliest(tomorrow, _("Eine Senkung gilt frühestens ab morgen, nie rückwirkend."))
    own = item.terms.change_notice_months
    months = own if own is not None else notice_months or 0
    noticed = max(tomorrow, add_months(today, months))
    words = (
        _("Preisänderungen sind mit {n} Monaten Frist anzukündigen (Angabe an der Position).")
        if own is not None
        else _(
            "Ohne eigene Angabe gilt die Kündigungsfrist der Leistung: {n} Monate; so lässt sich "
            "vor der Änderung noch kündigen."
        )
    ).format(n=months)
    if item.frozen_until and item.frozen_until >= noticed:
        return Earliest(
            item.frozen_until + timedelta(days=1),
            _("Der Preis ist bis {day} fest zugesagt.").format(day=f"{item.frozen_until:%d.%m.%Y}"),
        )
    return Earliest(noticed, words)


def overlay(items: Sequence[PriceItem], announced: Sequence[Scheduled]) -> tuple[PriceItem, ...]:
    """The price table with these prices in the place of the former ones; what no longer fits is left out."""
    by_ordinal = {s.ordinal: s for s in announced}
    return tuple(
        replace(
            item,
            unit_price_micro=by_ordinal[item.ordinal].unit_price_micro,
            tiers=tuple(by_ordinal[item.ordinal].tiers),
            valid_from=by_ordinal[item.ordinal].valid_from,
            frozen_until=by_ordinal[item.ordinal].frozen_until,
        )
        if item.ordinal in by_ordinal and by_ordinal[item.ordinal].unit == unit_of(item)
        else item
        for item in items
    )


def tables(
    items: Sequence[PriceItem], announced: Sequence[Scheduled], today: date
) -> list[tuple[date, tuple[PriceItem, ...]]]:
    """The price tables by the day they begin, the current one first; each is the former with its changes."""
    found = [(today, tuple(items))]
    for begin in sorted({s.valid_from for s in announced if s.state == S.APPROVED}):
        those = [s for s in announced if s.valid_from == begin and s.state == S.APPROVED]
        found.append((begin, overlay(found[-1][1], those)))
    return found


def describe(item: PriceItem | None) -> str:
    """What people call the position that is changed."""
    return (item.label or price_text(item.base, item.per)) if item else _("entfallene Position")
