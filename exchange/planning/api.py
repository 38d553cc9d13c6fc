"""The planning for machines: forecast, plan and dates of the own house."""

from uuid import UUID

from exchange.planning.actions import save_plan
from exchange.planning.calendar_pages import own_events, span_of
from exchange.planning.model import Row, Side, Total
from exchange.planning.pages import year_of
from exchange.planning.reading import read_forecast
from exchange.planning.schemas import (
    EventList,
    EventOut,
    ForecastOut,
    ForecastQuery,
    PlanBody,
    PlanOut,
    RowOut,
    TotalOut,
)
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("planning")
P = Permission


@api.get("/api/v1/planning/{year}/forecast", permission=P.ORDER_READ)
async def get_forecast_json(call: Call, *, year: int, query: ForecastQuery) -> ForecastOut:
    """What each order comes to in a year, with assumptions; office and audit may name a member."""
    f = await read_forecast(call.conn, call.viewer, year_of(call), query.member)
    return ForecastOut(
        member_id=f.member_id, year=year, as_of=f.as_of, rows=[_row(r) for r in f.rows],
        totals=[_total(f.sums[s]) for s in Side],
    )  # fmt: skip


def _row(r: Row) -> RowOut:
    return RowOut(
        order_id=r.order_id, number=r.number, title=r.title, side=r.side.value, partner=r.partner,
        booked_cents=r.booked_cents, expected_cents=r.expected_cents, next_cents=r.next_cents,
        apart_cents=r.apart_cents, vat_cents=r.vat_cents, vat_risk_cents=r.vat_risk_cents,
        planned_cents=r.planned_cents, variance_cents=r.variance_cents,
        assumptions=[a.value for a in r.assumptions],
    )  # fmt: skip


def _total(t: Total) -> TotalOut:
    return TotalOut(
        side=t.side.value, orders=t.orders, expected_cents=t.expected_cents, next_cents=t.next_cents,
        apart_cents=t.apart_cents, vat_cents=t.vat_cents, vat_risk_cents=t.vat_risk_cents,
        planned_cents=t.planned_cents,
    )  # fmt: skip


@api.post("/api/v1/planning/{year}/orders/{order}/plan", permission=P.ORDER_EDIT)
async def save_plan_json(call: Call, *, year: int, order: UUID, body: PlanBody) -> PlanOut:
    """What the own house plans for an order, net; `expected` is the version seen."""
    line = await save_plan(
        call.conn, call.viewer, year_of(call), order, body.cents, body.note, expected=body.expected
    )
    return PlanOut(
        order_id=line.order_id, year=year, cents=line.cents, note=line.note, row_version=line.row_version
    )  # fmt: skip


@api.get("/api/v1/planning/dates", permission=P.ORDER_READ)
async def list_dates_json(call: Call) -> EventList:
    """Contract dates of the coming eighteen months, without amounts."""
    found = sorted(await own_events(call, *span_of(call)), key=lambda e: (e.day, e.key))
    return EventList(
        items=[
            EventOut(key=e.key, kind=e.kind.value, day=e.day, title=e.title, detail=e.detail, path=e.path)
            for e in found
        ]
    )  # fmt: skip
