"""Remarks on bookings as JSON."""

from uuid import UUID

from exchange.annotations.actions import annotate_booking, read_annotations
from exchange.annotations.schemas import AnnotateBody, AnnotationList, AnnotationOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("bookings")
P = Permission


@api.get("/api/v1/bookings/{id}/annotations", permission=P.BOOKING_READ)
async def list_annotations_json(call: Call, *, id: UUID) -> AnnotationList:
    """What the caller may read of a booking: shared remarks and those of its own house."""
    _row, found = await read_annotations(call.conn, call.viewer, id)
    return AnnotationList(items=[AnnotationOut.model_validate(a) for a in found])


@api.post("/api/v1/bookings/{id}/annotations", permission=P.BOOKING_READ, status=201)
async def annotate_booking_json(call: Call, *, id: UUID, body: AnnotateBody) -> AnnotationOut:
    """Add a remark; it is never changed, and changes nothing that is posted."""
    made = await annotate_booking(
        call.conn, call.viewer, id, text=body.text, is_shared=body.is_shared
    )
    return AnnotationOut.model_validate(made)
