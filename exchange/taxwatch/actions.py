"""The task of a house's tax officer: decide for 2027 what is still open; due job."""

from collections.abc import Sequence
from uuid import UUID

from exchange.taxwatch.model import LAST_OLD_DAY, Leg
from exchange.taxwatch.reading import read_legs
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.module import DueJob
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import ngettext
from kdnx.viewer import Role

DECIDE_TASK = "tax.decide"
EVERY_MINUTES = 360


async def ask_to_decide(conn: Conn) -> int:
    """Open a task for each supplier with undecided contracts, close those that have none left; how many are new."""
    legs = [x for x in await read_legs(conn, None, conn.today) if x.reaches]
    suppliers = {x.supplier_id for x in legs}
    open_ones = {m: _undecided(legs, m) for m in suppliers}
    for member in sorted(m for m, n in open_ones.items() if not n):
        await close_tasks(conn, member, [DECIDE_TASK])
    return await open_tasks(conn, [_task(m, n) for m, n in sorted(open_ones.items()) if n])


def _undecided(legs: Sequence[Leg], member: UUID) -> int:
    return sum(x.supplier_id == member and not x.is_ready for x in legs)


def _task(member: UUID, n: int) -> NewTask:
    title = ngettext(
        "Umsatzsteuer ab 2027: {n} Vertrag ist zu entscheiden",
        "Umsatzsteuer ab 2027: {n} Verträge sind zu entscheiden", n,
    )  # fmt: skip
    return NewTask(
        owner_id=member, kind=DECIDE_TASK, title=title.format(n=n), object_kind="member", object_id=member,
        url="/tax-watch", assignee_role=Role.TAX_OFFICER, due_at=end_of_day(LAST_OLD_DAY),
        dedup=f"{DECIDE_TASK}:{member}",
    )  # fmt: skip


DUE_JOBS = (DueJob("tax.decide", ask_to_decide, EVERY_MINUTES),)
