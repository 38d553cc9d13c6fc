"""SQL of the calculator: which audiences a house belongs to."""

from uuid import UUID

from kdnx.db.conn import Conn

KEYS_OF = "SELECT catalog.audience_keys_of(ARRAY[$1::uuid])"


async def keys_of(conn: Conn, member_id: UUID) -> list[str]:
    """The keys of one member: 'all', itself, its level, its region."""
    found: list[str] = await conn.fetchval(KEYS_OF, member_id)
    return found
