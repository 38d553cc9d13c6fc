"""SQL of tasks."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many
from kdnx.tasks.model import Task

OPEN_TASKS = "SELECT kdnx.open_tasks($1, $2)"
CLOSE_TASKS = "SELECT kdnx.close_tasks($1, $2, $3)"
MINE = """
SELECT owner_id, id, kind, title, object_kind, object_id, url, assignee_role, due_at, state, created_at
FROM kdnx.task WHERE state = 'open' AND owner_id = ANY ($1::uuid[]) AND assignee_role = ANY ($2::text[])
  AND (person_id IS NULL OR person_id = $3) AND not_person_id IS DISTINCT FROM $3
  AND ($4::text IS NULL OR kind LIKE $4 || '%')
ORDER BY due_at NULLS LAST, created_at, id LIMIT $5
"""


async def open_tasks(conn: Conn, rows: Sequence[dict[str, object]]) -> int:
    """Open them; those already open under the same dedup stay as they are."""
    count: int = await conn.fetchval(OPEN_TASKS, list(rows), conn.now)
    return count


async def close_tasks(conn: Conn, object_id: UUID, kinds: Sequence[str] | None) -> int:
    """Close the open tasks of an object, of all or of some kinds."""
    count: int = await conn.fetchval(
        CLOSE_TASKS, object_id, list(kinds) if kinds else None, conn.now
    )
    return count


async def list_mine(
    conn: Conn,
    members: Sequence[UUID],
    roles: Sequence[str],
    person_id: UUID | None,
    kind: str | None,
    limit: int,
) -> list[Task]:
    """Open tasks for these members and roles that this person may do, next due first."""
    return many(Task, await conn.fetch(MINE, list(members), list(roles), person_id, kind, limit))
