"""Open a task for each house that has not billed a quarter in time, close it when nothing is left."""

from collections.abc import Sequence
from uuid import UUID

from exchange.unbilled import store
from exchange.unbilled.model import last_due_period, quarter_word
from exchange.unbilled.store import Backlog
from kdnx.db.conn import Conn
from kdnx.members.store import list_members
from kdnx.rules.store import find_rule
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _, ngettext
from kdnx.viewer import Role
from kdnx.web.formats import eur

KIND = "invoice.unbilled"


async def run_unbilled(conn: Conn) -> int:
    """Due job: one task a house; how many were opened or closed now."""
    until = await _until(conn)
    if until is None:
        return 0
    found = {b.issuer_id: b for b in await store.list_backlogs(conn, until)}
    changed = await open_tasks(conn, [_task(b) for b in found.values()])
    for member in await list_members(conn):
        if member.id not in found:
            changed += await close_tasks(conn, member.id, [KIND])
    return changed


async def close_when_billed(conn: Conn, members: Sequence[UUID]) -> None:
    """These houses have just billed: their task closes when nothing overdue is left."""
    until = await _until(conn)
    if until is None or await store.list_backlogs(conn, until, members):
        return
    for member in members:
        await close_tasks(conn, member, [KIND])


async def _until(conn: Conn) -> int | None:
    rule = await find_rule(conn, "answer_period", "billing", conn.today)
    return last_due_period(conn.today, int(rule.value["days"])) if rule else None


def _task(b: Backlog) -> NewTask:
    title = ngettext(
        "{n} bestätigte Buchung ist nicht abgerechnet ({amount} netto)",
        "{n} bestätigte Buchungen sind nicht abgerechnet ({amount} netto)",
        b.bookings,
    ).format(n=b.bookings, amount=eur(b.net_cents))
    return NewTask(
        owner_id=b.issuer_id, kind=KIND, title=title + _(", die älteste aus {q}").format(q=quarter_word(b.oldest)),
        object_kind="member", object_id=b.issuer_id, url=f"/invoices/new?period={quarter_word(b.oldest)}",
        assignee_role=Role.BOOKING_APPROVER,
    )  # fmt: skip
