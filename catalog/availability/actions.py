"""What people do with a published offering: suspend, resume, confirm, retire."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from catalog.announcing.actions import tell
from catalog.availability import store as planning
from catalog.certificates.actions import check_certificates
from catalog.contents import store as contents
from catalog.offerings import store
from catalog.offerings.actions import own_offering, reason_of
from catalog.offerings.model import RECONFIRM_MONTHS, Event, Offering, State, add_months, advance
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, NotFound, Refused
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer, require


async def suspend_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, reason: str
) -> Offering:
    """Not to be ordered for now, with the reason everybody in the audience reads.

    Who may publish may also stop: a publication by mistake needs no second person to end.
    """
    may_publish = viewer.may(Permission.OFFERING_PUBLISH)
    needed = Permission.OFFERING_PUBLISH if may_publish else Permission.OFFERING_EDIT
    return await _simple(
        conn, viewer, offering_id, row_version, Event.SUSPEND, needed, reason_of(reason)
    )


async def resume_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int
) -> Offering:
    """To be ordered again; counts as confirmation of what it says. Refused while a required proof has ended."""
    require(viewer, Permission.OFFERING_PUBLISH)
    await check_certificates(conn, offering_id)
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
    on: date | None = None,
) -> Offering:
    """The end of an offering on a day, today without one; who uses it is told at once.

    While members use it a successor must be named and the day lies at least its notice period ahead.
    A day ahead is a plan: everybody sees it, and it can be taken back until then.
    """
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_PUBLISH, row_version)
    advance(head.state, Event.RETIRE)
    why = reason_of(reason)
    if successor_id:
        await check_successor(conn, viewer, head, successor_id)
    users = await store.list_users(conn, head.id)
    day = on or conn.today
    await _check_end(conn, viewer, head, day, len(users), has_successor=bool(successor_id))
    head = replace(head, successor_id=successor_id)
    if day > conn.today:
        return await _plan(conn, viewer, head, day, why, users)
    return await end_offering(conn, viewer, head, why, users)


async def _check_end(
    conn: Conn, viewer: Viewer, head: Offering, day: date, users: int, *, has_successor: bool
) -> None:
    if day < conn.today:
        message = _("Der Tag der Einstellung liegt in der Vergangenheit.")
        raise Invalid(message, errors=[FieldError("on", message, "past")])
    if not users:
        return
    if not has_successor:
        raise Refused(
            _("{n} Mitglieder nutzen diese Leistung noch.").format(n=users),
            rule=_("Eingestellt wird nur, was niemand mehr nutzt oder einen Nachfolger hat."),
            remedy=_("Nennen Sie die Leistung, die an ihre Stelle tritt."),
        )
    earliest = await earliest_end(conn, viewer, head)
    if day < earliest:
        raise Refused(
            _("{n} Mitglieder nutzen diese Leistung noch; frühester Tag ist der {day}.").format(
                n=users, day=earliest.strftime("%d.%m.%Y")
            ),
            rule=_("Wer eine Leistung nutzt, wird mindestens eine Kündigungsfrist vorher unterrichtet."),
            remedy=_("Planen Sie die Einstellung zu diesem Tag oder später."),
        )  # fmt: skip


async def earliest_end(conn: Conn, viewer: Viewer, head: Offering) -> date:
    """Today plus the notice period of the published version: the first day on which users may lose it."""
    version = await contents.get_version(conn, viewer, head.id, head.published_version or 0)
    return add_months(conn.today, version.notice_months or 0)


async def _plan(
    conn: Conn, viewer: Viewer, head: Offering, day: date, why: str, users: Sequence[UUID]
) -> Offering:
    head = await planning.mark_plan(conn, head, day, why, head.successor_id)
    words = _("Leistung wird zum {day} eingestellt: {title}").format(
        day=day.strftime("%d.%m.%Y"), title=head.title
    )
    await _open_for_users(conn, head, users, words)
    await tell(conn, viewer, "offering.plan_retirement", head, why)
    return head


async def cancel_retirement(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int
) -> Offering:
    """Take a planned retirement back; Refused when there is none."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_PUBLISH, row_version)
    if head.retire_on is None or head.state == State.RETIRED:
        raise Refused(_("Für diese Leistung ist keine Einstellung geplant."))
    head = await planning.mark_plan(conn, head, None, "", None)
    await close_tasks(conn, head.id, ["offering.retired"])
    await tell(conn, viewer, "offering.cancel_retirement", head)
    return head


async def end_offering(
    conn: Conn, viewer: Viewer, head: Offering, why: str, users: Sequence[UUID]
) -> Offering:
    """Retire a locked offering now; its tasks are closed and those who use it get one."""
    state = advance(head.state, Event.RETIRE)
    head = await store.mark_offering(
        conn, replace(head, state=state, state_reason=why, draft_submitted=False)
    )
    await close_tasks(conn, head.id)
    words = _("Leistung eingestellt: {title}").format(title=head.title)
    await _open_for_users(conn, head, users, words)
    await tell(conn, viewer, "offering.retire", head, why)
    return head


async def _open_for_users(conn: Conn, head: Offering, users: Sequence[UUID], words: str) -> None:
    await open_tasks(conn, [NewTask(
        owner_id=user, kind="offering.retired", title=words, object_kind="offering", object_id=head.id,
        url=f"/offerings/{head.id}", assignee_role=Role.CONTRACT_MANAGER,
    ) for user in users])  # fmt: skip


async def check_successor(conn: Conn, viewer: Viewer, head: Offering, successor_id: UUID) -> None:
    """Invalid unless it is another published offering that the viewer may see."""
    try:
        successor = await store.get_offering(conn, viewer, successor_id)
    except NotFound:
        successor = head
    if successor.id == head.id or successor.state != State.PUBLISHED:
        message = _("Als Nachfolger eignet sich nur eine andere veröffentlichte Leistung.")
        raise Invalid(message, errors=[FieldError("successor_id", message, "unknown")])
