"""Add a remark to a booking; nothing posted changes by it."""

from uuid import UUID

from exchange.annotations import store
from exchange.annotations.store import Annotation
from exchange.bookings.store import Row, get_bookings
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused
from kdnx.ids import new_id
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, missing_role, require


def may_annotate(viewer: Viewer) -> bool:
    """Whoever books or confirms for a house says something of its bookings."""
    return viewer.may(Permission.BOOKING_PROPOSE) or viewer.may(Permission.BOOKING_CONFIRM)


def house_of(viewer: Viewer, row: Row) -> UUID | None:
    """The side of a booking the viewer acts for."""
    return next((m for m in (row.owner_id, row.recipient_id) if viewer.acts_for(m)), None)


async def read_annotations(conn: Conn, viewer: Viewer, booking_id: UUID) -> tuple[Row, list[Annotation]]:  # fmt: skip
    """A visible booking with the remarks the viewer may read, oldest first; NotFound otherwise."""
    require(viewer, Permission.BOOKING_READ)
    rows = await get_bookings(conn, [booking_id])
    if not rows:
        raise NotFound(_("Diese Buchung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return rows[0], await store.list_annotations(conn, rows[0].owner_id, rows[0].id)


async def annotate_booking(
    conn: Conn, viewer: Viewer, booking_id: UUID, *, text: str, is_shared: bool
) -> Annotation:
    """Add a remark for the own house or for both sides; it stays as it is.

    Forbidden for others than the two sides; Refused when the house has said 200 (code too_many).
    """
    row, _known = await read_annotations(conn, viewer, booking_id)
    if not may_annotate(viewer):
        raise missing_role(Permission.BOOKING_PROPOSE)
    house = house_of(viewer, row)
    if house is None:
        raise Forbidden(_("Bemerkungen schreiben die beiden Seiten der Buchung."))
    (member,) = await list_members(conn, [house])
    made = Annotation(
        row.owner_id, row.id, new_id(), house, member.short_name, is_shared, text.strip(), conn.now, viewer.principal
    )  # fmt: skip
    if not await store.insert_annotation(conn, made):
        raise Refused(
            _("Zu dieser Buchung hat Ihr Haus schon {n} Bemerkungen.").format(n=store.MOST),
            code="too_many",
            remedy=_("Längeres gehört in ein Dokument am Leistungsschein."),
        )
    record(
        conn, viewer, "booking.annotate", object_kind="booking", object_id=row.id, owner_id=house,
        audience="owner", after={"is_shared": is_shared},
    )  # fmt: skip
    return made
