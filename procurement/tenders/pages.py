"""Pages of tenders: list, making one from a bundle, the draft with value, regime and procedures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.responses import Response

from kdnx.db.conn import Conn
from kdnx.documents.model import Visibility
from kdnx.documents.panel import panel_of
from kdnx.module import Hit, SearchProvider
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post
from procurement.bundles.model import gauge
from procurement.bundles.store import get_bundle
from procurement.codes.model import cpv_label
from procurement.demands.schemas import ReasonIn, VersionIn
from procurement.procedures.model import LABELS as PROCEDURE_LABELS
from procurement.procedures.model import law_of
from procurement.tenders import actions, store
from procurement.tenders.model import (
    BUYER_MODE_LABELS,
    STATE_KINDS,
    STATE_LABELS,
    Tender,
    TenderState,
    may_edit,
    possible,
    warnings,
)
from procurement.tenders.schemas import ProcedureIn, TenderIn, TenderQuery
from procurement.valuation.model import (
    AUTHORITY_LABELS,
    CONTRACT_LABELS,
    REGIME_LABELS,
    SUBJECT_LABELS,
)

WORDS: dict[str, Any] = {
    "STATE_LABELS": STATE_LABELS,
    "STATE_KINDS": STATE_KINDS,
    "BUYER_MODE_LABELS": BUYER_MODE_LABELS,
    "CONTRACT_LABELS": CONTRACT_LABELS,
    "SUBJECT_LABELS": SUBJECT_LABELS,
    "AUTHORITY_LABELS": AUTHORITY_LABELS,
    "REGIME_LABELS": REGIME_LABELS,
    "PROCEDURE_LABELS": PROCEDURE_LABELS,
    "cpv_label": cpv_label,
}


async def list_tenders(call: Call) -> Response:
    """All tenders the viewer may see."""
    query = call.query(TenderQuery)
    secret, after = call.house.settings.secret(), None
    if query.cursor:
        at, last = decode_cursor(secret, query.cursor, 2)
        after = (datetime.fromisoformat(at), UUID(last))
    state = query.state if query.state in STATE_LABELS else ""
    found = await store.list_tenders(
        call.conn, state=state, text=query.q.strip()[:100], after=after, limit=query.limit + 1
    )
    items = found[: query.limit]
    more = len(found) > query.limit
    cursor = encode_cursor(secret, [items[-1].created_at.isoformat(), items[-1].id]) if more else ""
    return await call.page(
        "tenders/list.html", tenders=items, query=query, state=state, next_cursor=cursor, **WORDS
    )


async def new_tender(call: Call) -> Response:
    """The form that makes a tender from a frozen bundle."""
    return await _new(call, Form())


async def _new(call: Call, form: Form[TenderIn]) -> Response:
    bundle = await get_bundle(call.conn, call.path_id())
    return await call.page(
        "tenders/form.html",
        status=422 if form.errors else 200,
        tender=None,
        bundle=bundle,
        form=form,
        here=f"/bundles/{bundle.id}/tender",
        back=f"/bundles/{bundle.id}",
        **WORDS,
    )


async def create_tender(call: Call) -> Response:
    """Make the draft."""
    form = call.form(TenderIn)
    if form.value is None:
        return await _new(call, form)
    tender_id = await actions.create_tender(call.conn, call.viewer, call.path_id(), form.value)
    return call.redirect(
        f"/tenders/{tender_id}", _("Vergabe angelegt: Wert, Regime und Verfahren sind berechnet.")
    )


async def show_tender(call: Call) -> Response:
    """One tender."""
    return await _show(call, await store.get_tender(call.conn, call.path_id()))


async def _show(call: Call, tender: Tender, *, form: Form[ProcedureIn] | None = None) -> Response:
    lots = await store.list_lots(call.conn, tender.id)
    computed = await actions.compute(call.conn, tender)
    estimates = await store.list_estimates(call.conn, tender.id)
    return await call.page(
        "tenders/show.html", status=422 if form else 200, tender=tender, lots=lots, computed=computed, form=form,
        positions=await store.list_positions(call.conn, tender.id), estimate=estimates[0], estimates=estimates,
        light=gauge(estimates[0].total_cents, estimates[0].threshold_cents), law=law_of(tender.starts_on),
        warnings=warnings(tender, lots), events=possible(tender, call.viewer),
        panel=await panel_of(
            call, "tender", tender.id, url=f"/tenders/{tender.id}", visibilities=(Visibility.OFFICE,),
            may_add=may_edit(tender, call.viewer),
        ), **WORDS,
    )  # fmt: skip


async def edit_tender(call: Call) -> Response:
    """The settings of a draft."""
    return await _edit(call, await store.get_tender(call.conn, call.path_id()), Form())


async def _edit(call: Call, tender: Tender, form: Form[TenderIn]) -> Response:
    return await call.page(
        "tenders/form.html", status=422 if form.errors else 200, tender=tender, bundle=None, form=form,
        here=f"/tenders/{tender.id}/edit", back=f"/tenders/{tender.id}", **WORDS,
    )  # fmt: skip


async def change_tender(call: Call) -> Response:
    """Save the settings and estimate anew."""
    form = call.form(TenderIn)
    if form.value is None:
        return await _edit(call, await store.get_tender(call.conn, call.path_id()), form)
    version = call.form(VersionIn).valid().row_version
    await actions.change_tender(
        call.conn, call.viewer, call.path_id(), form.value, row_version=version
    )
    return call.redirect(
        f"/tenders/{call.path_id()}", _("Gespeichert; der Wert ist neu geschätzt.")
    )


async def choose_procedure(call: Call) -> Response:
    """Choose the procedure."""
    form = call.form(ProcedureIn)
    if form.value is None:
        return await _show(call, await store.get_tender(call.conn, call.path_id()), form=form)
    await actions.choose_procedure(
        call.conn, call.viewer, call.path_id(), form.value.procedure, form.value.reason
    )
    return call.redirect(f"/tenders/{call.path_id()}#verfahren", _("Verfahren gewählt."))


async def show_estimate(call: Call) -> Response:
    """The calculation on a page of its own, made for paper."""
    tender = await store.get_tender(call.conn, call.path_id())
    return await call.page(
        "tenders/estimate.html", tender=tender, estimates=await store.list_estimates(call.conn, tender.id),
        lots=await store.list_lots(call.conn, tender.id), positions=await store.list_positions(call.conn, tender.id),
        computed=await actions.compute(call.conn, tender), law=law_of(tender.starts_on), **WORDS,
    )  # fmt: skip


async def cancel_tender(call: Call) -> Response:
    """Give the preparation up."""
    await actions.cancel_tender(
        call.conn, call.viewer, call.path_id(), call.form(ReasonIn).valid().reason
    )
    return call.redirect(
        f"/tenders/{call.path_id()}",
        _("Vorbereitung abgebrochen; die Bündelung kann neu verwendet werden."),
        "info",
    )


async def find_tenders(conn: Conn, viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Tenders for the search over everything."""
    if not viewer.may(Permission.TENDER_READ):
        return []
    found = await store.list_tenders(conn, state="", text=text, after=None, limit=limit)
    return [
        Hit(
            f"{t.number} {t.title}",
            f"/tenders/{t.id}",
            _("Vergabe"),
            STATE_LABELS[TenderState(t.state)],
        )
        for t in found
    ]


SEARCH = SearchProvider("Vergaben", find_tenders)
READ, EDIT = Permission.TENDER_READ, Permission.TENDER_EDIT
DOORS = (
    get("/tenders", list_tenders, permission=READ),
    get("/bundles/{id}/tender", new_tender, permission=EDIT),
    post("/bundles/{id}/tender", create_tender, permission=EDIT),
    get("/tenders/{id}", show_tender, permission=READ),
    get("/tenders/{id}/edit", edit_tender, permission=EDIT),
    post("/tenders/{id}/edit", change_tender, permission=EDIT),
    post("/tenders/{id}/procedure", choose_procedure, permission=EDIT),
    get("/tenders/{id}/estimate", show_estimate, permission=READ),
    post("/tenders/{id}/cancel", cancel_tender, permission=EDIT),
)
