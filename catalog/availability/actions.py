"""What people do with a published offering: suspend, resume, confirm, retire."""

from dataclasses import replace
from uuid import UUID

from catalog.announcing.actions import tell
from catalog.offerings import store
from catalog.offerings.actions import own_offering, reason_of
from catalog.offerings.model import RECONFIRM_MONTHS, Event, Offering, State, add_months, advance
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, NotFound, Refused
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer


async def suspend_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, reason: str
) -> Offering:
    """Not to be ordered for now, with the reason everybody in the audience reads."""
    return await _simple(
        conn,
        viewer,
        offering_id,
        row_version,
        Event.SUSPEND,
        Permission.OFFERING_EDIT,
        reason_of(reason),
    )


async def resume_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int
) -> Offering:
    """To be ordered again; counts as confirmation of what it says."""
    return await _simple(
        conn, viewer, offering_id, row_version, Event.RESUME, Permission.OFFERING_PUBLISH, ""
    )


async def reconfirm_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int
) -> Offering:
    """What it says is still right: the next twelve months begin."""
    return await _simple(
        conn, viewer, offering_id, row_version, Event.RECONFIRM, Permission.OFFERING_EDIT, ""
    )


async def discard_draft(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int
) -> Offering:
    """Give up an open change of a published offering; what is published stays as it is."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_EDIT, row_version)
    state = advance(head.state, Event.DISCARD)
    if head.draft_version is None:
        raise Refused(_("Es gibt keinen Entwurf."))
    if head.draft_submitted:
        raise Refused(
            _("Der Entwurf liegt zur Prüfung und ist bis dahin geschlossen."),
            remedy=_("Erst zurückgeben, dann verwerfen."),
        )
    head = await store.mark_offering(conn, replace(head, state=state, draft_version=None))
    await close_tasks(conn, head.id, ["offering.rework"])
    record(
        conn, viewer, "offering.discard", object_kind="offering", object_id=head.id, owner_id=head.owner_id,
        row_version=head.row_version, audience="owner",
    )  # fmt: skip
    return head


async def _simple(
    conn: Conn,
    viewer: Viewer,
    offering_id: UUID,
    row_version: int,
    event: Event,
    permission: Permission,
    reason: str,
) -> Offering:
    head = await own_offering(conn, viewer, offering_id, permission, row_version)
    state = advance(head.state, event)
    due = head.reconfirm_due
    if event in {Event.RESUME, Event.RECONFIRM}:
        due = add_months(conn.today, RECONFIRM_MONTHS)
        await close_tasks(conn, head.id, ["offering.reconfirm"])
    head = await store.mark_offering(
        conn, replace(head, state=state, state_reason=reason, reconfirm_due=due)
    )
    await tell(conn, viewer, f"offering.{event.value}", head, reason)
    return head


async def retire_offering(
    conn: Conn,
    viewer: Viewer,
    offering_id: UUID,
    row_version: int,
    reason: str,
    successor_id: UUID | None = None,
) -> Offering:
    """The end of an offering; while members use it a successor must be named, and they are told."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_PUBLISH, row_version)
    state = advance(head.state, Event.RETIRE)
    why = reason_of(reason)
    if successor_id:
        await _check_successor(conn, viewer, head, successor_id)
    users = await store.list_users(conn, head.id)
    if users and not successor_id:
        raise Refused(
            _("{n} Mitglieder nutzen diese Leistung noch.").format(n=len(users)),
            rule=_("Eingestellt wird nur, was niemand mehr nutzt oder einen Nachfolger hat."),
            remedy=_("Nennen Sie die Leistung, die an ihre Stelle tritt."),
        )
    head = await store.mark_offering(
        conn,
        replace(
            head, state=state, state_reason=why, successor_id=successor_id, draft_submitted=False
        ),
    )
    await close_tasks(conn, head.id)
    await open_tasks(conn, [NewTask(
        owner_id=user, kind="offering.retired", title=_("Leistung eingestellt: {title}").format(title=head.title),
        object_kind="offering", object_id=head.id, url=f"/offerings/{head.id}", assignee_role=Role.CONTRACT_MANAGER,
    ) for user in users])  # fmt: skip
    await tell(conn, viewer, "offering.retire", head, why)
    return head


async def _check_successor(conn: Conn, viewer: Viewer, head: Offering, successor_id: UUID) -> None:
    try:
        successor = await store.get_offering(conn, viewer, successor_id)
    except NotFound:
        successor = head
    if successor.id == head.id or successor.state != State.PUBLISHED:
        message = _("Als Nachfolger eignet sich nur eine andere veröffentlichte Leistung.")
        raise Invalid(message, errors=[FieldError("successor_id", message, "unknown")])
