"""Confirm, confirm in part, dispute, and the ticked list: the POSTs behind the booking pages."""

from functools import partial

from starlette.responses import Response

from exchange.bookings.pages import act_or_show, show_with_errors
from exchange.bookings.schemas import BookingPageQuery
from exchange.ledger.reading import own_or_all
from exchange.signing import store
from exchange.signing.actions import (
    Signing,
    confirm_booking,
    confirm_bookings,
    confirm_part,
    dispute_booking,
)
from exchange.signing.columns import COLUMNS
from exchange.signing.files import as_row
from exchange.signing.schemas import BulkForm, ConfirmForm, DisputeForm, PartForm
from kdnx.imports.writing import write_csv
from kdnx.text import _, ngettext
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get, post


async def confirm(call: Call) -> Response:
    """Sign the whole amount."""
    version = call.form(ConfirmForm).valid().version
    row = await confirm_booking(call.conn, call.viewer, call.path_id(), expected=version)
    return call.redirect(f"/bookings/{row.id}", _("Bestätigt und gebucht."))


async def confirm_some(call: Call) -> Response:
    """Sign a part."""
    form = call.form(PartForm)
    if form.value is None:
        return await show_with_errors(call, form)
    f = form.value
    act = partial(
        confirm_part, call.conn, call.viewer, call.path_id(),
        cents=f.amount, reason=f.reason, expected=f.version,
    )  # fmt: skip
    text = _("Teil bestätigt und gebucht; der Rest ist eine eigene, strittige Buchung.")
    return await act_or_show(call, form, "amount", act, text)


async def dispute(call: Call) -> Response:
    """Disagree with reason and amount."""
    form = call.form(DisputeForm)
    if form.value is None:
        return await show_with_errors(call, form)
    f = form.value
    act = partial(
        dispute_booking, call.conn, call.viewer, call.path_id(),
        reason=f.code, text=f.text, claimed_cents=f.claimed, expected=f.version,
    )  # fmt: skip
    text = _("Bestritten; die andere Seite hat eine Aufgabe erhalten.")
    return await act_or_show(call, form, "claimed", act, text)


async def confirm_ticked(call: Call) -> Response:
    """Sign everything ticked; what cannot be signed is named and stays."""
    form = call.form(BulkForm)
    if form.value is None:
        return call.redirect("/bookings", _("Bitte zuerst Buchungen auswählen."), "warning")
    done = await confirm_bookings(
        call.conn, call.viewer, [Signing(i) for i in form.value.booking], skip_refused=True
    )
    text = ngettext(
        "{n} Buchung bestätigt.", "{n} Buchungen bestätigt.", len(done.confirmed)
    ).format(n=len(done.confirmed))
    if done.refused:
        text += " " + ngettext(
            "{n} blieb offen: {why}", "{n} blieben offen: {why}", len(done.refused)
        ).format(n=len(done.refused), why=done.refused[0][1].detail)
    return call.redirect("/bookings", text, "warning" if done.refused else "success")


async def export_bookings(call: Call) -> Response:
    """The viewer's bookings as CSV, of one service year or all."""
    year = call.query(BookingPageQuery).year
    rows = await store.export_bookings(call.conn, own_or_all(call.viewer), year)
    name = f"buchungen-{year}.csv" if year else "buchungen.csv"
    return Response(
        write_csv(COLUMNS, [as_row(r) for r in rows]),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


DOORS = (
    get("/bookings/export", export_bookings, permission=Permission.BOOKING_READ),
    post("/bookings/confirm", confirm_ticked, permission=Permission.BOOKING_CONFIRM),
    post("/bookings/{id}/confirm", confirm, permission=Permission.BOOKING_CONFIRM),
    post("/bookings/{id}/confirm-part", confirm_some, permission=Permission.BOOKING_CONFIRM),
    post("/bookings/{id}/dispute", dispute, permission=Permission.BOOKING_CONFIRM),
)
