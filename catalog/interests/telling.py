"""Tell both houses what happened to an interest: task of whose turn it is, notice to the other side, record."""

from uuid import UUID

from catalog.interests.model import EVENT_LABELS, LABELS, TURNS, InterestEvent, InterestState
from catalog.interests.store import Interest
from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.notices.actions import notify
from kdnx.tasks.actions import open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Viewer

E = InterestEvent
TASK_ROLES = {"provider": Role.OFFERING_EDITOR, "recipient": Role.DEMAND_EDITOR}
SIDE_ROLES = {
    "provider": (Role.OFFERING_EDITOR, Role.CONTRACT_MANAGER),
    "recipient": (Role.DEMAND_EDITOR, Role.CONTRACT_MANAGER),
}
TASK_WORDS = {
    E.COORDINATE: "Interesse {number} beantworten",
    E.OFFER: "Interesse {number}: Angebot abgeben",
    E.ACCEPT: "Interesse {number}: über das Angebot entscheiden",
}


def members_of(interest: Interest) -> dict[str, UUID]:
    """The member of each side."""
    return {"recipient": interest.owner_id, "provider": interest.provider_id}


async def ask_next(conn: Conn, _viewer: Viewer, interest: Interest) -> None:
    """Open the task of the side whose turn it is, with its day."""
    turn = TURNS.get(InterestState(interest.state))
    if turn is None or interest.due_on is None:
        return
    side, event, _rule = turn
    task = NewTask(
        owner_id=members_of(interest)[side], kind=f"interest.{event.value}",
        title=_(TASK_WORDS[event]).format(number=interest.number) + f" – {interest.title}"[:120],
        object_kind="interest", object_id=interest.id, url=f"/interests/{interest.id}",
        assignee_role=TASK_ROLES[side], due_at=end_of_day(interest.due_on),
        dedup=f"interest.{event.value}:{interest.id}",
    )  # fmt: skip
    await open_tasks(conn, [task])


async def tell_interest(
    conn: Conn, viewer: Viewer, interest: Interest, event: InterestEvent | None
) -> None:
    """The sides that did not act learn it; `event` is None for a new interest."""
    kind = {None: "interest.expressed", E.OFFER: "interest.offered", E.REVISE: "interest.offered"}
    words = LABELS[InterestState(interest.state)]
    if event in {E.REVISE, E.RETURN, E.HAND_OVER}:
        words = EVENT_LABELS[event]
    title = _("Interesse {number}: {state}").format(number=interest.number, state=words)
    await tell_sides(conn, viewer, interest, kind.get(event, "interest.moved"), title)


async def tell_sides(conn: Conn, viewer: Viewer, interest: Interest, kind: str, title: str) -> None:
    """One notice to the people of each house that the viewer does not act for."""
    for side, member in members_of(interest).items():
        if not viewer.acts_for(member):
            await notify(
                conn, viewer, kind=kind, owner_id=member, object_kind="interest", object_id=interest.id,
                url=f"/interests/{interest.id}", roles=SIDE_ROLES[side], title=title,
            )  # fmt: skip


async def tell_message(conn: Conn, viewer: Viewer, interest: Interest, by: UUID) -> None:
    """The other house learns that something was written."""
    name = interest.asker_short if by == interest.owner_id else interest.provider_short
    title = _("Nachricht von {name} zu Interesse {number}").format(
        name=name, number=interest.number
    )
    await tell_sides(conn, viewer, interest, "interest.message", title)


def note_interest(
    conn: Conn, viewer: Viewer, action: str, interest: Interest, *, reason: str | None = None
) -> None:
    """The audit event, readable by both houses, and the row of the change feed."""
    record(
        conn, viewer, action, object_kind="interest", object_id=interest.id, owner_id=interest.owner_id,
        party_id=interest.provider_id, reason=reason, row_version=interest.row_version, audience="parties",
        party_ids=(interest.owner_id, interest.provider_id),
        after={"state": interest.state, "offer": interest.offer_n},
    )  # fmt: skip
