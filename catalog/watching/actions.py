"""Watch and no longer watch; tell those who watch what the owner did."""

from collections.abc import Sequence
from uuid import UUID

from catalog.offerings.model import Offering
from catalog.offerings.store import get_offering
from catalog.watching import store
from catalog.watching.model import OF_ACTION, SENTENCES, What
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused
from kdnx.ids import new_id
from kdnx.notices.actions import QUIET, notify
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer, require

NOTE_LENGTH = 500


def watching_person(viewer: Viewer) -> UUID:
    """Who watches; Forbidden for programs and for those who act for no member."""
    if viewer.person_id is None or not viewer.members:
        raise Forbidden(
            _("Beobachten können nur Personen, die für ein Mitglied handeln."),
            rule=_("Der Lenkungsausschuss liest Zusammenfassungen, Programme lesen den Änderungsstrom."),
        )  # fmt: skip
    return viewer.person_id


async def watch_offering(conn: Conn, viewer: Viewer, offering_id: UUID) -> Offering:
    """Tell me about this offering from now on; NotFound where I may not see it, Refused before it is public."""
    require(viewer, Permission.CATALOG_READ)
    person = watching_person(viewer)
    head = await get_offering(conn, viewer, offering_id)
    if head.published_version is None:
        raise Refused(
            _("Was noch nicht veröffentlicht ist, lässt sich nicht beobachten."),
            remedy=_("Nach der Veröffentlichung finden Sie den Knopf hier wieder."),
            remedy_url=f"/offerings/{head.id}",
        )
    await store.insert_watch(conn, viewer.owner_id, head.id, person)
    _note(conn, viewer, "watch.begin", head.id)
    return head


async def unwatch_offering(conn: Conn, viewer: Viewer, offering_id: UUID) -> None:
    """No longer; also for an offering that I may not see any more, NotFound for one I never saw."""
    require(viewer, Permission.CATALOG_READ)
    person = watching_person(viewer)
    if await store.drop_watch(conn, viewer.members, offering_id, person):
        _note(conn, viewer, "watch.end", offering_id)
    else:
        await get_offering(conn, viewer, offering_id)


def _note(conn: Conn, viewer: Viewer, action: str, offering_id: UUID) -> None:
    record(
        conn, viewer, action, object_kind="offering", object_id=offering_id, owner_id=viewer.owner_id
    )  # fmt: skip


async def tell_watchers(
    conn: Conn,
    viewer: Viewer,
    offering: Offering,
    what: What,
    *,
    note: str = "",
    told_roles: Sequence[Role] = (),
) -> int:
    """Keep what the owner did with a published offering and tell those who watch it; how many were told.

    Who may no longer see the offering is not told. `told_roles`: people of members that use the
    offering and hold one of these roles are told for that reason already and are left out here.
    The viewer must act for the owner, or be the office or the system.
    """
    if offering.published_version is None or QUIET.get():
        return 0
    await store.insert_event(
        conn, offering.owner_id, new_id(), offering.id, kind=what.value,
        version=offering.published_version, note=note[:NOTE_LENGTH],
    )  # fmt: skip
    watchers = await store.list_watchers(conn, offering.id, [r.value for r in told_roles])
    told = 0
    for member_id, people in watchers.items():
        told += await notify(
            conn, viewer, kind=f"watch.{what.value}", owner_id=member_id, object_kind="offering",
            object_id=offering.id, url=f"/offerings/{offering.id}", person_ids=people,
            title=_(SENTENCES[what]).format(title=offering.title),
        )  # fmt: skip
    return told


async def tell_of_action(
    conn: Conn, viewer: Viewer, action: str, offering: Offering, *, note: str, told: Sequence[Role]
) -> None:
    """As `tell_watchers` for the name of an act; nothing for acts that do not concern watchers."""
    if action in OF_ACTION:
        what = OF_ACTION[action]
        await tell_watchers(conn, viewer, offering, what, note=note, told_roles=told)
