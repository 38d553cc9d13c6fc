"""SQL of remarks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many

MOST = 200  # of one booking
LIST_ANNOTATIONS = """
SELECT a.owner_id, a.booking_id, a.id, a.by_member, m.short_name AS by_name, a.is_shared, a.text, a.created_at, a.author
FROM exchange.annotation a JOIN kdnx.public_member m ON m.id = a.by_member
WHERE a.owner_id = $1 AND a.booking_id = $2 ORDER BY a.created_at, a.id LIMIT $3
"""
INSERT_ANNOTATION = """
INSERT INTO exchange.annotation (owner_id, booking_id, id, by_member, is_shared, text, author, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8
WHERE (SELECT count(*) FROM exchange.annotation WHERE owner_id = $1 AND booking_id = $2 AND by_member = $4) < $9 RETURNING id
"""


@dataclass(frozen=True)
class Annotation:
    """What a house says of a booking; not shared = read by that house and by audit alone."""

    owner_id: UUID
    booking_id: UUID
    id: UUID
    by_member: UUID
    by_name: str
    is_shared: bool
    text: str
    created_at: datetime
    author: UUID | None = None


async def list_annotations(conn: Conn, owner_id: UUID, booking_id: UUID) -> list[Annotation]:
    """What the viewer may read of a booking, oldest first."""
    return many(Annotation, await conn.fetch(LIST_ANNOTATIONS, owner_id, booking_id, 2 * MOST))


async def insert_annotation(conn: Conn, a: Annotation) -> bool:
    """False when the house has said as much as there is room for."""
    made = await conn.fetchval(
        INSERT_ANNOTATION, a.owner_id, a.booking_id, a.id, a.by_member, a.is_shared, a.text, a.author, a.created_at, MOST,
    )  # fmt: skip
    return made is not None
