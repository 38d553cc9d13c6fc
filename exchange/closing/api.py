"""Closes for machines: read only; people begin, close and lock on the pages."""

from exchange.closing import store
from exchange.closing.checklist import read_checklist
from exchange.closing.model import YEAR, Checklist, Period
from exchange.closing.schemas import ItemOut, PeriodOut, YearList, YearOut
from kdnx.errors import NotFound
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("closings")


def period_out(p: Period) -> PeriodOut:
    """The outside form."""
    return PeriodOut(year=p.year, month=p.month, state=p.state, row_version=p.row_version)


@api.get("/api/v1/closings", permission=Permission.LEDGER_READ)
async def list_closings_json(call: Call) -> YearList:
    """The years whose close was begun."""
    found = await store.list_periods(call.conn, None, YEAR)
    return YearList(items=[period_out(p) for p in found])


def _items(found: Checklist) -> list[ItemOut]:
    return [
        ItemOut(key=i.key, title=i.title, weight=i.weight.value, finding=i.finding, listed=list(i.listed))
        for i in found.points
    ]  # fmt: skip


@api.get("/api/v1/closings/{year}", permission=Permission.LEDGER_READ)
async def get_closing_json(call: Call, *, year: int) -> YearOut:
    """State and fingerprints of a year; checklist and totals for office and audit."""
    if not 2000 <= year <= 2200:
        raise NotFound(_("Dieses Jahr gibt es hier nicht."))
    period = await store.find_period(call.conn, year, YEAR)
    closed = (await store.list_closes(call.conn)).get(year)
    out = YearOut(
        year=year, state=period.state, row_version=period.row_version,
        months=[period_out(p) for p in await store.list_periods(call.conn, year, None) if p.month != YEAR],
    )  # fmt: skip
    if closed is not None:
        out.closed_at, out.locked_at = closed["closed_at"], closed["locked_at"]
        out.root, out.evidence = closed["root"].hex(), closed["evidence"].hex()
    if call.viewer.scope in {Scope.OFFICE, Scope.AUDIT}:
        totals = await store.read_totals(call.conn, year)
        out.reported_cents, out.current_cents = totals.reported_cents, totals.current_cents
        record = await store.find_close(call.conn, year)
        if record is None:
            out.checklist = _items(await read_checklist(call.conn, period))
        else:
            out.checklist = [ItemOut.model_validate(i) for i in record["checklist"]["items"]]
    return out
