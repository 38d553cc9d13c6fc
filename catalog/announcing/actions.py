"""Record an act on an offering and tell the change feed of exactly those whom it is for."""

from collections.abc import Sequence
from uuid import UUID

from catalog.offerings import store
from catalog.offerings.model import Offering
from catalog.watching.actions import tell_of_action
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.documents.actions import Place, readdress_documents
from kdnx.notices.actions import notify_members
from kdnx.text import _
from kdnx.viewer import Role, Viewer

# what users of an offering are told: the kind of the notice, and its sentence
NOTICES = {
    "offering.publish": ("offering.published", "Neue Fassung: {title}"),
    "offering.suspend": ("offering.suspended", "Leistung ausgesetzt: {title}"),
    "offering.reconfirm_missed": ("offering.suspended", "Leistung ausgesetzt: {title}"),
    "offering.certificate_expired": ("offering.suspended", "Leistung ausgesetzt: {title}"),
    "offering.resume": ("offering.resumed", "Leistung wird wieder angeboten: {title}"),
    "offering.retire": ("offering.retired", "Leistung eingestellt: {title}"),
    "offering.plan_retirement": ("offering.retire_planned", "Leistung wird eingestellt: {title}"),
    "offering.cancel_retirement": (
        "offering.retire_cancelled",
        "Leistung wird doch nicht eingestellt: {title}",
    ),
    "offering.price_scheduled": ("offering.price_scheduled", "Neuer Preis angekündigt: {title}"),
    "offering.price_cancelled": (
        "offering.price_cancelled",
        "Angekündigter Preis gilt nicht: {title}",
    ),
}
USER_ROLES = (Role.CONTRACT_MANAGER, Role.DEMAND_EDITOR)


async def tell(conn: Conn, viewer: Viewer, action: str, head: Offering, reason: str = "") -> None:
    """Record an act and tell the change feed, and the people of members that use the offering.

    Only those whom the offering is for are reached: a user outside the audience learns nothing.
    """
    reached = await reach(conn, head.audience_keys)
    record(
        conn,
        viewer,
        action,
        object_kind="offering",
        object_id=head.id,
        owner_id=head.owner_id,
        reason=reason or None,
        row_version=head.row_version,
        audience=reached[0],
        party_ids=reached[1],
    )
    if action == "offering.publish":
        place = Place("offering", head.id, reached[1])
        await readdress_documents(conn, viewer, place, is_public=reached[0] == "public")
    if action in NOTICES:
        await _tell_users(
            conn, viewer, action, head, None if reached[0] == "public" else reached[1]
        )
    told = USER_ROLES if action in NOTICES else ()
    await tell_of_action(conn, viewer, action, head, note=reason, told=told)


async def _tell_users(
    conn: Conn, viewer: Viewer, action: str, head: Offering, reached: Sequence[UUID] | None
) -> None:
    users = await store.list_users(conn, head.id)
    kind, sentence = NOTICES[action]
    await notify_members(
        conn, viewer, kind=kind, owner_ids=[u for u in users if reached is None or u in reached],
        object_kind="offering", object_id=head.id, url=f"/offerings/{head.id}", roles=USER_ROLES,
        title=_(sentence).format(title=head.title),
    )  # fmt: skip


async def tell_narrowed(conn: Conn, viewer: Viewer, head: Offering, before: Sequence[str]) -> None:
    """A tombstone for those whom the offering was for until now."""
    was, parties = await reach(conn, before)
    now, reached = await reach(conn, head.audience_keys)
    lost = sorted(set(parties) - set(reached))
    if not before or now == "public" or (was != "public" and not lost):
        return
    record(
        conn,
        viewer,
        "offering.narrow",
        object_kind="offering",
        object_id=head.id,
        owner_id=head.owner_id,
        row_version=head.row_version,
        audience=was,
        party_ids=lost,
        gone=True,
    )


async def reach(conn: Conn, keys: Sequence[str]) -> tuple[str, list[UUID]]:
    """How far these keys of an audience reach: 'public', or 'parties' with the members, or 'owner'."""
    if "all" in keys:
        return "public", []
    return ("parties", await store.members_reached(conn, keys)) if keys else ("owner", [])
