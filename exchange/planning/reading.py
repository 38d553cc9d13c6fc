"""The forecast of a house, or of all houses, from its contracts; read-only, many orders at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from exchange.orders.model import LABELS
from exchange.planning import store
from exchange.planning.amounts import QUIET_AFTER, amount_in, is_unbooked
from exchange.planning.model import (
    UNDECIDED,
    Amount,
    Assumption,
    Forecast,
    Row,
    Side,
    totals,
)
from exchange.planning.store import OrderHead, PlanLine
from exchange.schedules.reading import read_outlooks
from exchange.schedules.store import get_codes
from exchange.taxes.actions import tax_rules
from exchange.taxes.model import TAX_NEEDED_FROM
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.money import percent_of
from kdnx.text import _
from kdnx.viewer import Scope, Viewer

MOST, AT_ONCE = 20_000, 400
WIDE = (Scope.OFFICE, Scope.AUDIT)
FULL_RATE = "U19"


@dataclass(frozen=True)
class Valued:
    """An order with what it comes to in the base year and in the year, and its tax codes in the year.

    `is_unbooked`: by hand and nothing booked for fifteen months, so the contract alone proves no service.
    """

    head: OrderHead
    base: Amount
    coming: Amount
    codes: tuple[str, str]
    is_unbooked: bool = False


@dataclass(frozen=True)
class Rates:
    """Rates of the tax codes of a year in per cent; a code without a rate is undecided."""

    by_code: Mapping[str, Decimal]
    year: int

    def tax(self, cents: int, code: str) -> tuple[int, int]:
        """(tax, tax at the full rate where nothing is decided from 2027 on) in cents."""
        if code in self.by_code:
            return percent_of(cents, self.by_code[code]), 0
        if self.year < TAX_NEEDED_FROM.year:
            return 0, 0
        return 0, percent_of(cents, self.by_code.get(FULL_RATE, Decimal(0)))

    def is_open(self, code: str) -> bool:
        """Nobody has decided the case for the year, and it must be decided."""
        return code not in self.by_code and self.year >= TAX_NEEDED_FROM.year


async def read_rates(conn: Conn, year: int) -> Rates:
    """The rates that hold at the end of a year."""
    rules = await tax_rules(conn, date(year, 12, 31))
    return Rates(
        {
            key: Decimal(str(r.value["rate_pct"]))
            for key, r in rules.items()
            if key != UNDECIDED and r.value.get("rate_pct") is not None
        },
        year,
    )


async def value_orders(conn: Conn, heads: Sequence[OrderHead], year: int) -> list[Valued]:
    """What each of these orders comes to in a year and in the one before."""
    found = []
    for n in range(0, len(heads), AT_ONCE):
        part = {h.id: h for h in heads[n : n + AT_ONCE]}
        since = (conn.today - QUIET_AFTER).year
        booked = await store.booked(
            conn, list(part), min(since, year - 1), max(conn.today.year, year)
        )
        until: dict[UUID, date] = {}
        for b in booked.values():
            if b.last_day is not None:
                until[b.order_id] = max(b.last_day, until.get(b.order_id, b.last_day))
        codes = await _codes(conn, list(part.values()), year)
        for o in await read_outlooks(conn, list(part), date(year, 12, 31)):
            key = o.head.order_id
            coming = amount_in(o, year, booked.get((key, year)), conn.today)
            found.append(
                Valued(
                    part[key],
                    amount_in(o, year - 1, booked.get((key, year - 1)), conn.today),
                    coming,
                    codes.get(key, (UNDECIDED, UNDECIDED)),
                    is_unbooked(coming, part[key].starts_on, until.get(key), conn.today),
                )
            )
    return sorted(found, key=lambda v: (v.head.number, v.head.id))


async def _codes(conn: Conn, heads: Sequence[OrderHead], year: int) -> dict[UUID, tuple[str, str]]:
    first = date(year, 1, 1)
    keys = [(h.owner_id, h.id, max(first, h.starts_on)) for h in heads]
    return {order: codes for (order, _day), codes in (await get_codes(conn, keys)).items()}


def rows_of(
    valued: Sequence[Valued], members: Sequence[UUID], rates: Rates,
    plans: Mapping[tuple[UUID, int], PlanLine],
) -> list[Row]:  # fmt: skip
    """The rows of a house: each order on the side it stands on."""
    found = []
    for v in valued:
        if v.head.recipient_id in members:
            found.append(_row(v, Side.PAY, rates, plans))
        if v.head.owner_id in members:
            found.append(_row(v, Side.RECEIVE, rates, plans))
    return [
        r for r in found
        if r.next_cents or r.expected_cents or r.apart_cents or r.planned_cents is not None
    ]  # fmt: skip


def _row(v: Valued, side: Side, rates: Rates, plans: Mapping[tuple[UUID, int], PlanLine]) -> Row:
    code = v.codes[1 if side == Side.PAY else 0]
    # what nobody books any more is shown, but a budget does not rest on it
    expected, cents = (
        x.booked_on(side) if v.is_unbooked else x.on(side) for x in (v.base, v.coming)
    )
    apart = v.coming.on(side) - cents
    vat, risk = rates.tax(cents, code)
    said = list(v.coming.assumptions)
    if v.is_unbooked:
        said.append(Assumption.UNBOOKED)
    if rates.is_open(code) and cents:
        said.append(Assumption.TAX_OPEN)
    plan, before = plans.get((v.head.id, rates.year)), plans.get((v.head.id, rates.year - 1))
    partner = v.head.provider_short if side == Side.PAY else v.head.recipient_short
    if v.head.hub_short:
        partner += _(" über {hub}").format(hub=v.head.hub_short)
    return Row(
        v.head.id, v.head.number, v.head.title, side, partner, LABELS[v.head.state],  # type: ignore[index]  # StrEnum keys
        v.base.booked_cents, expected, cents, vat, risk, tuple(said),
        None if plan is None else plan.cents, None if before is None else before.cents,
        plan.note if plan else "", plan.row_version if plan else 0, apart,
    )  # fmt: skip


async def read_forecast(
    conn: Conn, viewer: Viewer, year: int, member: UUID | None = None
) -> Forecast:
    """The forecast of the own house; office and audit may name another. NotFound for somebody else's."""
    if member is None or viewer.acts_for(member):
        own, name, members = viewer.owner_id, viewer.member_name, list(viewer.members)
    elif viewer.scope in WIDE:
        names = dict(await store.active_members(conn))
        if member not in names:
            raise NotFound(_("Dieses Mitglied gibt es nicht."))
        own, name, members = member, names[member], [member]
    else:
        raise NotFound(_("Diese Planung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    heads = await store.list_orders(conn, members, date(year - 1, 1, 1), MOST)
    valued = await value_orders(conn, heads, year)
    plans = await store.plans(conn, members, year - 1, year)
    rows = rows_of(valued, members, await read_rates(conn, year), plans)
    return Forecast(own, name, year, conn.today, tuple(rows), totals(rows))


async def read_forecasts(conn: Conn, year: int) -> list[Forecast]:
    """The forecasts of all living members, for whoever sees all orders."""
    heads = await store.list_orders(conn, None, date(year - 1, 1, 1), MOST)
    valued = await value_orders(conn, heads, year)
    rates = await read_rates(conn, year)
    found = []
    for member, name in await store.active_members(conn):
        plans = await store.plans(conn, [member], year - 1, year)
        rows = rows_of(valued, [member], rates, plans)
        found.append(Forecast(member, name, year, conn.today, tuple(rows), totals(rows)))
    return found
