"""Pages of requests: list, the request itself, drafting, opening, extending, cancelling."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.responses import Response

from catalog.categories.store import list_categories
from catalog.contents.model import PROTECTION_LABELS
from catalog.prices.model import BASE_LABELS
from catalog.requests import actions, store
from catalog.requests.model import (
    AUDIENCE_LABELS,
    CRITERION_LABELS,
    FORMULA_LABELS,
    OUTCOME_LABELS,
    STATE_KINDS,
    STATE_LABELS,
    Criterion,
    Item,
    Request,
    may_ask,
    possible,
)
from catalog.requests.posted import read_request
from catalog.requests.schemas import (
    CRITERION_ROWS,
    ITEM_ROWS,
    MOST,
    ExtendIn,
    ListForm,
    NewQuery,
    ReasonIn,
    RequestBody,
    VersionIn,
)
from kdnx.clock import berlin_day
from kdnx.documents.model import Visibility
from kdnx.documents.panel import Panel, panel_of
from kdnx.errors import Invalid, KdnxError, Refused
from kdnx.members.store import list_members
from kdnx.text import _, ngettext
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.formats import num
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post
from kdnx.web.slots import render_slots

VIEW_LABELS = {"open": "Offen für uns", "mine": "Unsere Gesuche", "answered": "Von uns beantwortet",
               "decided": "Beendet", "all": "Alle"}  # fmt: skip
# the states of an answer, which is a later room
ANSWER_LABELS = {"draft": "Entwurf", "submitted": "abgegeben", "withdrawn": "zurückgezogen",
                 "missed": "nicht abgegeben",
                 "chosen": "gewählt", "not_chosen": "nicht gewählt", "void": "gegenstandslos"}  # fmt: skip
WORDS: dict[str, Any] = {
    "ANSWER_LABELS": ANSWER_LABELS,
    "STATE_LABELS": STATE_LABELS, "STATE_KINDS": STATE_KINDS, "OUTCOME_LABELS": OUTCOME_LABELS,
    "AUDIENCE_LABELS": AUDIENCE_LABELS, "CRITERION_LABELS": CRITERION_LABELS, "FORMULA_LABELS": FORMULA_LABELS,
    "BASE_LABELS": BASE_LABELS, "PROTECTION_LABELS": PROTECTION_LABELS, "VIEW_LABELS": VIEW_LABELS,
}  # fmt: skip


async def list_requests(call: Call) -> Response:
    """Who looks for what: open to us, ours, answered by us, ended."""
    query = call.query(ListForm)
    secret = call.house.settings.secret()
    after = None
    if query.cursor:
        at, last = decode_cursor(secret, query.cursor, 2)
        after = (datetime.fromisoformat(at), UUID(last))
    view = query.view if query.view in VIEW_LABELS else "open"
    category = _uuid(query.category)
    found = await store.list_requests(
        call.conn, members=call.viewer.members, view=view, text=query.q.strip()[:100],
        category_id=category, after=after, limit=query.limit + 1,
    )  # fmt: skip
    more, found = len(found) > query.limit, found[: query.limit]
    cursor = encode_cursor(secret, [found[-1].closes_at.isoformat(), found[-1].id]) if more else ""
    return await call.page(
        "requests/list.html", found=found, query=query, view=view, category=category, next_cursor=cursor,
        counts=await store.count_views(call.conn, call.viewer.members),
        categories=await store.count_categories(call.conn), clock={r.id: clock(call, r) for r in found}, **WORDS,
    )  # fmt: skip


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def clock(call: Call, request: Request) -> str:
    """How long answers are taken, in words; '' when they are not."""
    if not request.takes_answers(call.conn.now):
        return _("Frist abgelaufen, wird geöffnet") if request.state == "open" else ""
    days = (berlin_day(request.closes_at) - call.conn.today).days
    return ngettext("noch %d Tag", "noch %d Tage", days) % days if days > 0 else _("endet heute")


async def show_request(call: Call) -> Response:
    """One request: need, quantities, criteria, deadline, and what I can do."""
    return await _show(call)


async def _show(call: Call, *, status: int = 200, problem: KdnxError | None = None) -> Response:
    request = await store.get_request(call.conn, call.path_id(), call.viewer.members)
    return await call.page(
        "requests/show.html", status=status, request=request, problem=problem,
        items=await store.list_items(call.conn, request.id), criteria=await store.list_criteria(call.conn, request.id),
        budget=await store.find_budget(call.conn, request.id, call.viewer.members), asks=may_ask(request, call.viewer),
        is_mine=call.viewer.acts_for(request.owner_id), events=possible(request, call.viewer),
        clock=clock(call, request),
        names={m.id: m.short_name or m.name for m in await list_members(call.conn, list(request.member_ids))},
        panel=await _documents(call, request), slot_actions=await render_slots(call, "request.actions", request.id),
        slot_sections=await render_slots(call, "request.sections", request.id), **WORDS,
    )  # fmt: skip


async def _documents(call: Call, request: Request) -> Panel:
    """Its documents: for those who are asked once it is open, for the own house before."""
    asks = may_ask(request, call.viewer)
    reached = (
        await store.list_reached(call.conn, request.audience_keys, request.owner_id)
        if asks and request.announced_at
        else []
    )
    is_public = bool(request.announced_at) and request.audience == "all"
    return await panel_of(
        call, "request", request.id, url=f"/requests/{request.id}", may_add=asks and request.state in ("draft", "open"),
        party_ids=sorted({request.owner_id, *reached}) if reached else [],
        visibilities=(Visibility.PUBLIC if is_public else Visibility.PARTIES, Visibility.OFFICE),
    )  # fmt: skip


async def new_request(call: Call) -> Response:
    """The form, filled from the search that found nothing."""
    query = call.query(NewQuery)
    values = {"title": query.q.strip(), "category_id": query.category[0] if query.category else ""}
    return await _edit(call, None, values, Form())


async def _edit(
    call: Call, request: Request | None, values: Mapping[str, Any], form: Form[RequestBody], status: int = 200
) -> Response:  # fmt: skip
    members = [
        m
        for m in await list_members(call.conn)
        if m.state == "active" and not call.viewer.acts_for(m.id)
    ]
    posted = getattr(call.fields, "getlist", None)
    chosen = [str(v) for v in posted("member_ids")] if posted else values.get("member_ids", [])
    filled = {**values, **form.raw}
    used = max(
        [
            0,
            *(
                int(k.rpartition("_")[2])
                for k, v in filled.items()
                if v and k.startswith("crit_name_")
            ),
        ]
    )
    listed = max(
        [
            0,
            *(
                int(k.rpartition("_")[2])
                for k, v in filled.items()
                if v and k.startswith("item_label_")
            ),
        ]
    )
    return await call.page(
        "requests/form.html", status=status, request=request, values=filled, form=form, members=members, chosen=chosen,
        categories=await list_categories(call.conn), error_at={e.field: e.message for e in form.errors},
        item_rows=range(1, min(MOST, max(ITEM_ROWS, listed + 2)) + 1),
        criterion_rows=range(1, min(MOST, max(CRITERION_ROWS, used + 2)) + 1), **WORDS,
    )  # fmt: skip


def cells(
    request: Request, items: list[Item], criteria: list[Criterion], budget: int | None
) -> dict[str, Any]:
    """A saved draft as the fields of the form."""
    names = (
        "title",
        "need",
        "place",
        "protection_level",
        "audience",
        "compare_years",
        "price_formula",
    )
    out: dict[str, Any] = {n: getattr(request, n) or "" for n in names}
    out |= {
        "category_id": str(request.category_id), "regions": " ".join(request.regions),
        "starts_on": request.starts_on.isoformat() if request.starts_on else "",
        "closes_on": berlin_day(request.closes_at).isoformat(), "shows_count": "on" if request.shows_count else "",
        "member_ids": [str(m) for m in request.member_ids],
        "budget": "" if budget is None else f"{budget // 100},{budget % 100:02d}",
    }  # fmt: skip
    for i in items:
        n = i.ordinal
        out |= {
            f"item_label_{n}": i.label,
            f"item_base_{n}": i.base,
            f"item_quantity_{n}": num(i.quantity),
        }
    for c in criteria:
        n = c.ordinal
        out |= {f"crit_name_{n}": c.name, f"crit_kind_{n}": c.kind, f"crit_text_{n}": c.description}
        out[f"crit_weight_{n}"] = num(c.weight) if c.weight else ""
    return out


async def create_request(call: Call) -> Response:
    """Save a new draft."""
    form = read_request(call.fields)
    if form.value is None:
        return await _edit(call, None, {}, form, 422)
    try:
        request_id = await actions.create_request(call.conn, call.viewer, form.value)
    except Invalid as problem:
        return await _edit(call, None, {}, Form(raw=form.raw, errors=problem.errors), 422)
    return call.redirect(
        f"/requests/{request_id}",
        _("Entwurf gespeichert. Andere sehen das Gesuch erst, wenn Sie es veröffentlichen."),
    )


async def edit_request(call: Call) -> Response:
    """The filled form of a draft."""
    request = await store.get_request(call.conn, call.path_id(), call.viewer.members)
    if not may_ask(request, call.viewer) or request.state != "draft":
        raise Refused(
            _("Ändern lässt sich nur der Entwurf, und nur vom suchenden Haus."),
            rule=_("Sobald das Gesuch offen ist, stehen Gegenstand und Kriterien fest."),
        )
    items = await store.list_items(call.conn, request.id)
    criteria = await store.list_criteria(call.conn, request.id)
    budget = await store.find_budget(call.conn, request.id, call.viewer.members)
    return await _edit(call, request, cells(request, items, criteria, budget), Form())


async def change_request(call: Call) -> Response:
    """Save a draft again."""
    request = await store.get_request(call.conn, call.path_id(), call.viewer.members)
    form = read_request(call.fields)
    if form.value is None:
        return await _edit(call, request, {}, form, 422)
    version = call.form(VersionIn).valid().row_version
    try:
        await actions.change_request(call.conn, call.viewer, request.id, version, form.value)
    except Invalid as problem:
        return await _edit(call, request, {}, Form(raw=form.raw, errors=problem.errors), 422)
    return call.redirect(f"/requests/{request.id}", _("Entwurf gespeichert."))


async def announce_request(call: Call) -> Response:
    """Open it to the members asked."""
    try:
        number = await actions.announce_request(call.conn, call.viewer, call.path_id())
    except Invalid as problem:
        return await _show(call, status=422, problem=problem)
    said = _("Das Gesuch {number} ist offen; die gefragten Mitglieder wissen es.")
    return call.redirect(f"/requests/{call.path_id()}", said.format(number=number))


async def extend_request(call: Call) -> Response:
    """Give more time."""
    value = call.form(ExtendIn).valid()
    await actions.extend_request(
        call.conn, call.viewer, call.path_id(), closes_on=value.closes_on, reason=value.reason
    )
    return call.redirect(
        f"/requests/{call.path_id()}", _("Frist verlängert; alle Gefragten wissen es.")
    )


async def cancel_request(call: Call) -> Response:
    """Stop it with a reason."""
    reason = call.form(ReasonIn).valid().reason
    await actions.cancel_request(call.conn, call.viewer, call.path_id(), reason)
    return call.redirect(f"/requests/{call.path_id()}", _("Das Gesuch ist abgebrochen."), "info")


READ, ASK = Permission.CATALOG_READ, Permission.DEMAND_ANSWER
DOORS = (
    get("/requests", list_requests, permission=READ),
    get("/requests/new", new_request, permission=ASK),
    post("/requests/new", create_request, permission=ASK),
    get("/requests/{id}", show_request, permission=READ),
    get("/requests/{id}/edit", edit_request, permission=ASK),
    post("/requests/{id}/edit", change_request, permission=ASK),
    post("/requests/{id}/announce", announce_request, permission=ASK),
    post("/requests/{id}/extend", extend_request, permission=ASK),
    post("/requests/{id}/cancel", cancel_request, permission=ASK),
)
