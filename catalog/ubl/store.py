"""SQL of the UBL catalogue: which offerings go out."""

from dataclasses import dataclass
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many

LIMIT = 10_000
# the view applies the audience; suspended ones stay in the document as not orderable
LIST_ITEMS = """
SELECT id, owner_id, number, state, published_version AS version, category_id FROM catalog.visible_offering
WHERE published_version IS NOT NULL AND state IN ('published', 'suspended') ORDER BY owner_id, number LIMIT $1
"""


@dataclass(frozen=True)
class Listed:
    """An offering with the version that is published."""

    id: UUID
    owner_id: UUID
    number: str
    state: str
    version: int
    category_id: UUID


async def list_items(conn: Conn) -> list[Listed]:
    """What the transaction's viewer may see, at most LIMIT."""
    return many(Listed, await conn.fetch(LIST_ITEMS, LIMIT))
