"""SQL of health, of barrier reports and of the numbers in the header."""

from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.viewer import Viewer

PING = "SELECT 1"
INSERT_BARRIER = (
    "INSERT INTO kdnx.barrier_report (id, at, page, text, contact) VALUES ($1, $2, $3, $4, $5)"
)
LIST_BARRIERS = "SELECT at, page, text, contact FROM kdnx.barrier_report ORDER BY at DESC LIMIT 100"
# both numbers in one round trip, each bounded: every page asks
COUNT_WAITING = """
SELECT (SELECT count(*)::int FROM (SELECT 1 FROM kdnx.task WHERE state = 'open' AND owner_id = ANY ($1::uuid[]) AND assignee_role = ANY ($2::text[])
    AND (person_id IS NULL OR person_id = $3) AND not_person_id IS DISTINCT FROM $3 LIMIT 1000) t) AS tasks,
  (SELECT count(*)::int FROM (SELECT 1 FROM kdnx.notice WHERE person_id = $4 AND read_at IS NULL LIMIT 1000) n) AS notices
"""


async def count_waiting(conn: Conn, viewer: Viewer) -> tuple[int, int]:
    """How many tasks wait for the viewer and how many notices are unread (each at most 1000)."""
    if not viewer.members and viewer.person_id is None:
        return 0, 0
    roles = [r.value for r in viewer.roles]
    row = await conn.fetchrow(
        COUNT_WAITING, list(viewer.members), roles, viewer.principal, viewer.person_id
    )
    return (row["tasks"], row["notices"]) if row else (0, 0)


async def ping(conn: Conn) -> None:
    """Raise when the database does not answer."""
    await conn.fetchval(PING)


async def insert_barrier(conn: Conn, *, page: str, text: str, contact: str) -> None:
    """Keep a report of a barrier."""
    await conn.execute(INSERT_BARRIER, new_id(), conn.now, page, text, contact)


async def list_barriers(conn: Conn) -> list[dict[str, object]]:
    """The reports the viewer may read (the hub's office)."""
    return [dict(r) for r in await conn.fetch(LIST_BARRIERS)]
