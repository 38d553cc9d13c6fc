"""The tax watch for machines."""

from exchange.taxwatch.model import Group, Leg, Readiness
from exchange.taxwatch.reading import read_watch
from exchange.taxwatch.schemas import GroupOut, LegOut, ReadyOut, WatchApiQuery, WatchOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("tax-watch")


@api.get("/api/v1/tax-watch", permission=Permission.ORDER_READ)
async def get_watch_json(call: Call, *, query: WatchApiQuery) -> WatchOut:
    """Receipts by activity group, running contracts with their tax codes, readiness for 2027."""
    watch = await read_watch(call.conn, call.viewer, query.year or call.conn.today.year)
    return WatchOut(
        year=watch.year, limit_cents=watch.limit.cents, warn_cents=watch.limit.warn_cents,
        groups=[_group(g) for g in watch.groups], contracts=[_leg(x) for x in watch.legs],
        readiness=[_ready(r) for r in watch.ready],
    )  # fmt: skip


def _group(g: Group) -> GroupOut:
    return GroupOut(
        supplier_id=g.supplier_id, supplier=g.supplier, group=g.name, is_named=g.is_named,
        so_far_cents=g.so_far_cents, forecast_cents=g.forecast_cents, light=g.light.value,
    )  # fmt: skip


def _leg(x: Leg) -> LegOut:
    return LegOut(
        order_id=x.order_id, number=x.number, leg=x.leg, supplier_id=x.supplier_id, customer_id=x.customer_id,
        yearly_cents=x.yearly_cents, code_before=x.code_before, code_after=x.code_after, is_ready=x.is_ready,
    )  # fmt: skip


def _ready(r: Readiness) -> ReadyOut:
    return ReadyOut(
        member_id=r.member_id, legs=r.legs, ready=r.ready, cents=r.cents, ready_cents=r.ready_cents
    )
