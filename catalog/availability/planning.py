"""The day of a planned retirement: a due job ends what is due."""

from catalog.availability import store
from catalog.availability.actions import end_offering
from catalog.offerings.store import list_users
from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer

BATCH = 200
SYSTEM = Viewer(scope=Scope.SYSTEM)


async def retire_due(conn: Conn) -> int:
    """End one bounded batch of offerings whose day has come; how many. Running it again changes nothing."""
    found = await store.list_due(conn, conn.today, BATCH)
    for head in found:
        await end_offering(conn, SYSTEM, head, head.retire_note, await list_users(conn, head.id))
    return len(found)
