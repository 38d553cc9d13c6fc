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

# the next of each kind, so that many of one kind hide no other
FIRST_OF_KIND = """
SELECT * FROM (
  SELECT owner_id, id, kind, title, object_kind, object_id, url, assignee_role, due_at, state, created_at,
    row_number() OVER (PARTITION BY kind ORDER BY due_at NULLS LAST, created_at, id) AS place, count(*) OVER (PARTITION BY kind) AS of_kind,
    min(coalesce(due_at, 'infinity')) OVER (PARTITION BY kind) AS first_due, min(created_at) OVER (PARTITION BY kind) AS first_at
  FROM kdnx.task WHERE state = 'open' AND owner_id = ANY ($1::uuid[]) AND assignee_role = ANY ($2::text[])
    AND (person_id IS NULL OR person_id = $3) AND not_person_id IS DISTINCT FROM $3) t
WHERE place <= $4 ORDER BY first_due, first_at, kind, place LIMIT $5
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


async def list_first_of_kind(
    conn: Conn, members: Sequence[UUID], roles: Sequence[str], person_id: UUID | None, each: int, limit: int
) -> list[tuple[Task, int]]:  # fmt: skip
    """The next `each` open tasks of every kind, the kind with the next due first; with how many there are of it."""
    rows = await conn.fetch(FIRST_OF_KIND, list(members), list(roles), person_id, each, limit)
    return [(t, r["of_kind"]) for t, r in zip(many(Task, rows), rows, strict=True)]
