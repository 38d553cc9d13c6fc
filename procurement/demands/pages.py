"""Pages of demand calls: list, one call, drafting, announcing, extending, closing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.responses import Response

from kdnx.clock import berlin_day
from kdnx.db.conn import Conn
from kdnx.documents.model import Visibility
from kdnx.documents.panel import Panel, panel_of
from kdnx.errors import FieldError, Refused
from kdnx.members.store import list_members
from kdnx.module import Hit, SearchProvider, Tile, TileData
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post
from procurement.codes.model import cpv_label
from procurement.demands import actions, store
from procurement.demands.model import (
    AUDIENCE_LABELS,
    BINDING_LABELS,
    STATE_KINDS,
    STATE_LABELS,
    CallState,
    DemandCall,
    may_lead,
    possible,
)
from procurement.demands.schemas import (
    CallIn,
    CallQuery,
    ExtendIn,
    OrdinalIn,
    PositionIn,
    ReasonIn,
    VersionIn,
)

RESPONSE_LABELS = {"draft": "Entwurf", "awaiting_release": "zur Freigabe", "submitted": "abgegeben",
                   "missed": "nicht abgegeben", "withdrawn": "zurückgezogen"}  # fmt: skip
WORDS: dict[str, Any] = {"STATE_LABELS": STATE_LABELS, "STATE_KINDS": STATE_KINDS, "BINDING_LABELS": BINDING_LABELS,
         "AUDIENCE_LABELS": AUDIENCE_LABELS, "RESPONSE_LABELS": RESPONSE_LABELS, "cpv_label": cpv_label}  # fmt: skip


async def list_demands(call: Call) -> Response:
    """All calls the viewer may see."""
    query = call.query(CallQuery)
    secret = call.house.settings.secret()
    after = None
    if query.cursor:
        at, last = decode_cursor(secret, query.cursor, 2)
        after = (datetime.fromisoformat(at), UUID(last))
    state = query.state if query.state in STATE_LABELS else ""
    found = await store.list_calls(
        call.conn,
        members=call.viewer.members,
        member_id=call.viewer.member_id,
        state=state,
        text=query.q.strip()[:100],
        after=after,
        limit=query.limit + 1,
    )
    more = len(found) > query.limit
    items = found[: query.limit]
    cursor = encode_cursor(secret, [items[-1].closes_at.isoformat(), items[-1].id]) if more else ""
    counts = await store.count_states(call.conn)
    return await call.page(
        "demands/list.html",
        calls=items,
        query=query,
        state=state,
        counts=counts,
        next_cursor=cursor,
        **WORDS,
    )


async def _get(call: Call) -> DemandCall:
    return await store.get_call(
        call.conn, call.path_id(), members=call.viewer.members, member_id=call.viewer.member_id
    )


async def show_demand(call: Call) -> Response:
    """One call: subject, positions, deadline, coverage."""
    return await _show(call, await _get(call))


async def _show(
    call: Call, demand: DemandCall, *, status: int = 200, form: Form[Any] | None = None
) -> Response:
    positions = await store.list_positions(call.conn, [demand.id])
    totals = await store.list_totals(call.conn, demand.id)
    leads = may_lead(demand, call.viewer)
    invitations = await store.list_invitations(call.conn, demand.id) if leads else []
    return await call.page(
        "demands/show.html", status=status, demand=demand, positions=positions, totals=totals, leads=leads,
        invitations=invitations, events=possible(demand, call.viewer), form=form,
        answers=_may_answer(call, demand), days_left=_days_left(call, demand),
        panel=await _documents(call, demand, [i.member_id for i in invitations]), **WORDS,
    )  # fmt: skip


async def _documents(call: Call, demand: DemandCall, invited: Sequence[UUID]) -> Panel:
    """Its documents: for those who are asked once it is announced, for the lead's house before."""
    is_public = bool(demand.announced_at) and demand.audience != "chosen"
    parties = sorted({demand.lead_id, *invited}) if demand.announced_at else []
    return await panel_of(
        call, "demand_call", demand.id, url=f"/demands/{demand.id}", party_ids=parties,
        visibilities=(Visibility.PUBLIC if is_public else Visibility.PARTIES, Visibility.OFFICE),
        may_add=call.viewer.acts_for(demand.lead_id) and may_lead(demand, call.viewer),
    )  # fmt: skip


def _may_answer(call: Call, demand: DemandCall) -> bool:
    rights = call.viewer.may(Permission.DEMAND_ANSWER) or call.viewer.may(Permission.DEMAND_RELEASE)
    return demand.is_invited and rights and (demand.state == "open" or demand.my_state is not None)


def _days_left(call: Call, demand: DemandCall) -> str:
    if demand.state != "open":
        return ""
    days = (berlin_day(demand.closes_at) - call.conn.today).days
    return ngettext("noch %d Tag", "noch %d Tage", days) % days if days > 0 else _("endet heute")


async def new_demand(call: Call) -> Response:
    """The empty form."""
    return await _edit(call, None, Form())


async def _edit(
    call: Call, demand: DemandCall | None, form: Form[CallIn], status: int = 200
) -> Response:
    members = [m for m in await list_members(call.conn) if m.state == "active"]
    chosen = set(_posted_members(call))
    if demand and not form.raw:
        chosen = {str(i.member_id) for i in await store.list_invitations(call.conn, demand.id)}
    closes_on = berlin_day(demand.closes_at) if demand else None
    return await call.page(
        "demands/form.html",
        status=status,
        demand=demand,
        form=form,
        members=members,
        chosen=chosen,
        closes_on=closes_on,
        **WORDS,
    )


def _posted_members(call: Call) -> list[str]:
    many = getattr(call.fields, "getlist", None)
    return [str(v) for v in many("member_ids")] if many else []


async def create_demand(call: Call) -> Response:
    """Save a new draft."""
    form = call.form(CallIn)
    if form.value is None:
        return await _edit(call, None, _named(form), 422)
    call_id = await actions.create_call(call.conn, call.viewer, form.value)
    return call.redirect(
        f"/demands/{call_id}", _("Entwurf angelegt. Als Nächstes folgen die Positionen.")
    )


def _named(form: Form[CallIn]) -> Form[CallIn]:
    # errors of the whole form have no field: lead them to the first one
    form.errors = [e if e.field else FieldError("title", e.message, e.code) for e in form.errors]
    return form


async def edit_demand(call: Call) -> Response:
    """The filled form of a draft."""
    demand = await _get(call)
    if not may_lead(demand, call.viewer) or demand.state != "draft":
        raise Refused(_("Nur der Entwurf kann geändert werden, und nur vom einladenden Mitglied."))
    return await _edit(call, demand, Form())


async def change_demand(call: Call) -> Response:
    """Save the head of a draft."""
    demand = await _get(call)
    form = call.form(CallIn)
    if form.value is None:
        return await _edit(call, demand, _named(form), 422)
    version = call.form(VersionIn).valid().row_version
    await actions.change_call(call.conn, call.viewer, demand.id, version, form.value)
    return call.redirect(f"/demands/{demand.id}", _("Gespeichert."))


async def add_position(call: Call) -> Response:
    """One more position."""
    demand = await _get(call)
    form = call.form(PositionIn)
    if form.value is None:
        return await _show(call, demand, status=422, form=form)
    await actions.add_position(call.conn, call.viewer, demand.id, form.value)
    return call.redirect(f"/demands/{demand.id}#positionen", _("Position hinzugefügt."))


async def drop_position(call: Call) -> Response:
    """Take one out."""
    ordinal = call.form(OrdinalIn).valid().ordinal
    await actions.drop_position(call.conn, call.viewer, call.path_id(), ordinal)
    return call.redirect(f"/demands/{call.path_id()}#positionen", _("Position entfernt."))


async def announce_demand(call: Call) -> Response:
    """Start the call."""
    number = await actions.announce_call(call.conn, call.viewer, call.path_id())
    return call.redirect(
        f"/demands/{call.path_id()}",
        _("Die Bedarfsabfrage {number} läuft; die Mitglieder sind eingeladen.").format(
            number=number
        ),
    )


async def extend_demand(call: Call) -> Response:
    """Give more time."""
    value = call.form(ExtendIn).valid()
    await actions.extend_call(
        call.conn, call.viewer, call.path_id(), closes_on=value.closes_on, reason=value.reason
    )
    return call.redirect(f"/demands/{call.path_id()}", _("Frist verlängert."))


async def remind_demand(call: Call) -> Response:
    """Remind those who have not answered."""
    count = await actions.remind_members(call.conn, call.viewer, call.path_id())
    text = ngettext("%d Mitglied erinnert.", "%d Mitglieder erinnert.", count) % count
    return call.redirect(f"/demands/{call.path_id()}", text)


async def close_demand(call: Call) -> Response:
    """End it before the deadline."""
    await actions.close_call(call.conn, call.viewer, call.path_id())
    return call.redirect(f"/demands/{call.path_id()}", _("Die Bedarfsabfrage ist beendet."))


async def cancel_demand(call: Call) -> Response:
    """Stop it with a reason."""
    await actions.cancel_call(
        call.conn, call.viewer, call.path_id(), call.form(ReasonIn).valid().reason
    )
    return call.redirect(f"/demands/{call.path_id()}", _("Die Bedarfsabfrage ist abgebrochen."))


async def find_demands(conn: Conn, viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Demand calls for the search over everything."""
    found = await store.list_calls(
        conn,
        members=viewer.members,
        member_id=viewer.member_id,
        state="",
        text=text,
        after=None,
        limit=limit,
    )
    return [
        Hit(c.label, f"/demands/{c.id}", _("Bedarfsabfrage"), STATE_LABELS[CallState(c.state)])
        for c in found
    ]


async def load_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """Open calls with the next deadline, and those this member has not answered."""
    if not viewer.may(Permission.DEMAND_READ):
        return []
    found = await store.list_calls(
        conn,
        members=viewer.members,
        member_id=viewer.member_id,
        state="open",
        text="",
        after=None,
        limit=200,
    )
    if not found:
        return []
    days = (berlin_day(min(c.closes_at for c in found)) - conn.today).days
    finding = (
        ngettext("Die nächste endet in %d Tag.", "Die nächste endet in %d Tagen.", days) % days
    )
    tiles = [
        TileData(_("Laufende Bedarfsabfragen"), str(len(found)), finding, "/demands?state=open")
    ]
    waiting = [
        c for c in found if c.is_invited and c.my_state in (None, "draft", "awaiting_release")
    ]
    if waiting and (viewer.may(Permission.DEMAND_ANSWER) or viewer.may(Permission.DEMAND_RELEASE)):
        next_one = min(waiting, key=lambda c: c.closes_at)
        tiles.append(
            TileData(
                _("Antwort fehlt"),
                str(len(waiting)),
                next_one.label,
                f"/demands/{next_one.id}/response",
            )
        )
    return tiles


SEARCH = SearchProvider("Bedarfsabfragen", find_demands)
TILE = Tile("start", 30, load_tiles)
DOORS = (
    get("/demands", list_demands, permission=Permission.DEMAND_READ),
    get("/demands/new", new_demand, permission=Permission.DEMAND_CALL),
    post("/demands/new", create_demand, permission=Permission.DEMAND_CALL),
    get("/demands/{id}", show_demand, permission=Permission.DEMAND_READ),
    get("/demands/{id}/edit", edit_demand, permission=Permission.DEMAND_CALL),
    post("/demands/{id}/edit", change_demand, permission=Permission.DEMAND_CALL),
    post("/demands/{id}/positions", add_position, permission=Permission.DEMAND_CALL),
    post("/demands/{id}/positions/drop", drop_position, permission=Permission.DEMAND_CALL),
    post("/demands/{id}/announce", announce_demand, permission=Permission.DEMAND_CALL),
    post("/demands/{id}/extend", extend_demand, permission=Permission.DEMAND_CALL),
    post("/demands/{id}/remind", remind_demand, permission=Permission.DEMAND_CALL),
    post("/demands/{id}/close", close_demand, permission=Permission.DEMAND_CALL),
    post("/demands/{id}/cancel", cancel_demand, permission=Permission.DEMAND_CALL),
)
