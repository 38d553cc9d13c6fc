"""Our applications: a grid for each group of tasks, the yearly confirmation, and who has reported."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pydantic import BaseModel
from starlette.responses import Response

from catalog.applications import actions, store
from catalog.applications.grid import MODES, Line, lines_of, read_lines, understand
from catalog.applications.model import Proposal, Use, due_on
from catalog.applications.reading import read_progress
from catalog.capabilities.model import Group, Product, grouped
from catalog.capabilities.store import list_capabilities, list_products
from kdnx.errors import FieldError, Invalid, Refused, Stale
from kdnx.members.store import list_members
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Scope
from kdnx.web.routing import Call, get, post


class MineQuery(BaseModel):
    """Which group of tasks, by its code; with `more` every task gets one more empty row."""

    group: str = ""
    more: bool = False


async def show_mine(call: Call) -> Response:
    """The grid of one group; every group has its address."""
    return await _show(call, None, [])


async def _show(
    call: Call, lines: Sequence[Line] | None, errors: Sequence[FieldError], *,
    problem: str = "", status: int = 200,
) -> Response:  # fmt: skip
    query = call.query(MineQuery)
    owner = call.viewer.owner_id
    groups = grouped(await list_capabilities(call.conn))
    group = next((g for g in groups if g.head.code == query.group), groups[0])
    uses = await store.list_own(call.conn, [owner])
    proposals = await store.list_proposals(call.conn, owner)
    products = await list_products(call.conn)
    shown = lines
    if shown is None:
        shown = lines_of(group.tasks, uses, proposals, _labels(products))
        if query.more:
            extra = [Line(0, task) for task in group.tasks]
            shown = [
                Line(n, line.task, line.typed, line.old_product, line.seen, proposal=line.proposal)
                for n, line in enumerate(sorted([*shown, *extra], key=lambda x: x.task.position))
            ]
    progress = await read_progress(call.conn)
    mine = progress.reports.get(owner)
    others = [m for m in await list_members(call.conn) if m.id != owner and not m.is_hub]
    return await call.page(
        "applications/mine.html", status=status, group=group, lines=shown, errors=errors,
        problem=problem, tabs=_tabs(groups, group, uses, proposals), modes=MODES,
        products=[p for p in products if not p.merged_into_id],
        members=[(m.id, m.short_name or m.name) for m in others],
        progress=progress, mine=mine, due=due_on(mine) if mine else None,
        is_reported=any(m.id == owner for m in progress.reported), count=len(uses),
        proposals=proposals, may_import=call.viewer.may(Permission.IMPORT_RUN), more=query.more,
    )  # fmt: skip


def _labels(products: Sequence[Product]) -> dict[UUID, str]:
    """Labels of products, of a double that of the product that stays."""
    by_id = {p.id: p for p in products}
    return {p.id: by_id[p.merged_into_id or p.id].label for p in products}


def _tabs(
    groups: Sequence[Group], here: Group, uses: Sequence[Use], proposals: Sequence[Proposal]
) -> list[tuple[str, str, bool, str]]:
    named: Mapping[UUID, UUID | None] = {c.id: c.parent_id for g in groups for c in g.tasks}
    out = []
    for g in groups:
        done = {u.capability_id for u in uses if named.get(u.capability_id) == g.head.id}
        hints = sum(named.get(p.capability_id) == g.head.id for p in proposals)
        text = f"{len(done)}/{len(g.tasks)}" + (f" +{hints}" if hints else "")
        out.append((g.head.name, f"/landscape/mine?group={g.head.code}", g is here, text))
    return out


async def save_mine(call: Call) -> Response:
    """Write what changed in the grid; every fault stands at its field and nothing typed is lost."""
    code = str(call.fields.get("group", ""))[:40]
    groups = grouped(await list_capabilities(call.conn))
    group = next((g for g in groups if g.head.code == code), groups[0])
    products = await list_products(call.conn)
    lines = read_lines(call.fields, group.tasks)
    said = await understand(call.conn, call.viewer, lines, products)
    if said.errors:
        return await _show(call, said.lines, said.errors, status=422)
    try:
        new = await actions.declare_uses(
            call.conn, call.viewer, call.viewer.owner_id, said.uses, seen=said.seen
        )
    except (Stale, Refused, Invalid) as error:
        return await _show(call, said.lines, [], problem=error.detail, status=409)
    text = _("Es hat sich nichts geändert.")
    if new:
        text = ngettext("{n} Angabe gespeichert.", "{n} Angaben gespeichert.", len(new)).format(
            n=len(new)
        )
    return call.redirect(f"/landscape/mine?group={group.head.code}", text)


async def confirm_mine(call: Call) -> Response:
    """All declarations are complete; counts for twelve months."""
    await actions.confirm_declarations(call.conn, call.viewer, call.viewer.owner_id)
    return call.redirect(
        "/landscape/mine", _("Danke. Ihre Angaben gelten zwölf Monate als bestätigt.")
    )


async def show_progress(call: Call) -> Response:
    """Who has reported; the office asks the others."""
    progress = await read_progress(call.conn)
    office = call.viewer.scope == Scope.OFFICE and call.viewer.may(Permission.DEMAND_CALL)
    return await call.page("applications/progress.html", progress=progress, may_remind=office)


async def remind_missing(call: Call) -> Response:
    """A task for every house that has not reported."""
    asked = await actions.remind_missing(call.conn, call.viewer)
    text = ngettext("{n} Haus erinnert.", "{n} Häuser erinnert.", asked).format(n=asked)
    return call.redirect(
        "/landscape/progress", text if asked else _("Alle haben schon eine offene Aufgabe.")
    )


DOORS = (
    get("/landscape/mine", show_mine, permission=Permission.DEMAND_ANSWER),
    post("/landscape/mine", save_mine, permission=Permission.DEMAND_ANSWER),
    post("/landscape/mine/confirm", confirm_mine, permission=Permission.DEMAND_ANSWER),
    get("/landscape/progress", show_progress, permission=Permission.CATALOG_READ),
    post("/landscape/progress/remind", remind_missing, permission=Permission.DEMAND_CALL),
)
