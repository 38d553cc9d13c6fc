"""Remarks on a booking's page."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from exchange.annotations.actions import annotate_booking, house_of, may_annotate, read_annotations
from exchange.annotations.schemas import AnnotateForm
from kdnx.db.conn import Conn
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.routing import Call, post


async def booking_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """What was said of the booking, and the form for its two sides; nothing where there is neither."""
    if not viewer.may(Permission.BOOKING_READ):
        return None
    row, found = await read_annotations(conn, viewer, key)
    may = may_annotate(viewer) and house_of(viewer, row) is not None
    if not found and not may:
        return None
    return "annotations/section.html", {"booking": row, "remarks": found, "may_annotate": may}


async def annotate(call: Call) -> Response:
    """Add a remark."""
    form, id_ = call.form(AnnotateForm).valid(), call.path_id()
    await annotate_booking(
        call.conn, call.viewer, id_, text=form.remark, is_shared=form.readers == "both"
    )
    return call.redirect(f"/bookings/{id_}", _("Bemerkung hinzugefügt."))


DOORS = (post("/bookings/{id}/annotations", annotate, permission=Permission.BOOKING_READ),)
