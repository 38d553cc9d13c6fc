"""Relate an own offering to another, or take the relation away."""

from uuid import UUID

from catalog.offerings import store as offerings
from catalog.offerings.actions import own_offering
from catalog.offerings.model import Offering
from catalog.relations import store
from catalog.relations.model import KIND_LABELS, RelationKind
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, NotFound, Refused
from kdnx.text import _
from kdnx.viewer import Permission, Viewer

MOST = 30


async def add_relation(
    conn: Conn, viewer: Viewer, offering_id: UUID, kind: RelationKind, key: str
) -> None:
    """`key` is the number of a visible offering (or the own reference); Refused when it closes a ring."""
    head = await _own(conn, viewer, offering_id)
    other = await store.find_offering(conn, key.strip(), list(viewer.members))
    if other is None:
        message = _("Diese Leistung gibt es nicht, oder sie ist für Sie nicht sichtbar.")
        raise Invalid(message, errors=[FieldError("other", message, "unknown")])
    if other == head.id:
        message = _("Eine Leistung steht nicht zu sich selbst in Beziehung.")
        raise Invalid(message, errors=[FieldError("other", message, "same")])
    await store.lock_kind(conn, kind)
    if await store.count_relations(conn, head.id) >= MOST:
        raise Refused(_("Mehr als {n} Beziehungen nennt keine Leistung.").format(n=MOST))
    if await store.reaches(conn, other, head.id, kind):
        raise Refused(
            _("Das schlösse einen Kreis: die andere Leistung {words} schon diese, direkt oder über weitere.").format(
                words=_(KIND_LABELS[kind])
            ),
            rule=_("Beziehungen führen nie zu ihrem Anfang zurück."),
            remedy=_("Prüfen Sie, welche der beiden Leistungen die andere voraussetzt."),
            remedy_url=f"/offerings/{head.id}/relations",
        )  # fmt: skip
    if await store.insert_relation(conn, head.id, other, kind, viewer.principal):
        _note(conn, viewer, "offering.relate", head)


async def drop_relation(
    conn: Conn, viewer: Viewer, offering_id: UUID, kind: RelationKind, other_id: UUID
) -> None:
    """Take a relation of an own offering away; NotFound when there is none."""
    head = await _own(conn, viewer, offering_id)
    if not await store.drop_relation(conn, head.id, other_id, kind):
        raise NotFound(_("Diese Beziehung gibt es nicht."))
    _note(conn, viewer, "offering.unrelate", head)


async def _own(conn: Conn, viewer: Viewer, offering_id: UUID) -> Offering:
    head = await offerings.get_offering(conn, viewer, offering_id)
    return await own_offering(conn, viewer, offering_id, Permission.OFFERING_EDIT, head.row_version)


def _note(conn: Conn, viewer: Viewer, action: str, head: Offering) -> None:
    record(
        conn, viewer, action, object_kind="offering", object_id=head.id, owner_id=head.owner_id,
        row_version=head.row_version, audience="owner",
    )  # fmt: skip
