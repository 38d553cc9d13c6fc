"""Pages of bundles: the workbench where demand lines become lots."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from kdnx.errors import Forbidden, Refused
from kdnx.rules.calendar import add_days
from kdnx.rules.store import find_rule
from kdnx.text import _, ngettext
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post
from procurement.bundles import actions, store
from procurement.bundles.model import (
    DECISION_LABELS,
    MOVES,
    STATE_KINDS,
    STATE_LABELS,
    Bundle,
    BundleEvent,
    Decision,
    gauge,
    lot_table,
    may_lead,
    parse_key,
    position_sums,
    total_values,
)
from procurement.bundles.schemas import BundleIn, DecideIn, FreeIn, LotIn, PriceIn
from procurement.codes.model import cpv_label
from procurement.demands.model import BINDING_LABELS, DemandCall
from procurement.demands.model import may_lead as may_lead_call
from procurement.demands.schemas import ReasonIn
from procurement.demands.store import get_call

WORDS: dict[str, Any] = {"STATE_LABELS": STATE_LABELS, "STATE_KINDS": STATE_KINDS, "DECISION_LABELS": DECISION_LABELS,
                         "BINDING_LABELS": BINDING_LABELS, "cpv_label": cpv_label}  # fmt: skip
USUAL_LEAD_DAYS = 60


async def list_bundles(call: Call) -> Response:
    """All bundles the viewer may see."""
    return await call.page(
        "bundles/list.html", bundles=await store.list_bundles(call.conn, "", None, 100), **WORDS
    )


async def _demand(call: Call) -> DemandCall:
    return await get_call(
        call.conn, call.path_id(), members=call.viewer.members, member_id=call.viewer.member_id
    )


async def bundle_demand(call: Call) -> Response:
    """Leads to the call's bundle, or to the form that makes one."""
    demand = await _demand(call)
    found = await store.find_bundle_of_call(call.conn, demand.id)
    if found:
        return call.redirect(f"/bundles/{found}")
    return await _new(call, demand, Form())


async def _new(call: Call, demand: DemandCall, form: Form[BundleIn], status: int = 200) -> Response:
    if not may_lead_call(demand, call.viewer):
        raise Forbidden(_("Gebündelt wird vom einladenden Mitglied oder der Geschäftsstelle."))
    if demand.state != "closed":
        raise Refused(
            _("Gebündelt wird, wenn die Bedarfsabfrage beendet ist."),
            remedy=_("Die Antwortfrist abwarten oder die Abfrage beenden."),
        )
    others = await store.list_closed_calls(call.conn, demand.lead_id, demand.id)
    return await call.page(
        "bundles/new.html", status=status, demand=demand, others=others, form=form,
        proposed=add_days(call.conn.today, USUAL_LEAD_DAYS), **WORDS,
    )  # fmt: skip


async def create_bundle(call: Call) -> Response:
    """Gather this call and those ticked."""
    demand = await _demand(call)
    form = call.form(BundleIn)
    if form.value is None:
        return await _new(call, demand, form, 422)
    bundle_id = await actions.create_bundle(
        call.conn,
        call.viewer,
        [demand.id, *form.value.call_ids],
        title=form.value.title,
        starts_on=form.value.starts_on,
    )
    return call.redirect(
        f"/bundles/{bundle_id}", _("Bündelung angelegt. Jetzt Lose bilden und Bedarfe hineinlegen.")
    )


async def show_bundle(call: Call) -> Response:
    """The workbench."""
    return await _show(call, await store.get_bundle(call.conn, call.path_id()))


async def _show(call: Call, bundle: Bundle, *, form: Form[Any] | None = None) -> Response:
    positions = await store.list_positions(call.conn, bundle.id)
    lines = await store.list_lines(call.conn, bundle.id)
    table = lot_table(lines, positions)
    value, most = total_values(table)
    rule = await find_rule(call.conn, "eu_threshold", "supplies_services", bundle.starts_on)
    leads = may_lead(bundle, call.viewer)
    return await call.page(
        "bundles/show.html",
        status=422 if form else 200,
        bundle=bundle,
        positions=positions,
        lines=lines,
        table=table,
        lots=await store.list_lots(call.conn, bundle.id),
        value=value,
        most=most,
        sums={
            p.ordinal: position_sums(
                [x for x in lines if x.position == p.ordinal], p.unit_price_cents
            )
            for p in positions
        },
        light=gauge(most, int(rule.value["cents"])) if rule else None,
        rule=rule,
        form=form,
        leads=leads,
        events={e.value for (s, e) in MOVES if s == bundle.state} - {BundleEvent.UNTENDER.value}
        if leads
        else set(),
        steps=await store.list_steps(call.conn, bundle.id),
        may_undo=await store.find_last_step(call.conn, bundle.id) is not None,
        free=await store.list_free_demands(call.conn)
        if leads and bundle.state == "collecting"
        else [],
        **WORDS,
    )


async def decide_lines(call: Call) -> Response:
    """Move the ticked lines."""
    value = call.form(DecideIn).valid()
    count = await actions.decide_lines(
        call.conn, call.viewer, call.path_id(), [parse_key(x) for x in value.line], Decision(value.decision),
        lot_no=value.lot_no, reason=value.reason, factor=value.factor,
    )  # fmt: skip
    return call.redirect(
        f"/bundles/{call.path_id()}",
        ngettext("%d Zeile verschoben.", "%d Zeilen verschoben.", count) % count,
    )


async def add_lot(call: Call) -> Response:
    """A further lot."""
    form = call.form(LotIn)
    if form.value is None:
        return await _show(call, await store.get_bundle(call.conn, call.path_id()), form=form)
    number = await actions.add_lot(call.conn, call.viewer, call.path_id(), form.value.title)
    return call.redirect(f"/bundles/{call.path_id()}", _("Los {n} angelegt.").format(n=number))


async def set_price(call: Call) -> Response:
    """The price of a position."""
    value = call.form(PriceIn).valid()
    await actions.set_price(
        call.conn,
        call.viewer,
        call.path_id(),
        value.position,
        cents=value.price,
        source=value.source,
    )
    return call.redirect(f"/bundles/{call.path_id()}", _("Preis gespeichert."))


async def add_free(call: Call) -> Response:
    """Take free demands in."""
    wanted: list[tuple[UUID, UUID]] = []
    for text in call.form(FreeIn).valid().free:
        owner, _sep, response = text.partition(":")
        try:
            wanted.append((UUID(owner), UUID(response)))
        except ValueError:
            continue
    count = await actions.add_free_demands(call.conn, call.viewer, call.path_id(), wanted)
    return call.redirect(
        f"/bundles/{call.path_id()}",
        ngettext("%d Zeile aufgenommen.", "%d Zeilen aufgenommen.", count) % count,
    )


async def undo_step(call: Call) -> Response:
    """One step back."""
    step = await actions.undo_step(call.conn, call.viewer, call.path_id())
    return call.redirect(
        f"/bundles/{call.path_id()}", _("Schritt {n} rückgängig gemacht.").format(n=step)
    )


async def freeze_bundle(call: Call) -> Response:
    """Fix it."""
    await actions.freeze_bundle(call.conn, call.viewer, call.path_id())
    return call.redirect(
        f"/bundles/{call.path_id()}",
        _("Festgeschrieben. Jetzt kann daraus eine Vergabe entstehen."),
    )


async def dissolve_bundle(call: Call) -> Response:
    """Let it go."""
    await actions.dissolve_bundle(
        call.conn, call.viewer, call.path_id(), call.form(ReasonIn).valid().reason
    )
    return call.redirect(
        f"/bundles/{call.path_id()}",
        _("Aufgelöst; die Abfragen können neu gebündelt werden."),
        "info",
    )


READ, CALL = Permission.TENDER_READ, Permission.DEMAND_CALL
DOORS = (
    get("/bundles", list_bundles, permission=READ),
    get("/demands/{id}/bundle", bundle_demand, permission=CALL),
    post("/demands/{id}/bundle", create_bundle, permission=CALL),
    get("/bundles/{id}", show_bundle, permission=READ),
    post("/bundles/{id}/decide", decide_lines, permission=CALL),
    post("/bundles/{id}/lots", add_lot, permission=CALL),
    post("/bundles/{id}/prices", set_price, permission=CALL),
    post("/bundles/{id}/free", add_free, permission=CALL),
    post("/bundles/{id}/undo", undo_step, permission=CALL),
    post("/bundles/{id}/freeze", freeze_bundle, permission=CALL),
    post("/bundles/{id}/dissolve", dissolve_bundle, permission=CALL),
)
