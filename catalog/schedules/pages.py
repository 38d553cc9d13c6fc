"""Prices of an offering by day: what holds, what is announced, and the form to announce the next."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from pydantic import ValidationError
from starlette.responses import Response

from catalog.contents import store as contents
from catalog.offerings import store as offerings
from catalog.offerings.model import Offering, State
from catalog.prices.model import PriceItem, price_text
from catalog.prices.wording import item_name, notes
from catalog.schedules import actions, store
from catalog.schedules.model import (
    LABELS,
    OPEN,
    STATE_KINDS,
    Earliest,
    Scheduled,
    ScheduleState,
    describe,
    earliest_start,
    tables,
)
from catalog.schedules.schemas import BeginForm, ScheduleBody, read_prices
from kdnx.errors import FieldError, Invalid, NotFound
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form, field_errors
from kdnx.web.routing import Call, get, post


async def show_prices(call: Call) -> Response:
    """The price table of today and the ones to come; owners find the form here."""
    return await _show(call, Form[ScheduleBody]())


async def _show(call: Call, form: Form[ScheduleBody], status: int = 200) -> Response:
    head = await offerings.get_offering(call.conn, call.viewer, call.path_id())
    is_own = call.viewer.acts_for(head.owner_id)
    number = head.published_version or (head.draft_version if is_own else None)
    if number is None:
        raise NotFound(_("Diese Leistung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    version = await contents.get_version(call.conn, call.viewer, head.id, number)
    found = await store.list_scheduled(call.conn, [head.id], with_past=True)
    items = list(version.prices)
    latest = tables(items, found, call.conn.today)[-1][1]
    changeable = [i for i in latest if i.unit_price_micro is not None]
    first = _earliest(call, head, changeable, version.notice_months)
    return await call.page(
        "schedules/show.html", status=status,
        head=head,
        version=version,
        items=items,
        is_own=is_own,
        may_edit=is_own and call.viewer.may(Permission.OFFERING_EDIT)
        and head.state in {State.PUBLISHED, State.SUSPENDED},
        may_approve=is_own and call.viewer.may(Permission.OFFERING_PUBLISH),
        person=call.viewer.person_id,
        changeable=changeable,
        earliest=first,
        coming=by_day(items, [s for s in found if s.state in OPEN]),
        past=by_day(items, [s for s in found if s.state not in OPEN])[::-1],
        form=form,
        unit_of=price_text,
        name_of=item_name,
        notes_of=notes,
        labels=LABELS,
        kinds=STATE_KINDS,
    )  # fmt: skip


def _earliest(
    call: Call, head: Offering, items: list[PriceItem], notice_months: int | None
) -> Earliest | None:
    if head.published_version is None or not items:
        return None
    found = [earliest_start(i, call.conn.today, notice_months, dearer=True) for i in items]
    return max(found, key=lambda e: e.day)


def by_day(items: list[PriceItem], rows: list[Scheduled]) -> list[dict[str, Any]]:
    """Announced prices by day and state, each position with the price before it."""
    before = {i.ordinal: i for i in items}
    found = []
    ordered = sorted(rows, key=lambda s: (s.valid_from, s.state, s.ordinal))
    for (begin, state), those in groupby(ordered, key=lambda s: (s.valid_from, s.state)):
        lines = []
        for row in those:
            item = before.get(row.ordinal)
            lines.append({"row": row, "name": describe(item), "item": item})
        found.append({"begin": begin, "state": ScheduleState(state), "lines": lines})
    return found


async def announce(call: Call) -> Response:
    """Propose the prices of the form."""
    fields = call.fields
    head = await offerings.get_offering(call.conn, call.viewer, call.path_id())
    begin = _day(fields, "valid_from")
    items = await actions.items_on(call.conn, call.viewer, head, begin or call.conn.today)
    prices, wrong = read_prices(fields, list(items))
    form = _form(fields, prices, wrong)
    if form.value is None:
        return await _show(call, form, 422)
    try:
        await actions.schedule_prices(
            call.conn, call.viewer, head.id, int(str(fields.get("row_version", "0")) or 0), form.value
        )  # fmt: skip
    except Invalid as error:
        return await _show(call, Form(raw=dict(fields), errors=error.errors), 422)
    return call.redirect(
        f"/offerings/{head.id}/prices", _("Der neue Preis wartet auf die zweite Person.")
    )


def _day(fields: Mapping[str, Any], name: str) -> date | None:
    try:
        return date.fromisoformat(str(fields.get(name, "")))
    except ValueError:
        return None


def _form(
    fields: Mapping[str, Any], prices: list[Any], wrong: list[FieldError]
) -> Form[ScheduleBody]:
    raw = dict(fields)
    if not prices and not wrong:
        said = _("Kein Preis weicht vom bisherigen ab.")
        wrong = [FieldError("prices", said, "unchanged")]
    values = {n: fields[n] for n in ("valid_from", "frozen_until", "reason") if fields.get(n)}
    try:
        body = ScheduleBody.model_validate({**values, "prices": prices}, strict=False)
    except ValidationError as error:
        found = [e for e in field_errors(error) if e.field != "prices"]
        return Form(raw=raw, errors=[*wrong, *found])
    return Form(raw=raw, value=None if wrong else body, errors=wrong)


async def approve(call: Call) -> Response:
    """Announce what was proposed for a day."""
    form = call.form(BeginForm).valid()
    head = await actions.approve_prices(
        call.conn, call.viewer, call.path_id(), form.row_version, form.valid_from
    )
    return call.redirect(f"/offerings/{head.id}/prices", _("Der neue Preis ist angekündigt."))


async def reject(call: Call) -> Response:
    """Send back what was proposed for a day."""
    form = call.form(BeginForm).valid()
    head = await actions.reject_prices(
        call.conn, call.viewer, call.path_id(), form.row_version, form.valid_from, form.reason
    )
    return call.redirect(f"/offerings/{head.id}/prices", _("Der neue Preis ist abgelehnt."))


async def cancel(call: Call) -> Response:
    """Take back what was to begin on a day."""
    form = call.form(BeginForm).valid()
    head = await actions.cancel_prices(
        call.conn, call.viewer, call.path_id(), form.row_version, form.valid_from, form.reason
    )
    return call.redirect(f"/offerings/{head.id}/prices", _("Der Preis ist zurückgenommen."))


EDIT, PUBLISH = Permission.OFFERING_EDIT, Permission.OFFERING_PUBLISH
DOORS = (
    get("/offerings/{id}/prices", show_prices, permission=Permission.CATALOG_READ),
    post("/offerings/{id}/prices", announce, permission=EDIT),
    post("/offerings/{id}/prices/approve", approve, permission=PUBLISH),
    post("/offerings/{id}/prices/reject", reject, permission=PUBLISH),
    post("/offerings/{id}/prices/cancel", cancel, permission=EDIT),
)
