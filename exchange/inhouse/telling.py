"""Whose turn it is with a declaration: tasks that open and close with its signatures."""

from uuid import UUID

from exchange.inhouse.model import Declaration, DeclarationState, Term
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.ids import named_id
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role

DECLARE, SIGN = "inhouse.declare", "inhouse.sign"
EDITOR, SIGNER = Role.OFFERING_EDITOR, Role.OFFERING_APPROVER


def object_of(owner_id: UUID, year: int) -> UUID:
    """What the tasks of a house and year hang on, whether a declaration is there or not."""
    return named_id("declaration", f"{owner_id}|{year}")


def declare_task(owner_id: UUID, year: int, term: Term) -> NewTask:
    """Write the declaration of a year and sign it first."""
    return NewTask(
        owner_id=owner_id, kind=DECLARE, title=_("Inhouse-Erklärung {year} abgeben").format(year=year),
        object_kind="declaration", object_id=object_of(owner_id, year), url=f"/inhouse/{year}",
        assignee_role=EDITOR, due_at=end_of_day(term.due_on(year)),
    )  # fmt: skip


async def pass_on(conn: Conn, d: Declaration, term: Term) -> None:
    """After a signature or its return: close the task that is done and open the next one."""
    key = object_of(d.owner_id, d.year)
    if d.state == DeclarationState.SIGNED:
        await close_tasks(conn, key)
        return
    if d.state == DeclarationState.DRAFT:
        await close_tasks(conn, key, [SIGN])
        await open_tasks(conn, [declare_task(d.owner_id, d.year, term)])
        return
    await close_tasks(conn, key, [DECLARE])
    await open_tasks(conn, [
        NewTask(
            owner_id=d.owner_id, kind=SIGN, title=_("Inhouse-Erklärung {year} als zweite Person unterzeichnen").format(
                year=d.year
            ),
            object_kind="declaration", object_id=key, url=f"/inhouse/{d.year}", assignee_role=SIGNER,
            not_person_id=d.signer_1, due_at=end_of_day(term.due_on(d.year)),
        )
    ])  # fmt: skip
