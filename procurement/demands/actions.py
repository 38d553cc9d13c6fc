"""What people and time do with a demand call."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused, Stale
from kdnx.ids import digest, new_id
from kdnx.numbers.actions import assign, draw
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require
from procurement.demands import store
from procurement.demands.model import (
    REMIND_BEFORE,
    CallEvent,
    CallState,
    DemandCall,
    advance,
    check_announce,
    check_extension,
    invitation_id,
    may_lead,
    reminders_due,
)
from procurement.demands.schemas import CallIn, PositionIn
from procurement.telling.actions import open_documents, tell_invited

ANSWER_TASK = "demand.answer"


async def _lock_as_lead(conn: Conn, viewer: Viewer, call_id: UUID) -> DemandCall:
    # visible first: a stranger gets the same answer as for an unknown id
    call = await store.get_call(conn, call_id, members=viewer.members, member_id=viewer.member_id)
    if not may_lead(call, viewer):
        raise Forbidden(
            _("Diese Bedarfsabfrage steuert {name}.").format(name=call.lead_name),
            rule=_(
                "Nötig ist die Rolle „Vergabestelle – Bearbeitung“ beim einladenden Mitglied oder der Geschäftsstelle."
            ),
        )
    return await store.lock_call(conn, call_id)


def _note(
    conn: Conn, viewer: Viewer, action: str, call: DemandCall, *, reason: str | None = None
) -> None:
    hidden = call.announced_at is None and action != "demand_call.announce"
    audience = "owner" if hidden or call.audience == "chosen" else "public"
    record(conn, viewer, action, object_kind="demand_call", object_id=call.id, owner_id=call.lead_id, reason=reason,
           row_version=call.row_version + 1, audience=audience)  # fmt: skip


async def create_call(conn: Conn, viewer: Viewer, form: CallIn) -> UUID:
    """A new draft of the viewer's member; its id."""
    require(viewer, Permission.DEMAND_CALL)
    call_id, lead = new_id(), viewer.owner_id
    await store.insert_call(
        conn,
        call_id,
        lead,
        title=form.title,
        description=form.description,
        audience=form.audience,
        binding=form.binding.value,
        first_year=form.first_year,
        last_year=form.last_year,
        closes_at=end_of_day(form.closes_on),
    )
    await store.replace_invitations(
        conn, call_id, lead, form.member_ids if form.audience == "chosen" else None
    )
    record(
        conn,
        viewer,
        "demand_call.create",
        object_kind="demand_call",
        object_id=call_id,
        owner_id=lead,
        audience="owner",
    )
    return call_id


async def change_call(
    conn: Conn, viewer: Viewer, call_id: UUID, row_version: int, form: CallIn
) -> None:
    """Change a draft's head; Stale when somebody was faster, Refused once it runs."""
    call = await _lock_as_lead(conn, viewer, call_id)
    _must_be_draft(call)
    done = await store.update_head(
        conn,
        call_id,
        row_version,
        title=form.title,
        description=form.description,
        audience=form.audience,
        binding=form.binding.value,
        first_year=form.first_year,
        last_year=form.last_year,
        closes_at=end_of_day(form.closes_on),
    )
    if not done:
        raise Stale(
            _("Jemand hat die Bedarfsabfrage inzwischen geändert."),
            remedy=_("Seite neu laden und erneut ändern."),
        )
    await store.replace_invitations(
        conn, call_id, call.lead_id, form.member_ids if form.audience == "chosen" else None
    )
    _note(conn, viewer, "demand_call.change", call)


def _must_be_draft(call: DemandCall) -> None:
    if call.state != CallState.DRAFT:
        raise Refused(
            _("Gegenstand und Positionen stehen fest, sobald die Abfrage läuft."),
            rule=_("Gleichbehandlung: Alle Mitglieder antworten auf dieselbe Frage."),
            remedy=_("Abfrage abbrechen und neu anlegen, wenn sich der Bedarf geändert hat."),
        )


async def add_position(conn: Conn, viewer: Viewer, call_id: UUID, form: PositionIn) -> int:
    """Append a position to a draft; its ordinal."""
    call = await _lock_as_lead(conn, viewer, call_id)
    _must_be_draft(call)
    ordinal = await store.insert_position(
        conn, call_id, title=form.title, cpv=form.cpv, unit=form.unit, spec=form.spec,
        spec_hash=digest("spec.v1", form.cpv, form.unit, form.title.casefold(), form.spec),
    )  # fmt: skip
    await store.touch_call(conn, call_id)
    _note(conn, viewer, "demand_call.add_position", call)
    return ordinal


async def drop_position(conn: Conn, viewer: Viewer, call_id: UUID, ordinal: int) -> None:
    """Take a position out of a draft."""
    call = await _lock_as_lead(conn, viewer, call_id)
    _must_be_draft(call)
    if await store.delete_position(conn, call_id, ordinal):
        await store.touch_call(conn, call_id)
        _note(conn, viewer, "demand_call.drop_position", call)


async def announce_call(conn: Conn, viewer: Viewer, call_id: UUID) -> str:
    """Open the call: number, invitations, a task for every member asked; the number."""
    call = await _lock_as_lead(conn, viewer, call_id)
    advance(call.state, CallEvent.ANNOUNCE)
    positions = await store.list_positions(conn, [call_id])
    invited = [i.member_id for i in await store.list_invitations(conn, call_id)]
    check_announce(positions, call.closes_at, conn.now, len(invited))
    number = (await draw(conn, "B", conn.today.year))[0]
    await store.mark_announced(conn, call_id, number)
    await store.mark_invited(conn, call_id)
    await assign(conn, number, "demand_call", call.lead_id, call_id)
    await open_tasks(conn, [answer_task(call, m, number) for m in invited])
    await tell_invited(conn, viewer, "demand.called", call, invited)
    await open_documents(conn, viewer, call, invited)
    _note(conn, viewer, "demand_call.announce", call)
    return number


def answer_task(call: DemandCall, member_id: UUID, number: str, stage: int = 0) -> NewTask:
    """The task of one invited member to answer; `stage` counts reminders."""
    title = _("Bedarf melden: {title} ({number})").format(title=call.title, number=number)
    if stage:
        title = _("Erinnerung: ") + title
    return NewTask(
        owner_id=member_id,
        kind=ANSWER_TASK,
        title=title,
        object_kind="demand_call",
        object_id=invitation_id(call.id, member_id),
        url=f"/demands/{call.id}/response",
        assignee_role=Role.DEMAND_EDITOR,
        due_at=call.closes_at,
        dedup=f"{ANSWER_TASK}:{call.id}:{stage}",
    )


async def extend_call(
    conn: Conn, viewer: Viewer, call_id: UUID, *, closes_on: date, reason: str
) -> None:
    """A later deadline with a reason; tasks get the new date."""
    call = await _lock_as_lead(conn, viewer, call_id)
    advance(call.state, CallEvent.EXTEND)
    closes_at = end_of_day(closes_on)
    check_extension(call, closes_at, reason)
    await store.mark_extended(conn, call_id, closes_at, reason)
    invited = [i.member_id for i in await store.list_invitations(conn, call_id)]
    await tell_invited(conn, viewer, "demand.extended", call, invited)
    _note(conn, viewer, "demand_call.extend", call, reason=reason)


async def remind_members(conn: Conn, viewer: Viewer, call_id: UUID) -> int:
    """Remind everybody without an answer; how many."""
    call = await _lock_as_lead(conn, viewer, call_id)
    if call.state != CallState.OPEN:
        raise Refused(_("Erinnert wird nur, solange die Abfrage läuft."))
    members = await store.mark_reminded(conn, call_id, None)
    await _open_reminders(conn, call, members)
    record(
        conn,
        viewer,
        "demand_call.remind",
        object_kind="demand_call",
        object_id=call_id,
        owner_id=call.lead_id,
    )
    return len(members)


async def _open_reminders(conn: Conn, call: DemandCall, members: Sequence[UUID]) -> None:
    stages = {i.member_id: i.reminders for i in await store.list_invitations(conn, call.id)}
    await open_tasks(
        conn, [answer_task(call, m, call.number or "", stages.get(m, 1)) for m in members]
    )


async def close_call(conn: Conn, viewer: Viewer, call_id: UUID) -> None:
    """End the call by hand: what was released counts, the rest is missed."""
    call = await _lock_as_lead(conn, viewer, call_id)
    await _end(conn, viewer, call, CallEvent.CLOSE)


async def _end(conn: Conn, viewer: Viewer, call: DemandCall, event: CallEvent) -> None:
    target = advance(call.state, event)
    await store.mark_state(conn, call.id, target.value)
    for owner_id, response_id, state, version in await store.mark_missed(conn, call.id):
        record(
            conn,
            viewer,
            f"demand_response.{'miss' if state == 'missed' else 'keep'}",
            object_kind="demand_response",
            object_id=response_id,
            owner_id=owner_id,
            party_id=call.lead_id,
            row_version=version,
            audience="parties",
        )
        await close_tasks(conn, response_id)
    invited = await _close_answer_tasks(conn, call.id)
    await tell_invited(conn, viewer, "demand.closed", call, invited)
    await open_tasks(
        conn,
        [
            NewTask(
                owner_id=call.lead_id,
                kind="demand.bundle",
                title=_("Bedarfsabfrage auswerten: {label}").format(label=call.label),
                object_kind="demand_call",
                object_id=call.id,
                url=f"/demands/{call.id}",
                assignee_role=Role.PROCUREMENT_OFFICER,
            )
        ],
    )
    _note(conn, viewer, f"demand_call.{event.value}", call)


async def _close_answer_tasks(conn: Conn, call_id: UUID) -> list[UUID]:
    invited = [i.member_id for i in await store.list_invitations(conn, call_id)]
    for member_id in invited:
        await close_tasks(conn, invitation_id(call_id, member_id))
    return invited


async def cancel_call(conn: Conn, viewer: Viewer, call_id: UUID, reason: str) -> None:
    """Stop a draft or running call with a reason; everybody's tasks end."""
    call = await _lock_as_lead(conn, viewer, call_id)
    target = advance(call.state, CallEvent.CANCEL)
    await store.mark_state(conn, call_id, target.value, reason)
    for owner_id, response_id, state, version in await store.mark_missed(conn, call_id):
        record(
            conn,
            viewer,
            "demand_response.end",
            object_kind="demand_response",
            object_id=response_id,
            owner_id=owner_id,
            party_id=call.lead_id,
            row_version=version,
            audience="parties",
            reason=state,
        )
        await close_tasks(conn, response_id)
    invited = await _close_answer_tasks(conn, call_id)
    if call.announced_at:
        await tell_invited(conn, viewer, "demand.cancelled", call, invited)
    _note(conn, viewer, "demand_call.cancel", call, reason=reason)


async def mark_bundled(conn: Conn, viewer: Viewer, call_id: UUID) -> DemandCall:
    """The call goes into a bundle (called by the bundle that takes it)."""
    call = await _lock_as_lead(conn, viewer, call_id)
    await store.mark_state(conn, call_id, advance(call.state, CallEvent.BUNDLE).value)
    await close_tasks(conn, call_id, ["demand.bundle"])
    _note(conn, viewer, "demand_call.bundle", call)
    return call


async def mark_unbundled(conn: Conn, viewer: Viewer, call_id: UUID) -> None:
    """The bundle was dissolved: the call stands closed again."""
    call = await _lock_as_lead(conn, viewer, call_id)
    await store.mark_state(conn, call_id, advance(call.state, CallEvent.UNBUNDLE).value)
    _note(conn, viewer, "demand_call.unbundle", call)


async def close_due_calls(conn: Conn) -> int:
    """Due job: end the calls whose deadline has passed; how many."""
    viewer = Viewer(scope=Scope.SYSTEM)
    done = 0
    for call_id in await store.list_due_calls(conn):
        call = await store.lock_call(conn, call_id)
        if call.state == CallState.OPEN and call.closes_at <= conn.now:
            await _end(conn, viewer, call, CallEvent.DEADLINE)
            done += 1
    return done


async def remind_due_members(conn: Conn) -> int:
    """Due job: reminders a week and two days before the end, each once a member; how many."""
    done = 0
    for call in await store.list_ending_calls(
        conn, conn.now + max(REMIND_BEFORE, default=timedelta())
    ):
        members = await store.mark_reminded(
            conn, call.id, reminders_due(call.announced_at, call.closes_at, conn.now)
        )
        await _open_reminders(conn, call, members)
        done += len(members)
    return done
