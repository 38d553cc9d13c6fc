"""SQL of the first start."""

from kdnx.db.conn import Conn

HAS_MEMBERS = "SELECT EXISTS (SELECT FROM kdnx.member)"
LOCK_ALLIANCE = "LOCK TABLE kdnx.alliance IN SHARE ROW EXCLUSIVE MODE"


async def has_members(conn: Conn) -> bool:
    """The database is in use; two first starts come one after the other."""
    await conn.execute(LOCK_ALLIANCE)
    return bool(await conn.fetchval(HAS_MEMBERS))
