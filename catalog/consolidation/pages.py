"""Candidates for consolidation: the ranked list, and the arithmetic of one."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from catalog.capabilities.store import get_capability, list_serving
from catalog.consolidation.model import Candidate, Estimate
from catalog.consolidation.reading import Found, read_candidates, sees_all
from catalog.consolidation.schemas import AssumptionQuery
from kdnx.errors import NotFound
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.charts import bar_chart
from kdnx.web.formats import day, eur_short
from kdnx.web.routing import Call, get

TOP = 10


def _own(query: AssumptionQuery) -> dict[str, Any]:
    return {
        "low_pct": query.low, "high_pct": query.high, "migration_cents": query.migration,
        "procedures": query.procedures, "procedure_cents": query.procedure, "years": query.years,
        "least_users": query.users,
    }  # fmt: skip


def _frame(call: Call, query: AssumptionQuery, found: Found) -> dict[str, Any]:
    return {
        "query": query, "a": found.basis.assumptions, "rules": found.basis.rules, "sees_all": sees_all(call.viewer),
        "as_of": day(call.conn.today), "progress": found.landscape.progress,
        "kept": urlencode({k: v for k, v in call.request.query_params.items() if k != "unit"}),
        "may_enter": call.viewer.may(Permission.RULE_READ),
    }  # fmt: skip


async def list_candidates(call: Call) -> Response:
    """Ranked by the saving that is possible at most; without cost by how often the same is run."""
    query = call.query(AssumptionQuery)
    found = await read_candidates(call.conn, call.viewer, _own(query), group=query.group)
    return await call.page(
        "consolidation/list.html", items=found.items, chart=_chart(found.items),
        groups=[(g.code, g.name) for g in found.landscape.groups],
        known=sum(c.estimate is not None for c in found.items), **_frame(call, query, found),
    )  # fmt: skip


def _chart(items: Any) -> dict[str, Any] | None:
    known = [
        (c, c.estimate) for c in items if c.estimate is not None and c.estimate.yearly_high > 0
    ]
    if not known:
        return None
    first: Candidate = known[0][0]
    best: Estimate = known[0][1]
    finding = _("Am meisten ließe sich bei „{name}“ sparen: {low} bis {high} im Jahr.").format(
        name=first.row.task.name, low=eur_short(best.yearly_low), high=eur_short(best.yearly_high)
    )
    title = _("Mögliche Einsparung im Jahr, obere Grenze")
    svg = bar_chart(
        [(c.row.task.name, e.yearly_high) for c, e in known[:TOP]], title=title, finding=finding,
        show=lambda v: eur_short(int(v)),
    )  # fmt: skip
    rows = [[c.row.task.name, eur_short(e.yearly_low), eur_short(e.yearly_high)] for c, e in known]
    return {"title": title, "finding": finding, "svg": svg, "rows": rows}


async def show_candidate(call: Call) -> Response:
    """One task: every step of the arithmetic, own assumptions in the address."""
    task = await get_capability(call.conn, call.path_id())
    query = call.query(AssumptionQuery)
    own = {**_own(query), "unit_cents": query.unit}
    found = await read_candidates(call.conn, call.viewer, own)
    place = next((n for n, c in enumerate(found.items, 1) if c.row.task.id == task.id), 0)
    if not place:
        text = _(
            "„{name}“ ist kein Kandidat: weniger als zwei Häuser betreiben oder kaufen dafür selbst."
        )
        raise NotFound(text.format(name=task.name), remedy_url=f"/landscape/{task.id}")
    item = found.items[place - 1]
    names = {m.id: m.short_name or m.name for m in await list_members(call.conn)}
    ends = sorted(((d, names.get(m, "")) for m, d in item.ends.items()), key=lambda x: x)
    cost = next((c for c in found.costs if c.capability_id == task.id), None)
    return await call.page(
        "consolidation/show.html", task=task, c=item, e=item.estimate, ends=ends, place=place, names=names,
        total=len(found.items), cost=cost, serving=await list_serving(call.conn, task.id),
        **_frame(call, query, found),
    )  # fmt: skip


DOORS = (
    get("/landscape/candidates", list_candidates, permission=Permission.CATALOG_READ),
    get("/landscape/candidates/{id}", show_candidate, permission=Permission.CATALOG_READ),
)
