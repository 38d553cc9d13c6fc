"""The map as list and matrix, as a file, and one task in detail."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from catalog.applications.model import MODE_LABELS, MODE_SIGNS, Mode, Use
from catalog.applications.store import list_all, list_own
from catalog.capabilities.store import (
    get_capability,
    list_capabilities,
    list_products,
    list_serving,
)
from catalog.landscape.files import MAP, rows_of
from catalog.landscape.model import (
    DEFINITION,
    FORMULA,
    ONLY_LABELS,
    ORDER_LABELS,
    Coverage,
    Only,
    Order,
    contract_ends,
    coverages,
    overall_index,
)
from catalog.landscape.reading import Landscape, read_landscape
from catalog.landscape.schemas import MapQuery
from catalog.landscape.store import list_costs
from catalog.standards.store import list_for_objects
from kdnx.errors import NotFound
from kdnx.imports.writing import MEDIA, write_file
from kdnx.members.model import LEVEL_LABELS
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.charts import Span, gantt_chart
from kdnx.web.formats import day
from kdnx.web.routing import Call, get

# own operation stands out: it is what consolidation asks about
MODE_HEAT: Mapping[Mode, str] = {Mode.OWN: "kx-h5", Mode.MARKET: "kx-h3", Mode.FROM_MEMBER: "kx-h1"}
MOST_SPANS = 40


def _address(path: str, query: MapQuery, **over: str) -> str:
    values = {
        "group": query.group, "level": query.level, "q": query.q,
        "only": "" if query.only == Only.ALL else query.only.value,
        "sort": "" if query.sort == Order.TREE else query.sort.value, **over,
    }  # fmt: skip
    kept = {k: v for k, v in values.items() if v}
    return f"{path}?{urlencode(kept)}" if kept else path


async def _read(call: Call, query: MapQuery) -> Landscape:
    return await read_landscape(
        call.conn,
        group=query.group,
        level=query.level,
        q=query.q,
        only=query.only,
        order=query.sort,
    )


async def _frame(call: Call, query: MapQuery, found: Landscape, path: str) -> dict[str, Any]:
    """What list and matrix share: filters, progress, addresses."""
    return {
        "query": query, "found": found, "path": path, "formula": FORMULA, "definition": DEFINITION,
        "groups": [(g.code, g.name) for g in found.groups],
        "levels": list(LEVEL_LABELS.items()),
        "onlys": [(o.value, t) for o, t in ONLY_LABELS.items()],
        "orders": [(o.value, t) for o, t in ORDER_LABELS.items()],
        "views": [
            (_("Liste"), _address("/landscape", query), path == "/landscape"),
            (_("Matrix"), _address("/landscape/matrix", query), path == "/landscape/matrix"),
            (_("Kandidaten"), "/landscape/candidates", False),
            (_("Aufgaben"), "/capabilities", False),
            (_("Produkte"), "/products", False),
        ],
        "csv_href": _address("/landscape/map/csv", query),
        "xlsx_href": _address("/landscape/map/xlsx", query),
        "as_of": day(call.conn.today),
        "may_declare": call.viewer.may(Permission.DEMAND_ANSWER) and bool(call.viewer.members),
    }  # fmt: skip


async def show_map(call: Call) -> Response:
    """Tasks with coverage, modes, products and index; on the phone one card a task."""
    query = call.query(MapQuery)
    found = await _read(call, query)
    return await call.page(
        "landscape/list.html", **await _frame(call, query, found, "/landscape"),
        overall=overall_index(found.rows), own_total=sum(r.own for r in found.rows),
        several=sum(r.products > 1 for r in found.rows),
    )  # fmt: skip


async def show_matrix(call: Call) -> Response:
    """Tasks down, members across, one sign a cell."""
    query = call.query(MapQuery)
    found = await _read(call, query)
    by_cell: dict[tuple[UUID, UUID], list[Use]] = {}
    for use in found.uses:
        by_cell.setdefault((use.capability_id, use.owner_id), []).append(use)
    cells = [
        [_cell(by_cell.get((r.task.id, m.id), []), r) for m in found.members] for r in found.rows
    ]
    return await call.page(
        "landscape/matrix.html", **await _frame(call, query, found, "/landscape/matrix"), cells=cells,
        row_names=[r.task.name for r in found.rows], column_names=[m.short_name or m.name for m in found.members],
        row_sums=[str(r.members) for r in found.rows],
        key=[(MODE_SIGNS[m], MODE_LABELS[m]) for m in Mode],
    )  # fmt: skip


def _cell(uses: Sequence[Use], row: Coverage) -> tuple[str, str, str]:
    modes = [m for m in Mode if any(u.mode == m for u in uses)]
    if not modes:
        return "", "", ""
    text = "".join(MODE_SIGNS[m] for m in modes)
    return text, MODE_HEAT[modes[0]], f"/landscape/{row.task.id}"


async def download_map(call: Call) -> Response:
    """The rows of this selection as CSV or XLSX."""
    form = call.path_text("form")
    if form not in {"csv", "xlsx"}:
        raise NotFound(_("Dieses Format gibt es nicht."))
    found = await _read(call, call.query(MapQuery))
    name = f"landschaft-{call.conn.today.isoformat()}.{form}"
    return Response(
        write_file(MAP, rows_of(found), form), media_type=MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


async def show_task(call: Call) -> Response:
    """One task: products, houses, offerings, standards, contract ends."""
    task = await get_capability(call.conn, call.path_id())
    if task.parent_id is None:
        return call.redirect(f"/landscape?group={task.code}")
    every = await list_members(call.conn)
    names = {m.id: m.short_name or m.name for m in every}
    counted = {m.id for m in every if m.state == "active" and not m.is_hub}
    uses = [u for u in await list_all(call.conn, task.id) if u.owner_id in counted]
    serving = await list_serving(call.conn, task.id)
    products = {p.id: p.label for p in await list_products(call.conn)}
    cost = next((c for c in await list_costs(call.conn) if c.capability_id == task.id), None)
    group = next(c for c in await list_capabilities(call.conn) if c.id == task.parent_id)
    return await call.page(
        "landscape/show.html", task=task, group=group, row=coverages([task], uses, serving)[0], names=names,
        counted=len(counted), formula=FORMULA, definition=DEFINITION, cost=cost, serving=serving, products=products,
        may_declare=call.viewer.may(Permission.DEMAND_ANSWER) and bool(call.viewer.members),
        uses=sorted(uses, key=lambda u: (names.get(u.owner_id, "").casefold(), products[u.product_id])),
        by_product=_by_product(uses, names, products), mode_labels=MODE_LABELS, as_of=day(call.conn.today),
        standards=await list_for_objects(call.conn, "capability", [task.id]),
        mine=[u for u in await list_own(call.conn, call.viewer.members) if u.capability_id == task.id],
        chart=_ends_chart(call, uses, names),
    )  # fmt: skip


def _by_product(
    uses: Sequence[Use], names: Mapping[UUID, str], products: Mapping[UUID, str]
) -> list[tuple[str, list[str], int]]:
    houses: dict[UUID, set[UUID]] = {}
    users: dict[UUID, int] = {}
    for u in uses:
        houses.setdefault(u.product_id, set()).add(u.owner_id)
        users[u.product_id] = users.get(u.product_id, 0) + (u.users or 0)
    rows = [
        (products[p], sorted((names.get(m, "") for m in ms), key=str.casefold), users[p])
        for p, ms in houses.items()
    ]
    return sorted(rows, key=lambda r: (-len(r[1]), r[0]))


def _ends_chart(
    call: Call, uses: Sequence[Use], names: Mapping[UUID, str]
) -> Mapping[str, Any] | None:
    ends = [e for e in contract_ends(uses) if e.ends_on >= call.conn.today]
    if not ends:
        return None
    soon = sum((e.ends_on - call.conn.today).days <= 730 for e in ends)
    without = len({u.owner_id for u in uses}) - len(contract_ends(uses))
    text = _(
        "{soon} von {all} Verträgen enden in den nächsten 24 Monaten; {without} Häuser ohne Angabe."
    )
    finding = text.format(
        soon=soon, all=len(ends), without=without
    )  # fmt: skip
    spans = [Span(names.get(e.owner_id, ""), call.conn.today, e.ends_on) for e in ends[:MOST_SPANS]]
    title = _("Wann Verträge enden")
    return {
        "svg": gantt_chart(spans, title=title, finding=finding, today=call.conn.today),
        "title": title, "finding": finding,
        "rows": [[names.get(e.owner_id, ""), day(e.ends_on)] for e in ends],
    }  # fmt: skip


DOORS = (
    get("/landscape", show_map, permission=Permission.CATALOG_READ),
    get("/landscape/matrix", show_matrix, permission=Permission.CATALOG_READ),
    get("/landscape/map/{form}", download_map, permission=Permission.CATALOG_READ),
    get("/landscape/{id}", show_task, permission=Permission.CATALOG_READ),
)
