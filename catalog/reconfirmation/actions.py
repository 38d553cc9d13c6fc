"""Once a year the owner confirms an offering; it is reminded by the steps of a rule, afterwards it is suspended."""

from dataclasses import replace

from catalog.announcing.actions import tell
from catalog.offerings import store as offerings
from catalog.offerings.model import Event, advance
from catalog.reconfirmation import store
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.notices.actions import notify
from kdnx.rules.store import get_rule
from kdnx.tasks.actions import open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Scope, Viewer

STEPS = ("first_days", "second_days", "last_days")
BATCH = 200
SYSTEM = Viewer(scope=Scope.SYSTEM)


async def remind_and_suspend(conn: Conn) -> int:
    """One bounded batch of both; how many offerings were touched. Running it again changes nothing."""
    return await remind(conn) + await suspend_missed(conn)


async def remind(conn: Conn) -> int:
    """Tell owners what has to be confirmed, at each step of the rule: one task that stays, a notice each time."""
    rule = await get_rule(conn, "reminder", "offering_reconfirm", conn.today)
    days = [int(rule.value[step]) for step in STEPS]
    found = await store.list_to_warn(conn, conn.today, days, BATCH)
    await open_tasks(conn, [NewTask(
        owner_id=o.owner_id, kind="offering.reconfirm", title=_("Angaben bestätigen: {title}").format(title=o.title),
        object_kind="offering", object_id=o.id, url=f"/offerings/{o.id}", assignee_role=Role.OFFERING_EDITOR,
        due_at=end_of_day(o.reconfirm_due) if o.reconfirm_due else None,
    ) for o in found])  # fmt: skip
    for o in found:
        if o.reconfirm_due is None:
            continue
        left = (o.reconfirm_due - conn.today).days
        title = _("Noch {n} Tage, dann wird ausgesetzt: {title}").format(n=left, title=o.title)
        await notify(
            conn, SYSTEM, kind="offering.reconfirm_due", owner_id=o.owner_id, object_kind="offering",
            object_id=o.id, url=f"/offerings/{o.id}", title=title, roles=(Role.OFFERING_EDITOR,),
        )  # fmt: skip
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
