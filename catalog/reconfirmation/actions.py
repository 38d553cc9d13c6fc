"""Once a year the owner confirms an offering; thirty days before it is reminded, afterwards it is suspended."""

from dataclasses import replace
from datetime import timedelta

from catalog.announcing.actions import tell
from catalog.offerings import store as offerings
from catalog.offerings.model import Event, advance
from catalog.reconfirmation import store
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.tasks.actions import open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Scope, Viewer

WARN_DAYS = 30
BATCH = 200
SYSTEM = Viewer(scope=Scope.SYSTEM)


async def remind_and_suspend(conn: Conn) -> int:
    """One bounded batch of both; how many offerings were touched. Running it again changes nothing."""
    return await remind(conn) + await suspend_missed(conn)


async def remind(conn: Conn) -> int:
    """Tell owners what has to be confirmed within thirty days."""
    found = await store.list_to_warn(conn, conn.today + timedelta(days=WARN_DAYS), BATCH)
    await open_tasks(conn, [NewTask(
        owner_id=o.owner_id, kind="offering.reconfirm", title=_("Angaben bestätigen: {title}").format(title=o.title),
        object_kind="offering", object_id=o.id, url=f"/offerings/{o.id}", assignee_role=Role.OFFERING_EDITOR,
        due_at=end_of_day(o.reconfirm_due) if o.reconfirm_due else None,
    ) for o in found])  # fmt: skip
    await store.mark_warned(conn, [o.id for o in found])
    return len(found)


async def suspend_missed(conn: Conn) -> int:
    """Suspend what nobody confirmed; the task of the owner stays open."""
    found = await store.list_missed(conn, conn.today, BATCH)
    for offering in found:
        state = advance(offering.state, Event.RECONFIRM_MISSED)
        reason = _("Die Angaben wurden nicht innerhalb von zwölf Monaten bestätigt.")
        head = await offerings.mark_offering(
            conn, replace(offering, state=state, state_reason=reason)
        )
        await tell(conn, SYSTEM, "offering.reconfirm_missed", head, reason)
    return len(found)
