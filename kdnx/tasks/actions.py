"""Open and close tasks from the actions of any feature."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.tasks import store
from kdnx.tasks.model import Gathered, NewTask, Task
from kdnx.viewer import Viewer


async def open_tasks(conn: Conn, tasks: Sequence[NewTask]) -> int:
    """Open tasks, also for the other side of an agreement; how many were new."""
    if not tasks:
        return 0
    return await store.open_tasks(conn, [_row(t) for t in tasks])


async def close_tasks(conn: Conn, object_id: UUID, kinds: Sequence[str] | None = None) -> int:
    """Close the open tasks of an object; how many there were."""
    return await store.close_tasks(conn, object_id, kinds)


async def list_my_tasks(
    conn: Conn, viewer: Viewer, *, kind: str | None = None, limit: int = 100
) -> list[Task]:
    """What waits for this viewer."""
    return await store.list_mine(
        conn, viewer.members, [r.value for r in viewer.roles], viewer.principal, kind, limit
    )


async def gather_my_tasks(
    conn: Conn, viewer: Viewer, *, each: int = 3, limit: int = 24
) -> list[Gathered]:
    """What waits for this viewer by kind, the kind with the next due first, `each` tasks at most of one kind."""
    found: dict[str, list[Task]] = {}
    counts: dict[str, int] = {}
    roles = [r.value for r in viewer.roles]
    for task, count in await store.list_first_of_kind(
        conn, viewer.members, roles, viewer.principal, each, limit
    ):
        found.setdefault(task.kind, []).append(task)
        counts[task.kind] = count
    return [Gathered(kind, tasks, counts[kind]) for kind, tasks in found.items()]


def _row(t: NewTask) -> dict[str, object]:
    return {
        "owner_id": str(t.owner_id),
        "id": str(new_id()),
        "kind": t.kind,
        "title": t.title,
        "object_kind": t.object_kind,
        "object_id": str(t.object_id),
        "url": t.url,
        "assignee_role": t.assignee_role.value,
        "person_id": None if t.person_id is None else str(t.person_id),
        "not_person_id": None if t.not_person_id is None else str(t.not_person_id),
        "due_at": None if t.due_at is None else t.due_at.isoformat(),
        "dedup": t.dedup or f"{t.kind}:{t.object_id}",
    }
