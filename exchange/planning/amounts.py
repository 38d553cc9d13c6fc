"""What a contract comes to in a year, on which assumptions; computed from its booking plan, net cents."""

from datetime import date, timedelta
from decimal import Decimal

from exchange.bookings.model import surcharge_of
from exchange.planning.model import Amount, Assumption, Booked
from exchange.schedules.accrual import MONTHS_OF
from exchange.schedules.model import RHYTHM, Piece, PieceKind, Standing
from exchange.schedules.reading import OVER, Entry, Outlook
from kdnx.money import half_up

A = Assumption
YEAR_MONTHS = 12
LOOK_BACK = timedelta(days=366)
# a year booked in arrears and a quarter to book it in; after that silence says more than the contract
QUIET_AFTER = timedelta(days=456)
DAY = timedelta(days=1)


def usage_of(outlook: Outlook, today: date) -> int | None:
    """Net cents a billing period of usage came to in the last twelve months, on average; None without any."""
    found = [
        e.booking.cents
        for e in outlook.entries
        if e.piece.kind == PieceKind.USAGE and e.standing == Standing.BOOKED and e.booking is not None
        and e.booking.state not in OVER and today - LOOK_BACK <= e.piece.last < today
    ]  # fmt: skip
    return half_up(Decimal(sum(found)) / len(found)) if found else None


def agreed_usage(piece: Piece, rhythm: str) -> int:
    """The agreed yearly quantity of the lines by use, for the months of one period."""
    yearly = sum(line.net_cents for line, _c in piece.amounts)
    return half_up(Decimal(yearly) * MONTHS_OF[rhythm] / YEAR_MONTHS)


def rest_of(piece: Piece, standing: Standing, cents: int, last_booked: date | None) -> int:
    """What of a period is still to come: nothing of a booked one, of one booked by hand the days after the last."""
    if standing in (Standing.BOOKED, Standing.NOTHING):
        return 0
    by_hand = standing in (Standing.BY_HAND, Standing.OFF)
    if not by_hand or last_booked is None or last_booked < piece.first:
        return cents
    if last_booked >= piece.last:
        return 0
    part, whole = _stretch(last_booked + DAY, piece.last), _stretch(piece.first, piece.last)
    if part[0] is not None and whole[0] is not None:
        return half_up(Decimal(cents) * part[0] / whole[0])
    return half_up(Decimal(cents) * part[1] / whole[1])


def _stretch(first: date, last: date) -> tuple[int | None, int]:
    """How many whole months (None where it is not whole ones) and how many days."""
    days = (last - first).days + 1
    if first.day != 1 or (last + DAY).day != 1:
        return None, days
    return (last.year - first.year) * YEAR_MONTHS + last.month - first.month + 1, days


def amount_in(outlook: Outlook, year: int, booked: Booked | None, today: date) -> Amount:
    """What an order comes to in a year: booked service plus what its terms still bring by the end of the year."""
    used, last_booked = usage_of(outlook, today), booked.last_day if booked else None
    net = surcharge = 0
    entries = [e for e in outlook.entries if e.piece.first.year == year]
    for e in entries:
        terms = outlook.versions[e.piece.version]
        rest = rest_of(e.piece, e.standing, _worth(outlook, e, used), last_booked)
        net += rest
        if outlook.head.hub_id is not None:
            surcharge += surcharge_of(rest, terms.surcharge_pct, terms.surcharge_fee_cents)
    so_far = booked.net_cents if booked else 0
    by_use = any(e.piece.cents is None and e.standing != Standing.BOOKED for e in entries)
    said = {A.USED if used is not None else A.AGREED} if by_use else set()
    return Amount(
        so_far + net, surcharge + (booked.surcharge_cents if booked else 0), so_far,
        tuple(sorted(said | _assumed(outlook, year), key=list(Assumption).index)), surcharge,
    )  # fmt: skip


def is_unbooked(amount: Amount, starts_on: date, booked_until: date | None, today: date) -> bool:
    """An order booked by hand that has run for fifteen months without one booked day in them."""
    since = today - QUIET_AFTER
    return (
        A.BY_HAND in amount.assumptions
        and starts_on < since
        and (booked_until is None or booked_until < since)
    )


def _worth(outlook: Outlook, e: Entry, used: int | None) -> int:
    """Net cents of a period, of one by use as it was used or agreed."""
    if e.piece.cents is not None:
        return e.piece.cents
    if used is not None:
        return used
    billing = outlook.versions[e.piece.version].billing
    return agreed_usage(e.piece, RHYTHM.get(billing, billing))


def _assumed(outlook: Outlook, year: int) -> set[Assumption]:
    """What can be said of an order for a year without its amounts."""
    head, terms = outlook.head, sorted(outlook.versions.values(), key=lambda t: t.valid_from)
    first, last = date(year, 1, 1), date(year, 12, 31)
    ends = [d for d in (head.terminated_on, terms[-1].ends_on if terms else None) if d is not None]
    found = {
        A.NOTICE: head.state == "notice_given",
        A.ENDS: bool(ends) and min(ends) < last,
        A.PRICE_STEP: any(first < t.valid_from <= last for t in terms[1:]),
        A.PAUSED: head.state == "paused",
        A.BY_HAND: not head.is_on,
        A.NOTHING: not outlook.entries,
    }
    said = {a for a, holds in found.items() if holds}
    return said if {A.ENDS, A.NOTICE} & said else said | {A.RUNS_ON}
