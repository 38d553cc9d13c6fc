"""What the calendar proposes for orders and why something waits; read-only, for many orders at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from catalog.interface import PriceRef, amount_for, list_prices
from exchange.bookings.actions import BOOKABLE
from exchange.bookings.model import TAX_NEEDED_FROM, UNDECIDED
from exchange.clearing.caps import Verdict, Wanted, weigh
from exchange.orders.model import Line
from exchange.schedules import store
from exchange.schedules.accrual import ProRata
from exchange.schedules.model import (
    Piece,
    PieceKind,
    Plan,
    PlanVersion,
    Standing,
    counted,
    pieces,
    rests_of,
)
from exchange.schedules.store import Booked, Head, Terms
from kdnx.clock import berlin_day
from kdnx.db.conn import Conn
from kdnx.money import times

DAY = timedelta(days=1)
R = TypeVar("R", Terms, Booked)
OVER = ("withdrawn", "expired")
Prices = Mapping[tuple[UUID, int], Mapping[int, PriceRef]]


@dataclass(frozen=True)
class Entry:
    """One period of an order: what it comes to, where it stands, and the booking it has or had.

    `note` says why it waits or what its booking will be warned of.
    """

    piece: Piece
    standing: Standing
    booking: Booked | None = None
    quantities: tuple[tuple[Line, Decimal], ...] = ()
    note: str = ""

    @property
    def is_again(self) -> bool:
        """The booking was withdrawn or expired: only a person proposes it anew."""
        return self.booking is not None and self.booking.state in OVER


@dataclass(frozen=True)
class Outlook:
    """An order with all its periods up to a day, oldest first."""

    head: Head
    entries: tuple[Entry, ...]
    versions: Mapping[int, Terms]

    @property
    def is_over(self) -> bool:
        """No period can be added any more."""
        return self.head.state in ("ended", "transferred")


async def read_outlooks(
    conn: Conn, ids: Sequence[UUID], until: date, *, whole: bool = False
) -> list[Outlook]:
    """What the calendar says about the visible ones of these orders, for periods that begin up to a day.

    `whole` takes the periods before the calendar began to propose as well.
    """
    heads = await store.get_heads(conn, ids)
    if whole:
        heads = [replace(h, begins=date.min) for h in heads]
    if not heads:
        return []
    ids = [h.order_id for h in heads]
    versions = _by_order(await store.get_versions(conn, ids))
    lines = await store.get_lines(conn, ids)
    pauses = await store.get_pauses(conn, ids)
    prices = await _prices(conn, [t for ts in versions.values() for t in ts])
    since = min(h.begins for h in heads)
    booked = _by_order(await store.get_booked(conn, ids, since))
    quantities: dict[tuple[UUID, date], dict[int, Decimal]] = {}
    for q in await store.get_quantities(conn, ids, since):
        quantities.setdefault((q.order_id, q.first_day), {})[q.ordinal] = q.quantity
    found = []
    for head in heads:
        terms = versions.get(head.order_id, [])
        rests = rests_of([(e, berlin_day(at)) for e, at in pauses.get(head.order_id, [])])
        plan = Plan(
            [_version(t, lines, prices) for t in terms],
            head.terminated_on, rests, head.begins, head.continues,
        )  # fmt: skip
        worth = [
            _worth(p, quantities.get((head.order_id, p.first)), terms, prices)
            for p in pieces(plan, until)
        ]
        found.append((head, worth, booked.get(head.order_id, []), terms))
    codes = await store.get_codes(conn, [
        (h.owner_id, h.order_id, p.last) for h, ps, _b, _t in found for p, _q in ps if p.last >= TAX_NEEDED_FROM
    ])  # fmt: skip
    return await _capped(conn, [
        Outlook(h, tuple(_entries(h, ps, bs, codes, conn.today)), {t.version: t for t in ts})
        for h, ps, bs, ts in found
    ])  # fmt: skip


async def _capped(conn: Conn, found: Sequence[Outlook]) -> list[Outlook]:
    """What is due within the yearly maximum; what would exceed it waits and says so."""
    due = [(o.head, e) for o in found for e in o.entries if e.standing == Standing.DUE]
    verdicts = await weigh(conn, [wanted_of(h, e) for h, e in due])
    by = {id(e): v for (_h, e), v in zip(due, verdicts, strict=True) if v.note or v.refusal}
    return [replace(o, entries=tuple(_weighed(e, by.get(id(e))) for e in o.entries)) for o in found]


def _weighed(entry: Entry, verdict: Verdict | None) -> Entry:
    if verdict is None:
        return entry
    if verdict.refusal is None:
        return replace(entry, note=verdict.note)
    return replace(entry, standing=Standing.OVER_CAP, note=verdict.refusal.detail)


def wanted_of(head: Head, entry: Entry) -> Wanted:
    """What a period asks of the yearly maximum."""
    piece = entry.piece
    return Wanted(head.owner_id, head.order_id, piece.last.year, piece.cents or 0)


def _by_order(rows: Sequence[R]) -> dict[UUID, list[R]]:
    found: dict[UUID, list[R]] = {}
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return found


async def _prices(conn: Conn, terms: Sequence[Terms]) -> Prices:
    found: dict[tuple[UUID, int], Mapping[int, PriceRef]] = {}
    for t in terms:
        key = (t.offering_id, t.offering_version)
        if key not in found:
            found[key] = {p.ordinal: p for p in await list_prices(conn, *key)}
    return found


def _price_of(line: Line, terms: Terms, prices: Prices) -> PriceRef | None:
    """The catalogue's line an order's line was taken from, where its price was not negotiated."""
    if line.price_ordinal is None:
        return None
    price = prices.get((terms.offering_id, terms.offering_version), {}).get(line.price_ordinal)
    return price if price and price.unit_price_micro == line.unit_price_micro else None


def _version(
    t: Terms, lines: Mapping[tuple[UUID, int], Sequence[Line]], prices: Prices
) -> PlanVersion:
    own = tuple(lines.get((t.order_id, t.version), ()))
    listed = prices.get((t.offering_id, t.offering_version), {})
    rules = {
        x.ordinal: ProRata(listed[x.price_ordinal].pro_rata)
        for x in own
        if x.price_ordinal is not None and x.price_ordinal in listed
    }
    surcharge = (t.surcharge_pct, t.surcharge_fee_cents)
    return PlanVersion(
        t.version, t.valid_from, t.starts_on, t.ends_on, t.billing, own, surcharge, rules
    )


def _worth(
    piece: Piece, amounts: Mapping[int, Decimal] | None, terms: Sequence[Terms], prices: Prices
) -> tuple[Piece, tuple[tuple[Line, Decimal], ...]]:
    """A usage piece with its reported quantities worked out; others as they are."""
    if piece.kind != PieceKind.USAGE or amounts is None:
        return piece, ()
    if any(x.ordinal not in amounts for x, _c in piece.amounts):
        return piece, ()
    t = next(t for t in terms if t.version == piece.version)
    cents = {
        x.ordinal: price_usage(x, amounts[x.ordinal], _price_of(x, t, prices), piece)
        for x, _c in piece.amounts
    }
    return counted(piece, cents), tuple((x, amounts[x.ordinal]) for x, _c in piece.amounts)


def price_usage(line: Line, quantity: Decimal, price: PriceRef | None, piece: Piece) -> int:
    """Net cents of what was used: tiers and minimum of the pinned price, else quantity × unit price."""
    if price is None or price.per != "use":
        return times(quantity, line.unit_price_micro)
    return amount_for(price, quantity, (piece.first, piece.last + DAY))


def _entries(
    head: Head,
    found: Sequence[tuple[Piece, tuple[tuple[Line, Decimal], ...]]],
    booked: Sequence[Booked],
    codes: Mapping[tuple[UUID, date], tuple[str, str]],
    today: date,
) -> list[Entry]:
    references = {p.reference(head.number) for p, _q in found}
    own = {b.reference: b for b in booked}
    others = [b for b in booked if b.reference not in references and b.state not in OVER]
    entries = []
    for piece, quantities in found:
        undecided = UNDECIDED in codes.get((head.order_id, piece.last), ())
        booking = own.get(piece.reference(head.number))
        standing = Standing.BOOKED
        if booking is None:
            booking = _by_hand(piece, others)
            standing = Standing.BY_HAND
        if booking is None:
            standing = _standing(head, piece, today, undecided=undecided)
        entries.append(Entry(piece, standing, booking, quantities))
    return entries


def _by_hand(piece: Piece, others: Sequence[Booked]) -> Booked | None:
    """A booking somebody made for days of this period: then the calendar keeps still."""
    if piece.kind == PieceKind.ONCE:
        return None
    overlaps = (b for b in others if b.service_from <= piece.last and b.service_to >= piece.first)
    return next(overlaps, None)


def _standing(head: Head, piece: Piece, today: date, *, undecided: bool) -> Standing:
    """Where a period without a booking stands."""
    if piece.cents == 0:
        return Standing.NOTHING
    if not head.is_on:
        return Standing.OFF
    if head.state == "paused":
        return Standing.PAUSED
    if piece.last >= today or head.state not in BOOKABLE:
        return Standing.NEEDS_TAX if undecided and head.state in BOOKABLE else Standing.FUTURE
    if piece.cents is None:
        return Standing.NEEDS_QUANTITY
    return Standing.NEEDS_TAX if undecided else Standing.DUE
