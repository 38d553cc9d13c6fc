"""Whoever offers by § 108 Abs. 6 GWB and names no cooperation is asked for it: a task of the provider."""

from datetime import datetime
from uuid import UUID

from exchange.clearing import store
from exchange.inhouse.telling import EDITOR
from kdnx.db.conn import Conn
from kdnx.module import DueJob
from kdnx.tasks.actions import open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _

NAME_TASK = "order.cooperation"
BATCH = 500


async def ask_names(conn: Conn) -> int:
    """Due job: a task for every offer that rests on a cooperation and names none; how many were new."""
    found = await store.list_unnamed(conn, BATCH)
    tasks = [
        _task(o.owner_id, o.number, "order", o.order_id, f"/orders/{o.order_id}") for o in found
    ]
    return await open_tasks(conn, tasks)


async def ask_name_of_change(
    conn: Conn, owner_id: UUID, number: str, amendment_id: UUID, due_at: datetime
) -> None:
    """The same for a change."""
    url = f"/amendments/{amendment_id}"
    await open_tasks(conn, [_task(owner_id, number, "amendment", amendment_id, url, due_at)])


def _task(
    owner_id: UUID, number: str, kind: str, key: UUID, url: str, due_at: datetime | None = None
) -> NewTask:
    return NewTask(
        owner_id=owner_id, kind=NAME_TASK, title=_("Kooperation benennen: {number}").format(number=number),
        object_kind=kind, object_id=key, url=url, assignee_role=EDITOR, due_at=due_at, dedup=f"{NAME_TASK}:{key}",
    )  # fmt: skip


DUE_JOBS = (DueJob("order.cooperation", ask_names, 15),)
