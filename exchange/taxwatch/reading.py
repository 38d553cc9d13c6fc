"""What the tax watch shows: groups against the limit, contracts with their cases, readiness; read-only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from exchange.planning.reading import Rates, read_rates, value_orders
from exchange.planning.store import active_members, list_orders
from exchange.schedules.store import get_codes
from exchange.taxwatch import store
from exchange.taxwatch.model import (
    LAST_OLD_DAY,
    READY_FROM,
    UNDECIDED,
    Group,
    Leg,
    Light,
    Limit,
    Readiness,
    readiness,
)
from kdnx.db.conn import Conn
from kdnx.money import percent_of
from kdnx.rules.store import get_rule
from kdnx.viewer import Scope, Viewer

MOST = 20_000
WIDE = (Scope.OFFICE, Scope.AUDIT, Scope.SYSTEM)
Key = tuple[UUID, str, bool]


@dataclass(frozen=True)
class Watch:
    """All of it for the houses the viewer answers for."""

    year: int
    limit: Limit
    groups: list[Group]
    legs: list[Leg]
    ready: list[Readiness]

    @property
    def undecided(self) -> list[Leg]:
        """Contracts that serve in 2027 and are not decided for it."""
        return [x for x in self.legs if x.reaches and not x.is_ready]

    @property
    def crossing(self) -> list[Leg]:
        """Contracts that serve before and after the turn of 2026."""
        return [x for x in self.legs if x.crosses]

    @property
    def alarming(self) -> list[Group]:
        """Activity groups near the limit or over it, the largest first."""
        return [g for g in self.groups if g.light != Light.BELOW]

    @property
    def houses(self) -> list[tuple[UUID, str]]:
        """Who supplies or receives by one of the contracts, by name."""
        found = {x.supplier_id: x.supplier for x in self.legs}
        found |= {x.customer_id: x.customer for x in self.legs}
        return sorted(found.items(), key=lambda h: h[1])

    def of_house(self, house: UUID | None) -> "Watch":
        """What concerns one house; all of it for None."""
        if house is None:
            return self
        return replace(
            self,
            groups=[g for g in self.groups if g.supplier_id == house],
            legs=[x for x in self.legs if house in (x.supplier_id, x.customer_id)],
            ready=[r for r in self.ready if r.member_id == house],
        )


def members_of(viewer: Viewer) -> list[UUID] | None:
    """Whose contracts: the own house's, or None = all for office and audit."""
    return None if viewer.scope in WIDE else list(viewer.members)


async def read_limit(conn: Conn, year: int) -> Limit:
    """The limit that holds at the end of a year."""
    rule = await get_rule(conn, "tax_limit", "similar_activities", date(year, 12, 31))
    v = rule.value
    return Limit(int(v["cents"]), Decimal(str(v["warn_pct"])), str(v.get("norm", "")), rule.source)


async def read_legs(conn: Conn, members: Sequence[UUID] | None, since: date) -> list[Leg]:
    """Contracts with their codes at the turn of 2026, each read on a day it serves."""
    legs = await store.list_legs(conn, members, since, MOST)
    orders = {x.order_id: x for x in legs}
    before = await get_codes(conn, [(x.owner_id, x.order_id, LAST_OLD_DAY) for x in orders.values()])  # fmt: skip
    after = await get_codes(
        conn, [(x.owner_id, x.order_id, max(READY_FROM, x.starts_on)) for x in orders.values()]
    )
    first, then = ({order: codes for (order, _d), codes in found.items()} for found in (before, after))  # fmt: skip
    none = (UNDECIDED, UNDECIDED)
    return [
        replace(
            x, code_before=first.get(x.order_id, none)[x.leg - 1],
            code_after=then.get(x.order_id, none)[x.leg - 1],
        )
        for x in legs
    ]  # fmt: skip


async def read_watch(conn: Conn, viewer: Viewer, year: int) -> Watch:
    """The watch for the own house, for all of them as office and audit."""
    members = members_of(viewer)
    legs = await read_legs(conn, members, conn.today)
    names = dict(await active_members(conn))
    named = names if members is None else {viewer.owner_id: names.get(viewer.owner_id, "")}
    if members is not None:
        own = set(members)
        legs = [x for x in legs if {x.supplier_id, x.customer_id} & own]
    limit = await read_limit(conn, year)
    groups = await read_groups(conn, members, year, limit, names)
    return Watch(year, limit, groups, legs, readiness(legs, named))


async def read_groups(
    conn: Conn, members: Sequence[UUID] | None, year: int, limit: Limit, names: Mapping[UUID, str]
) -> list[Group]:
    """Gross receipts by supplier and activity group, with what the contracts still bring by the end of the year."""
    rates = await read_rates(conn, year)
    so_far: dict[Key, int] = {}
    waiting: dict[Key, int] = {}
    for r in await store.list_receipts(conn, members, year):
        key = (r.supplier_id, r.group_name, r.is_named)
        so_far[key] = so_far.get(key, 0) + _gross(r.cents, r.tax_code, rates)
        waiting[key] = waiting.get(key, 0) + r.open_cents
    coming = await _rest(conn, members, year, rates)
    found = []
    for key in {*so_far, *coming}:
        booked = so_far.get(key, 0)
        expected = booked + waiting.get(key, 0) + coming.get(key, 0)
        light = limit.light(booked, expected)
        name = names.get(key[0], "")
        found.append(Group(key[0], name, key[1], key[2], booked, expected, light))
    return sorted(
        (g for g in found if g.so_far_cents or g.forecast_cents),
        key=lambda g: (-g.forecast_cents, g.supplier, g.name),
    )


def _gross(cents: int, code: str, rates: Rates) -> int:
    return cents + percent_of(cents, rates.by_code.get(code, Decimal(0)))


async def _rest(
    conn: Conn, members: Sequence[UUID] | None, year: int, rates: Rates
) -> dict[Key, int]:
    """What the orders of these suppliers still bring in a year and is not booked yet, gross, by group."""
    heads = await list_orders(conn, members, date(year, 1, 1), MOST)
    valued = {v.head.id: v.coming for v in await value_orders(conn, heads, year)}
    codes = await get_codes(
        conn, [(h.owner_id, h.id, max(date(year, 12, 31), h.starts_on)) for h in heads]
    )
    by_order = {order: found for (order, _day), found in codes.items()}
    found: dict[Key, int] = {}
    for x in await store.list_legs(conn, members, date(year, 1, 1), MOST):
        v = valued.get(x.order_id)
        if v is not None and (members is None or x.supplier_id in members):
            key = (x.supplier_id, x.group_name, x.is_named)
            net = v.rest_cents + (v.rest_surcharge_cents if x.leg != 1 else 0)
            code = by_order.get(x.order_id, (UNDECIDED, UNDECIDED))[x.leg - 1]
            found[key] = found.get(key, 0) + _gross(net, code, rates)
    return found


async def read_split(conn: Conn, members: Sequence[UUID] | None) -> dict[UUID, tuple[int, int]]:
    """What each order comes to net in the last year of the old law and in the first of the new, booked or not."""
    heads = await list_orders(conn, members, READY_FROM, MOST)
    found = await value_orders(conn, heads, READY_FROM.year)
    return {v.head.id: (v.base.net_cents, v.coming.net_cents) for v in found}
