"""Who learns of an amendment, who is to act next, and what the record says."""

from datetime import timedelta

from exchange.amendments.model import (
    EVENT_LABELS,
    LABELS,
    Amendment,
    AmendmentEvent,
    AmendmentState,
    turn_of,
)
from exchange.telling.actions import SIDE_ROLES
from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.members.store import hub_on
from kdnx.notices.actions import notify
from kdnx.tasks.actions import open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Viewer

E = AmendmentEvent
DAY = timedelta(days=1)
TASK_ROLES = {
    E.REVIEW: Role.LEGAL_OFFICER,
    E.APPROVE_PROVIDER: Role.OFFERING_APPROVER,
    E.APPROVE_HUB: Role.OFFERING_APPROVER,
    E.APPROVE_RECIPIENT: Role.DEMAND_APPROVER,
}


async def ask_next(conn: Conn, a: Amendment) -> None:
    """Open the task of the side whose signature comes next."""
    event = turn_of(a)
    if event is None:
        return
    hub = a.hub_id or await hub_on(conn, conn.today)
    owner = {E.APPROVE_PROVIDER: a.owner_id, E.APPROVE_RECIPIENT: a.recipient_id}.get(event, hub)
    title = _("Änderung von {number}: {event}").format(number=a.number, event=EVENT_LABELS[event])
    task = NewTask(
        owner_id=owner, kind=f"amendment.{event.value}", title=title, object_kind="amendment", object_id=a.id,
        url=f"/amendments/{a.id}", assignee_role=TASK_ROLES[event], due_at=end_of_day(a.valid_from - DAY),
        not_person_id=a.author_id,
    )  # fmt: skip
    await open_tasks(conn, [task])


async def tell_amendment(conn: Conn, viewer: Viewer, a: Amendment) -> None:
    """The parties that did not act learn where the change stands."""
    state = LABELS[AmendmentState(a.state)]
    title = _("Änderung von {number}: {state}").format(number=a.number, state=state)
    members = {"provider": a.owner_id, "recipient": a.recipient_id}
    for side, member in members.items():
        if viewer.acts_for(member):
            continue
        await notify(
            conn, viewer, kind="order.amended", owner_id=member, object_kind="amendment", object_id=a.id,
            url=f"/amendments/{a.id}", roles=SIDE_ROLES[side], title=title,
        )  # fmt: skip


def note_amendment(
    conn: Conn, viewer: Viewer, action: str, a: Amendment, *, reason: str | None = None
) -> None:
    """The audit event, readable for both parties, and its row in the change feed."""
    record(
        conn, viewer, action, object_kind="amendment", object_id=a.id, owner_id=a.owner_id, party_id=a.recipient_id,
        reason=reason, row_version=a.row_version, audience="parties", party_ids=(a.owner_id, a.recipient_id),
        after={"state": a.state, "version": a.version, "valid_from": a.valid_from},
    )  # fmt: skip
