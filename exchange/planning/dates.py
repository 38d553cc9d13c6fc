"""The contract dates of houses, collected from orders, prices, tax decisions and rules; read-only."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from catalog.interface import PriceRef, list_prices
from exchange.inhouse.actions import term_on
from exchange.planning import store
from exchange.planning.calendar import Event, EventKind, notice_day, notice_detail, year_ends
from exchange.planning.model import UNDECIDED
from exchange.planning.store import OrderHead
from exchange.schedules.store import Terms, get_codes, get_versions
from exchange.taxes.model import TAX_NEEDED_FROM
from kdnx.db.conn import Conn
from kdnx.text import _

MOST = 2000
LEAD_MONTHS = 3  # where no notice period says it
K = EventKind
LAST_OLD_DAY = date(2026, 12, 31)


async def read_events(
    conn: Conn, members: Sequence[UUID] | None, first: date, last: date
) -> list[Event]:
    """What is due between two days for the orders of these members (None: all the viewer sees)."""
    heads = await store.list_orders(conn, members, first, MOST)
    running = [h for h in heads if h.state != "ended"]
    versions: dict[UUID, list[Terms]] = {}
    for t in await get_versions(conn, [h.id for h in running]):
        versions.setdefault(t.order_id, []).append(t)
    reviews = await store.reviews(conn, [h.id for h in running])
    prices = await _prices(conn, running)
    open_ones = await _undecided(conn, running)
    found: list[Event] = []
    for h in running:
        found += _terms(h, first, last)
        found += _steps(h, versions.get(h.id, []))
        found += _price_ends(h, prices.get((h.offering_id, h.offering_version), []))
        found += [_review(h, leg, day) for order, leg, day in reviews if order == h.id]
        if h.id in open_ones:
            found.append(_open_tax(h))
    if running:
        found += await _rechecks(conn, running, first, last)
    return [e for e in found if first <= e.day <= last]


def _title(h: OrderHead) -> str:
    return f"{h.number} {h.title} ({h.provider_short} → {h.recipient_short})"


def _event(h: OrderHead, kind: EventKind, mark: str, day: date, detail: str) -> Event:
    key = f"order-{h.id}-{kind.value}{mark}"
    return Event(key, kind, day, _title(h), detail, f"/orders/{h.id}", h.updated_at)


def _terms(h: OrderHead, first: date, last: date) -> list[Event]:
    """The end of a term with the day to decide what follows; else the days to give notice to the end of a year."""
    if h.runs_until is not None:
        found = [_event(h, K.END, "", h.runs_until, _("Letzter Tag der Leistung."))]
        if h.state != "notice_given":
            before = notice_day(h.runs_until, h.notice_months or LEAD_MONTHS)
            detail = _(
                "Der Vertrag endet am {day}. Bis hierhin sollte feststehen, ob er verlängert "
                "oder neu geschlossen wird."
            ).format(day=h.runs_until.strftime("%d.%m.%Y"))
            found.append(_event(h, K.RENEWAL, "", before, detail))
        return found
    if h.state == "notice_given":
        return []
    ends = [end for end in year_ends(first, last) if end >= h.starts_on]
    months = h.notice_months
    return [
        _event(h, K.NOTICE, f"-{e.year}", notice_day(e, months), notice_detail(months, e))
        for e in ends
    ]


def _steps(h: OrderHead, terms: Sequence[Terms]) -> list[Event]:
    later = sorted(terms, key=lambda t: t.version)[1:]
    detail = _("Ab diesem Tag gilt Fassung {n} des Leistungsscheins, auch ihr Preis.")
    return [
        _event(h, K.STEP, f"-{t.version}", t.valid_from, detail.format(n=t.version)) for t in later
    ]


async def _prices(
    conn: Conn, heads: Sequence[OrderHead]
) -> Mapping[tuple[UUID, int], list[PriceRef]]:
    found: dict[tuple[UUID, int], list[PriceRef]] = {}
    for key in {(h.offering_id, h.offering_version) for h in heads}:
        found[key] = list(await list_prices(conn, *key))
    return found


def _price_ends(h: OrderHead, prices: Sequence[PriceRef]) -> list[Event]:
    """One event for each day on which frozen prices of the pinned offering become free."""
    days: dict[date, list[str]] = {}
    for p in prices:
        if p.frozen_until is not None and p.frozen_until >= h.starts_on:
            days.setdefault(p.frozen_until, []).append(p.label)
    detail = _(
        "Bis zu diesem Tag ist der Preis fest: {what}. Danach kann der Bereitsteller "
        "eine Anpassung als neue Fassung vorschlagen."
    )
    return [
        _event(h, K.PRICE, f"-{n}", day, detail.format(what=", ".join(labels)))
        for n, (day, labels) in enumerate(sorted(days.items()), 1)
    ]


def _review(h: OrderHead, leg: int, day: date) -> Event:
    detail = _("Die Entscheidung zur Umsatzsteuer für Vertrag {leg} ist wieder anzusehen.")
    return _event(h, K.TAX, f"-{leg}", day, detail.format(leg=leg))


def _open_tax(h: OrderHead) -> Event:
    detail = _(
        "Für Zeiträume ab dem 01.01.2027 ist die Umsatzsteuer noch nicht für jeden Vertrag "
        "entschieden (§ 27 Abs. 22a UStG); ohne Entscheidung wird ab dann nichts gebucht."
    )
    return _event(h, K.TAX, "-2027", LAST_OLD_DAY, detail)


async def _undecided(conn: Conn, heads: Sequence[OrderHead]) -> set[UUID]:
    """Orders that serve in 2027 with a contract that is not decided for it."""
    reach = [h for h in heads if h.runs_until is None or h.runs_until >= TAX_NEEDED_FROM]
    keys = [(h.owner_id, h.id, max(TAX_NEEDED_FROM, h.starts_on)) for h in reach]
    found = await get_codes(conn, keys)
    return {order for (order, _day), codes in found.items() if {UNDECIDED, "NALT"} & set(codes)}


async def _rechecks(conn: Conn, heads: Sequence[OrderHead], first: date, last: date) -> list[Event]:
    """The yearly declaration of § 108 GWB, on which the legal route of running orders rests."""
    term = await term_on(conn)
    newest = max(h.updated_at for h in heads)
    detail = _(
        "Bis zu diesem Tag erklärt jedes Haus seine Umsätze nach § 108 GWB für {year}; "
        "darauf stützt sich der Rechtsweg laufender Leistungsscheine."
    )
    return [
        Event(
            f"inhouse-{y}", K.RECHECK, term.due_on(y), _("Inhouse-Erklärung {year}").format(year=y),
            detail.format(year=y), f"/inhouse/{y}", newest,
        )
        for y in range(first.year - 1, last.year + 1)
    ]  # fmt: skip
