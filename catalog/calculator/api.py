"""The calculator as JSON."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from catalog.calculator.model import Case, CostLine, look_ahead, needs_inhabitants
from catalog.calculator.pages import gross_of
from catalog.calculator.reading import first_of_next_month, read_basis, tax_of
from catalog.calculator.schemas import (
    EstimateOut,
    EstimateQuery,
    LineOut,
    YearOut,
    named_quantities,
)
from catalog.prices.model import PriceBase, price_text
from catalog.prices.wording import item_name, steps
from kdnx.errors import FieldError, Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("prices")


@api.get("/api/v1/offerings/{id}/estimate", permission=Permission.CATALOG_READ)
async def estimate_offering_json(call: Call, *, id: UUID, query: EstimateQuery) -> EstimateOut:
    """What an offering costs the caller's house; `end` is the last day. Owners get the draft before publication."""
    basis = await read_basis(call.conn, call.viewer, id)
    start = query.start or first_of_next_month(call.conn.today)
    if query.end and query.end < start:
        said = _("Das Ende liegt vor dem Beginn.")
        raise Invalid(said, errors=[FieldError("end", said, "order")])
    quantities = named_quantities(query.quantity)
    inhabitants = basis.known.get(PriceBase.INHABITANT.value)
    for item in (i for _begin, table in basis.tables for i in table):
        if inhabitants and needs_inhabitants(item):
            quantities.setdefault(item.ordinal, Decimal(inhabitants))
    end = query.end + timedelta(days=1) if query.end else None
    outlook = look_ahead(basis.tables, Case(start, end, quantities, query.index))
    tax = await tax_of(call.conn, basis, start)
    gross = gross_of(outlook, tax)
    return EstimateOut(
        offering_id=id, version=basis.version.version, lines=[_line(x) for x in outlook.lines],
        years=[
            YearOut(start=y.start, end=y.end, frozen_cents=y.frozen_cents, indexed_cents=y.indexed_cents)
            for y in outlook.years
        ],
        once_cents=outlook.once_cents, full_year_cents=outlook.full_year_cents,
        first_year_cents=outlook.first_year_cents,
        total_frozen_cents=outlook.total_frozen_cents, total_indexed_cents=outlook.total_indexed_cents,
        tax_code=tax.code if tax else None, vat_rate_pct=tax.rate_pct if tax else None,
        full_year_gross_cents=gross["full"] if gross else None, is_complete=outlook.is_complete,
    )  # fmt: skip


def _line(x: CostLine) -> LineOut:
    return LineOut(
        ordinal=x.item.ordinal, label=item_name(x.item), unit=price_text(x.item.base, x.item.per), quantity=x.quantity,
        calculation=steps(x.item, x.quantity), yearly_cents=x.yearly_cents, once_cents=x.once_cents,
        is_advance=x.is_advance,
    )  # fmt: skip
