"""The yearly roll-over for people: choose and rule, preview, batch, decision of the second person."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.responses import Response

from catalog.offerings import store as offerings
from catalog.offerings.model import State
from catalog.prices.model import price_text
from catalog.prices.wording import item_name
from catalog.rollover import actions, store
from catalog.rollover.model import (
    LABELS,
    MOST,
    RESULT_KINDS,
    RESULT_LABELS,
    ROUNDINGS,
    STATE_KINDS,
)
from catalog.rollover.schemas import DecisionForm, RolloverBody
from catalog.schedules.store import list_of_rollover
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form, field_errors
from kdnx.web.routing import Call, get, post

FIELDS = ("valid_from", "change_pct", "rounding_micro", "frozen_until", "reason")


def read_body(fields: Mapping[str, Any]) -> Form[RolloverBody]:
    """The rule and the chosen offerings, from the address of a preview or from the form that sends it."""
    multi = getattr(fields, "getlist", None)
    chosen = [str(v) for v in (multi("offering") if multi else [])]
    raw = {n: fields[n] for n in FIELDS if fields.get(n)}
    try:
        body = RolloverBody.model_validate({**raw, "offering_ids": chosen}, strict=False)
    except ValidationError as error:
        return Form(raw={**raw, "offering": chosen}, errors=field_errors(error))
    return Form(raw={**raw, "offering": chosen}, value=body)


async def list_rollovers(call: Call) -> Response:
    """Choose offerings and rule; with a rule in the address the preview stands below."""
    params = call.request.query_params
    asked = bool(params.get("valid_from") or params.get("change_pct"))
    form = read_body(params) if asked else Form[RolloverBody]()
    plans = None
    if form.value is not None:
        plans = await actions.preview(
            call.conn, call.viewer, form.value.offering_ids, form.value.rule
        )
    return await _choose(call, form, plans)


async def _choose(
    call: Call, form: Form[RolloverBody], plans: Any = None, status: int = 200
) -> Response:
    heads = [
        h
        for h in await offerings.list_heads(call.conn, call.viewer)
        if call.viewer.acts_for(h.owner_id) and h.state in {State.PUBLISHED, State.SUSPENDED}
    ]
    next_year = call.conn.today.year + 1
    return await call.page(
        "rollover/list.html",
        status=status,
        heads=sorted(heads, key=lambda h: h.title.casefold()),
        chosen=set(form.raw.get("offering", [])),
        form=form,
        plans=plans,
        most=MOST,
        default_day=f"{next_year}-01-01",
        roundings=list(ROUNDINGS.items()),
        batches=await store.list_rollovers(call.conn, call.viewer),
        labels=LABELS,
        kinds=STATE_KINDS,
        name_of=item_name,
        unit_of=price_text,
    )


async def submit(call: Call) -> Response:
    """Hand the batch to the second person."""
    form = read_body(call.fields)
    if form.value is None:
        return await _choose(call, form, status=422)
    batch = await actions.submit_rollover(call.conn, call.viewer, form.value)
    return call.redirect(
        f"/offerings/rollover/{batch.id}", _("Die Fortschreibung wartet auf die zweite Person.")
    )


async def show_rollover(call: Call) -> Response:
    """One batch: every offering old → new, and what became of it."""
    batch = await store.get(call.conn, call.viewer, call.path_id())
    rows: dict[Any, list[Any]] = {}
    for row in await list_of_rollover(call.conn, batch.id):
        rows.setdefault(row.offering_id, []).append(row)
    versions = await actions.prices_before(call.conn, call.viewer, batch, list(rows))
    return await call.page(
        "rollover/show.html",
        batch=batch,
        lines=await store.list_lines(call.conn, batch.id),
        rows=rows,
        before=versions,
        is_mine=batch.author == call.viewer.person_id,
        may_approve=call.viewer.may(Permission.OFFERING_PUBLISH),
        may_edit=call.viewer.may(Permission.OFFERING_EDIT),
        labels=LABELS,
        kinds=STATE_KINDS,
        result_labels=RESULT_LABELS,
        result_kinds=RESULT_KINDS,
        roundings=ROUNDINGS,
        name_of=item_name,
        unit_of=price_text,
    )


async def approve(call: Call) -> Response:
    """Announce the whole batch."""
    form = call.form(DecisionForm).valid()
    batch = await actions.approve_rollover(call.conn, call.viewer, call.path_id(), form.row_version)
    return call.redirect(
        f"/offerings/rollover/{batch.id}",
        _("Die Fortschreibung ist entschieden; das Ergebnis steht je Leistung in der Tabelle."),
    )


async def send_back(call: Call) -> Response:
    """Send the whole batch back."""
    form = call.form(DecisionForm).valid()
    batch = await actions.return_rollover(
        call.conn, call.viewer, call.path_id(), form.row_version, form.reason
    )
    return call.redirect(
        f"/offerings/rollover/{batch.id}", _("Die Fortschreibung ist zurückgegeben.")
    )


async def withdraw(call: Call) -> Response:
    """Undo the batch."""
    form = call.form(DecisionForm).valid()
    batch = await actions.withdraw_rollover(
        call.conn, call.viewer, call.path_id(), form.row_version, form.reason
    )
    return call.redirect(
        f"/offerings/rollover/{batch.id}", _("Die Fortschreibung ist zurückgenommen.")
    )


EDIT, PUBLISH = Permission.OFFERING_EDIT, Permission.OFFERING_PUBLISH
DOORS = (
    get("/offerings/rollover", list_rollovers, permission=EDIT),
    post("/offerings/rollover", submit, permission=EDIT),
    get("/offerings/rollover/{id}", show_rollover, permission=Permission.CATALOG_READ),
    post("/offerings/rollover/{id}/approve", approve, permission=PUBLISH),
    post("/offerings/rollover/{id}/return", send_back, permission=PUBLISH),
    post("/offerings/rollover/{id}/withdraw", withdraw, permission=EDIT),
)
