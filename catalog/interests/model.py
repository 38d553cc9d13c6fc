"""An interest's states, moves, turns, offers and lines; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from catalog.contents.model import Audience
from catalog.prices.model import BASE_LABELS, PriceBase, PriceItem, pieces, price_text
from kdnx.errors import Refused
from kdnx.money import times
from kdnx.text import _

MICRO_PER_CENT = 10_000


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
    """The published prices with the quantities asked for, worked out as the calculator does.

    A graduated price becomes a line for each tier reached; what a minimum charge adds and a setup fee
    are lines of their own that name no price, for they have no quantity of their own.
    """
    found: list[Line] = []
    for price in prices:
        quantity = wanted.get(price.ordinal, Decimal(0))
        if quantity > 0:
            found += _lines_of(price, quantity, len(found) + 1)
    return found


def _lines_of(price: PriceItem, quantity: Decimal, first: int) -> list[Line]:
    label = price.label or price_text(price.base, price.per)
    unit, period = BASE_LABELS[PriceBase(price.base)], PERIODS[price.per]
    flat = BASE_LABELS[PriceBase.FLAT]
    # where only the settlement tells the price, the line keeps the quantity
    parts = pieces(price, quantity) or [(quantity, 0)]
    rows: list[tuple[str, str, str, Decimal, int, int | None]] = []
    for n, (part, micro) in enumerate(parts, start=1):
        said = _("{label}, Stufe {n}").format(label=label, n=n) if len(parts) > 1 else label
        rows.append((said, unit, period, part, micro, price.ordinal))
    # a line is rounded by itself, so only the minimum charge is compared, not every cent
    missing = (price.terms.minimum_cents or 0) - sum(times(part, micro) for part, micro in parts)
    if missing > 0 and price.unit_price_micro is not None:
        said = _("{label}, Aufschlag bis zum Mindestentgelt").format(label=label)
        rows.append((said, flat, period, Decimal(1), missing * MICRO_PER_CENT, None))
    if price.terms.setup_cents:
        said = _("{label}, Einrichtung").format(label=label)
        fee = price.terms.setup_cents * MICRO_PER_CENT
        rows.append((said, flat, "once", Decimal(1), fee, None))
    return [
        Line(first + n, said[:120], each, when, part, micro, times(part, micro), ordinal)
        for n, (said, each, when, part, micro, ordinal) in enumerate(rows)
    ]


def fitting(audiences: Sequence[Audience], keys: Sequence[str]) -> Audience | None:
    """The narrowest audience that holds a member with these keys ('all', 'm:…', 'l:…', 'r:…'), or None."""
    found = [a for a in audiences if a.kind in NARROW_FIRST and a.keys() & set(keys)]
    return min(found, key=lambda a: (NARROW_FIRST.index(a.kind), a.ordinal), default=None)
