"""What a draft of a year's cost comes to now, and what stands against settling it; read-only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from exchange.bookings import store as bookings
from exchange.bookings.actions import terms_on
from exchange.bookings.model import TAX_NEEDED_FROM, UNDECIDED
from exchange.bookings.store import Terms
from exchange.clearing.caps import Verdict, Wanted, weigh
from exchange.ledger.gate import check_proposable
from exchange.schedules.store import get_codes
from exchange.shares import store
from exchange.shares.model import KeyKind, Pool, PoolState, Share, service_days, split
from exchange.shares.store import Taker
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.text import _, ngettext
from kdnx.web.formats import day

NAMED = 5


@dataclass(frozen=True)
class Draft:
    """A pool with its shares as they would be now, and what stands against settling it (German)."""

    pool: Pool
    shares: tuple[Share, ...]
    obstacles: tuple[str, ...] = ()


async def work_out(conn: Conn, pool: Pool) -> Draft:
    """The shares of a draft as they are now, less what is confirmed, and what stands against settling it."""
    draft = await draft_of(conn, pool)
    try:
        await check_gate(conn, draft.shares if pool.state == PoolState.DRAFT else ())
    except Refused as error:
        said = " ".join(t for t in (error.detail, error.remedy) if t)
        return replace(draft, obstacles=(*draft.obstacles, said))
    return draft


async def draft_of(conn: Conn, pool: Pool) -> Draft:
    """The same without the gate of the periods, which is asked when it is settled."""
    shares = await store.list_shares(conn, pool)
    if pool.state != PoolState.DRAFT:
        return Draft(pool, tuple(shares))
    takers = await store.list_takers(conn, pool.owner_id, pool.offering_id, pool.year)
    shares = taking_part(pool, takers, {s.order_id: s.key for s in shares})
    advances = await store.get_advances(
        conn, pool.owner_id, [s.order_id for s in shares], pool.year
    )
    found = [replace(s, advances_cents=advances.get(s.order_id, (0, 0))[0]) for s in shares]
    obstacles = await _obstacles(conn, pool, found, advances)
    try:
        found = split(pool, found)
    except Refused as error:
        obstacles.insert(0, " ".join(t for t in (error.detail, error.remedy) if t))
    numbers = {s.order_id: s.number for s in found}
    for order_id, (_terms, said) in (await weigh_shares(conn, pool, found)).items():
        if said.refusal:
            obstacles.append(f"{numbers[order_id]}: {said.refusal.detail} {said.refusal.remedy}")
    total = sum((s.key for s in found), Decimal(0))
    return Draft(
        replace(pool, key_total=total, participants=len(found)), tuple(found), tuple(obstacles)
    )


def taking_part(pool: Pool, takers: Sequence[Taker], keys: Mapping[UUID, Decimal]) -> list[Share]:
    """The orders with service in the year as their terms are today; with the key noted, else the one kdnx knows."""
    found = []
    for t in takers:
        span = service_days(pool.year, t.starts_on, t.runs_until)
        if span is not None:
            key = keys.get(t.order_id, default_key(KeyKind(pool.key_kind), t))
            found.append(Share(t.order_id, t.recipient_id, t.number, t.recipient_short, key, *span))
    return found


def default_key(kind: KeyKind, taker: Taker) -> Decimal:
    """What kdnx knows of a recipient's key: inhabitants, reported cases, 1 in equal parts, 0 for an own key."""
    known = {KeyKind.INHABITANTS: Decimal(taker.inhabitants), KeyKind.CASES: taker.cases}
    return known.get(kind, Decimal(1) if kind == KeyKind.EQUAL else Decimal(0))


async def weigh_shares(
    conn: Conn, pool: Pool, shares: Sequence[Share]
) -> dict[UUID, tuple[Terms, Verdict]]:
    """By order with something to pay or pay back: the terms it is booked on, and what the yearly maximum says."""
    due = [s for s in shares if s.rest_cents]
    versions: dict[UUID, list[Terms]] = {}
    for t in await bookings.get_terms(conn, ids=[s.order_id for s in due]):
        versions.setdefault(t.order_id, []).append(t)
    terms = [terms_on(versions[s.order_id], s.last_day) for s in due]
    wanted = [Wanted(pool.owner_id, s.order_id, pool.year, s.rest_cents) for s in due]
    verdicts = await weigh(conn, wanted)
    return {s.order_id: (t, v) for s, t, v in zip(due, terms, verdicts, strict=True)}


async def check_gate(conn: Conn, shares: Sequence[Share]) -> None:
    """Refused (code period_closing) while a period of service is being closed; asked once a month, latest first.

    A share of a closed year passes: signed, it is booked into the open year and stays out of what was reported.
    """
    months = {(s.last_day.year, s.last_day.month): s.last_day for s in shares}
    for month in sorted(months, reverse=True):
        await check_proposable(conn, months[month])


async def _obstacles(
    conn: Conn, pool: Pool, shares: Sequence[Share], advances: Mapping[UUID, tuple[int, int]]
) -> list[str]:
    said = []
    over = max((s.last_day for s in shares), default=date(pool.year, 12, 31))
    if over >= conn.today:
        text = _("Die Leistung läuft in diesem Jahr noch bis {day}; abgerechnet wird danach.")
        said.append(text.format(day=day(over)))
    waiting = [s.number for s in shares if advances.get(s.order_id, (0, 0))[1]]
    if waiting:
        text = ngettext(
            "Zu {n} Leistungsschein sind Buchungen dieses Jahres noch offen: {numbers}. Erst bestätigen oder klären.",
            "Zu {n} Leistungsscheinen sind Buchungen dieses Jahres noch offen: {numbers}. Erst bestätigen oder klären.",
            len(waiting),
        )
        said.append(text.format(n=len(waiting), numbers=", ".join(waiting[:NAMED])))
    keys = [(pool.owner_id, s.order_id, s.last_day) for s in shares if s.last_day >= TAX_NEEDED_FROM]  # fmt: skip
    undecided = {o for (o, _d), codes in (await get_codes(conn, keys)).items() if UNDECIDED in codes}  # fmt: skip
    open_ones = [s.number for s in shares if s.order_id in undecided]
    if open_ones:
        said.append(
            _(
                "Ab 2027 ist die Umsatzsteuer zu entscheiden (§ 27 Abs. 22a UStG): {numbers}."
            ).format(numbers=", ".join(open_ones[:NAMED]))
        )
    return said
