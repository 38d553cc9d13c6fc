"""An interest's states, moves, turns, offers and lines; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from catalog.contents.model import Audience
from catalog.prices.model import BASE_LABELS, PriceBase, PriceItem, Tier, TierMode, price_text
from kdnx.errors import Refused
from kdnx.money import times
from kdnx.text import _


class InterestState(StrEnum):
    """Where an interest stands."""

    EXPRESSED = "expressed"
    COORDINATING = "coordinating"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    TRANSFERRED = "transferred"


class InterestEvent(StrEnum):
    """What happens to an interest; validity_end is a time event, succeed and hand_over follow a succession."""

    COORDINATE = "coordinate"
    OFFER = "offer"
    REVISE = "revise"
    RETURN = "return"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    VALIDITY_END = "validity_end"
    SUCCEED = "succeed"
    HAND_OVER = "hand_over"


S, E = InterestState, InterestEvent
OPEN = (S.EXPRESSED, S.COORDINATING, S.OFFERED)
MOVES: dict[tuple[InterestState, InterestEvent], InterestState] = {
    (S.EXPRESSED, E.COORDINATE): S.COORDINATING,
    (S.EXPRESSED, E.OFFER): S.OFFERED,
    (S.COORDINATING, E.OFFER): S.OFFERED,
    (S.OFFERED, E.REVISE): S.OFFERED,
    (S.OFFERED, E.RETURN): S.COORDINATING,
    (S.OFFERED, E.ACCEPT): S.ACCEPTED,
    (S.OFFERED, E.VALIDITY_END): S.LAPSED,
    **{(s, E.DECLINE): S.DECLINED for s in OPEN},
    **{(s, E.WITHDRAW): S.WITHDRAWN for s in OPEN},
    **{(s, E.SUCCEED): S.TRANSFERRED for s in OPEN},
    (S.EXPRESSED, E.HAND_OVER): S.EXPRESSED,
    (S.COORDINATING, E.HAND_OVER): S.COORDINATING,
    (S.OFFERED, E.HAND_OVER): S.COORDINATING,  # another body would be bound: it offers anew
}
LABELS = {
    S.EXPRESSED: "Interesse bekundet",
    S.COORDINATING: "in Abstimmung",
    S.OFFERED: "Angebot liegt vor",
    S.ACCEPTED: "angenommen",
    S.DECLINED: "abgelehnt",
    S.WITHDRAWN: "zurückgezogen",
    S.LAPSED: "verfallen",
    S.TRANSFERRED: "übergegangen",
}
EVENT_LABELS = {
    E.COORDINATE: "Abstimmung aufnehmen",
    E.OFFER: "Angebot abgeben",
    E.REVISE: "Angebot ändern",
    E.RETURN: "um ein anderes Angebot bitten",
    E.ACCEPT: "Angebot annehmen",
    E.DECLINE: "ablehnen",
    E.WITHDRAW: "Interesse zurückziehen",
    E.VALIDITY_END: "Bindefrist abgelaufen",
    E.SUCCEED: "Übergang auf die Rechtsnachfolge",
    E.HAND_OVER: "Übergang des Bereitstellers auf die Rechtsnachfolge",
}
STEP_LABELS = {
    "express": "Interesse bekundet",
    "continue": "von der Rechtsvorgängerin übernommen",
    E.COORDINATE.value: "Abstimmung aufgenommen",
    E.OFFER.value: "Angebot abgegeben",
    E.REVISE.value: "Angebot geändert",
    E.RETURN.value: "um ein anderes Angebot gebeten",
    E.ACCEPT.value: "Angebot angenommen",
    E.DECLINE.value: "abgelehnt",
    E.WITHDRAW.value: "Interesse zurückgezogen",
    E.VALIDITY_END.value: "Bindefrist abgelaufen",
    E.SUCCEED.value: "auf die Rechtsnachfolge übergegangen",
    E.HAND_OVER.value: "Bereitsteller ist jetzt die Rechtsnachfolgerin",
}
BADGES = {
    S.ACCEPTED: "success",
    S.DECLINED: "danger",
    S.LAPSED: "warning",
    **dict.fromkeys(OPEN, "info"),
}
NEEDS_REASON = frozenset({E.RETURN, E.DECLINE, E.WITHDRAW})
# which side may; a provider is bound by its offer (§ 145 BGB) and does not decline what it offers
SIDES: dict[InterestEvent, frozenset[str]] = {
    E.COORDINATE: frozenset({"provider"}),
    E.OFFER: frozenset({"provider"}),
    E.REVISE: frozenset({"provider"}),
    E.RETURN: frozenset({"recipient"}),
    E.ACCEPT: frozenset({"recipient"}),
    E.DECLINE: frozenset({"provider", "recipient"}),
    E.WITHDRAW: frozenset({"recipient"}),
}
# who acts next, what that is, and the rule of the answer's deadline (the offer's own day counts once there is one)
TURNS: dict[InterestState, tuple[str, InterestEvent, str]] = {
    S.EXPRESSED: ("provider", E.COORDINATE, "interest"),
    S.COORDINATING: ("provider", E.OFFER, "offer"),
    S.OFFERED: ("recipient", E.ACCEPT, ""),
}
PERIODS = {
    "once": "once",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
    "use": "usage",
}
PERIOD_LABELS = {
    "once": "einmalig",
    "month": "je Monat",
    "quarter": "je Quartal",
    "half": "je Halbjahr",
    "year": "je Jahr",
    "usage": "je Jahr, nach Nutzung",
}
BILLING_LABELS = {
    "month": "monatlich",
    "quarter": "vierteljährlich",
    "half": "halbjährlich",
    "year": "jährlich",
    "once": "einmalig",
    "usage": "nach Nutzung",
}
ROUTE_LABELS = {"hub": "über die Drehscheibe", "direct": "unmittelbar"}
TIMES_A_YEAR = {"once": 0, "month": 12, "quarter": 4, "half": 2, "year": 1, "usage": 1}
# the narrower an audience, the better it fits
NARROW_FIRST = ("members", "level", "region", "all")


@dataclass(frozen=True)
class Line:
    """One line, asked for or offered: `net_cents` for one period, `unit_price_micro` in millionths of a euro."""

    ordinal: int
    label: str
    unit: str
    period: str
    quantity: Decimal
    unit_price_micro: int
    net_cents: int
    price_ordinal: int | None = None


@dataclass(frozen=True)
class Offer:
    """One offer: terms and lines; days inclusive, money net in cents; `author_id` is the person who wrote it."""

    n: int
    offering_version: int
    starts_on: date
    ends_on: date | None
    valid_until: date
    notice_months: int
    billing: str
    legal_basis: str
    legal_reason: str
    entrustment: str
    activity_group: str
    tax_code_1: str
    tax_code_2: str
    note: str
    yearly_net_cents: int
    once_net_cents: int
    author_id: UUID | None
    by_member: UUID
    at: datetime
    lines: Sequence[Line] = field(default_factory=tuple)


def advance(state: str, event: InterestEvent) -> InterestState:
    """The state after the event; Refused (code `wrong_state`) when there is no such move."""
    now = InterestState(state)
    after = MOVES.get((now, event))
    if after is None:
        raise Refused(
            _("Im Stand „{state}“ ist „{event}“ nicht möglich.").format(
                state=LABELS[now], event=EVENT_LABELS[event]
            ),
            code="wrong_state",
            remedy=_("Bitte die Seite neu laden; sie zeigt, welcher Schritt jetzt ansteht."),
        )
    return after


def side_for(state: str, event: InterestEvent) -> frozenset[str]:
    """Who may make the move in this state: an interest is declined by the provider, an offer by the recipient."""
    if event == E.DECLINE:
        return frozenset({"recipient"} if state == S.OFFERED else {"provider"})
    return SIDES.get(event, frozenset())


def is_overdue(state: str, due_on: date | None, today: date) -> bool:
    """An open interest whose next step was awaited before today."""
    return state in OPEN and due_on is not None and due_on < today


def check_term(starts_on: date, ends_on: date | None) -> None:
    """The term begins before it ends (days inclusive)."""
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("Die Laufzeit endet, bevor sie beginnt."), code="interest_term")


def yearly(lines: Sequence[Line]) -> int:
    """What the lines come to in a full year, net cents."""
    return sum(x.net_cents * TIMES_A_YEAR[x.period] for x in lines)


def once(lines: Sequence[Line]) -> int:
    """What falls due one time only, net cents."""
    return sum(x.net_cents for x in lines if x.period == "once")


def lines_from(prices: Sequence[PriceItem], wanted: Mapping[int, Decimal]) -> list[Line]:
    """The published prices with the quantities asked for; a graduated price becomes a line for each tier reached."""
    found: list[Line] = []
    for price in prices:
        quantity = wanted.get(price.ordinal, Decimal(0))
        for label, part, micro in _pieces(price, quantity):
            found.append(_line(len(found) + 1, price, label, part, micro))
    return found


def _line(ordinal: int, price: PriceItem, label: str, quantity: Decimal, micro: int) -> Line:
    unit = BASE_LABELS[PriceBase(price.base)]
    return Line(
        ordinal, label[:120], unit, PERIODS[price.per], quantity, micro, times(quantity, micro),
        price.ordinal,
    )  # fmt: skip


def _pieces(price: PriceItem, quantity: Decimal) -> list[tuple[str, Decimal, int]]:
    """(label, quantity, unit price) of an item: one piece, or one for each tier of a graduated price."""
    if quantity <= 0:
        return []
    label = price.label or price_text(price.base, price.per)
    first = price.unit_price_micro or 0
    tiers = sorted(price.tiers, key=lambda t: t.from_quantity)
    if price.tier_mode == TierMode.SLAB:
        reached = [t.unit_price_micro for t in tiers if t.from_quantity <= quantity]
        return [(label, quantity, reached[-1] if reached else first)]
    if price.tier_mode != TierMode.GRADUATED or not tiers:
        return [(label, quantity, first)]
    return _graduated(label, first, tiers, quantity)


def _graduated(
    label: str, first: int, tiers: Sequence[Tier], quantity: Decimal
) -> list[tuple[str, Decimal, int]]:
    # "from 1001" means that unit 1001 is the first at the new price
    starts = [Decimal(0), *(t.from_quantity - 1 for t in tiers)]
    micros = [first, *(t.unit_price_micro for t in tiers)]
    found = []
    for i, (start, micro) in enumerate(zip(starts, micros, strict=True)):
        end = min(quantity, starts[i + 1]) if i + 1 < len(starts) else quantity
        if end > start:
            found.append((_("{label}, Stufe {n}").format(label=label, n=i + 1), end - start, micro))
    return found


def fitting(audiences: Sequence[Audience], keys: Sequence[str]) -> Audience | None:
    """The narrowest audience that holds a member with these keys ('all', 'm:…', 'l:…', 'r:…'), or None."""
    found = [a for a in audiences if a.kind in NARROW_FIRST and a.keys() & set(keys)]
    return min(found, key=lambda a: (NARROW_FIRST.index(a.kind), a.ordinal), default=None)
