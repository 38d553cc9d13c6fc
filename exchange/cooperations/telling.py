"""Whose turn it is with a party's yearly amounts: tasks that open and close."""

from uuid import UUID

from exchange.cooperations.model import Cooperation, YearAmounts, YearState
from exchange.inhouse.model import Term
from exchange.inhouse.telling import EDITOR, SIGNER
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.ids import named_id
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _

ENTER, SIGN = "cooperation.enter", "cooperation.sign"


def object_of(cooperation_id: UUID, owner_id: UUID, year: int) -> UUID:
    """What tasks and papers of a party's year hang on."""
    return named_id("cooperation.year", f"{cooperation_id}|{owner_id}|{year}")


def enter_task(c: Cooperation, owner_id: UUID, year: int, term: Term) -> NewTask:
    """Enter the amounts of a year."""
    return NewTask(
        owner_id=owner_id, kind=ENTER,
        title=_("Marktanteil {year} eintragen: {title}").format(year=year, title=c.title),
        object_kind="cooperation_year", object_id=object_of(c.id, owner_id, year),
        url=f"/cooperations/{c.id}/years/{year}", assignee_role=EDITOR, due_at=end_of_day(term.due_on(year)),
    )  # fmt: skip


async def pass_on(conn: Conn, c: Cooperation, y: YearAmounts, term: Term) -> None:
    """After a signature: close the task that is done, open the one of the second person."""
    key = object_of(c.id, y.owner_id, y.year)
    await close_tasks(conn, key)
    if y.state != YearState.ENTERED:
        return
    task = NewTask(
        owner_id=y.owner_id, kind=SIGN,
        title=_("Marktanteil {year} als zweite Person unterzeichnen: {title}").format(year=y.year, title=c.title),
        object_kind="cooperation_year", object_id=key, url=f"/cooperations/{c.id}/years/{y.year}",
        assignee_role=SIGNER, not_person_id=y.author_id, due_at=end_of_day(term.due_on(y.year)),
    )  # fmt: skip
    await open_tasks(conn, [task])
