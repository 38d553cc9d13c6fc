"""SQL of health and of barrier reports."""

from kdnx.db.conn import Conn
from kdnx.ids import new_id

PING = "SELECT 1"
INSERT_BARRIER = (
    "INSERT INTO kdnx.barrier_report (id, at, page, text, contact) VALUES ($1, $2, $3, $4, $5)"
)
LIST_BARRIERS = "SELECT at, page, text, contact FROM kdnx.barrier_report ORDER BY at DESC LIMIT 100"


async def ping(conn: Conn) -> None:
    """Raise when the database does not answer."""
    await conn.fetchval(PING)


async def insert_barrier(conn: Conn, *, page: str, text: str, contact: str) -> None:
    """Keep a report of a barrier."""
    await conn.execute(INSERT_BARRIER, new_id(), conn.now, page, text, contact)


async def list_barriers(conn: Conn) -> list[dict[str, object]]:
    """The reports the viewer may read (the hub's office)."""
    return [dict(r) for r in await conn.fetch(LIST_BARRIERS)]
