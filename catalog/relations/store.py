"""SQL of relations."""

from uuid import UUID

from catalog.relations.model import Impact, Reach, Relation, impact_of
from kdnx.db.conn import Conn
from kdnx.db.rows import many

# only relations both ends of which the viewer sees come back (row security); drafts of others have no face
LIST_RELATIONS = """
SELECT r.kind, r.to_id = $1 AS is_inverse, o.id AS offering_id, o.title, o.number, o.state, o.owner_id
FROM catalog.relation r JOIN catalog.visible_offering o ON o.id = CASE WHEN r.to_id = $1 THEN r.from_id ELSE r.to_id END
WHERE $1 IN (r.from_id, r.to_id) ORDER BY r.kind, is_inverse, o.title_key, o.id LIMIT 200
"""
INSERT_RELATION = """
INSERT INTO catalog.relation (from_id, to_id, kind, author, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""
DROP_RELATION = "DELETE FROM catalog.relation WHERE from_id = $1 AND to_id = $2 AND kind = $3"
REACHES = "SELECT catalog.relation_reaches($1, $2, $3)"
COUNT_IMPACT = "SELECT distance, offerings, users, orders FROM catalog.count_impact($1, $2)"
FIND_OFFERING = """
SELECT id FROM catalog.visible_offering WHERE number = $1 OR (reference = $1 AND owner_id = ANY ($2::uuid[])) ORDER BY number = $1 DESC LIMIT 1
"""
# one at a time adds relations of a kind: two that close a ring between them would not see one another
LOCK_KIND = "SELECT pg_advisory_xact_lock(hashtextextended('catalog.relation.' || $1, 0))"
COUNT_RELATIONS = "SELECT count(*)::int FROM catalog.relation WHERE from_id = $1"


async def list_relations(conn: Conn, offering_id: UUID) -> list[Relation]:
    """Relations of an offering to what the viewer may see, in both directions."""
    return many(Relation, await conn.fetch(LIST_RELATIONS, offering_id))


async def count_relations(conn: Conn, offering_id: UUID) -> int:
    """How many relations an offering states itself."""
    found: int = await conn.fetchval(COUNT_RELATIONS, offering_id)
    return found


async def insert_relation(
    conn: Conn, from_id: UUID, to_id: UUID, kind: str, author: UUID | None
) -> bool:
    """A new relation; False when it is there already."""
    return await conn.execute(INSERT_RELATION, from_id, to_id, kind, author, conn.now) == 1


async def drop_relation(conn: Conn, from_id: UUID, to_id: UUID, kind: str) -> bool:
    """Take a relation away; False when there is none."""
    return await conn.execute(DROP_RELATION, from_id, to_id, kind) == 1


async def lock_kind(conn: Conn, kind: str) -> None:
    """Until the end of the transaction nobody else adds a relation of this kind."""
    await conn.fetchval(LOCK_KIND, kind)


async def reaches(conn: Conn, start: UUID, goal: UUID, kind: str) -> bool:
    """Whether one offering reaches another by relations of a kind, seen or not."""
    found: bool = await conn.fetchval(REACHES, start, goal, kind)
    return found


async def count_impact(conn: Conn, offering_id: UUID) -> Impact:
    """What hangs on an own offering today (office and audit: on any); all zero for strangers."""
    return impact_of(many(Reach, await conn.fetch(COUNT_IMPACT, offering_id, conn.today)))


async def find_offering(conn: Conn, key: str, members: list[UUID]) -> UUID | None:
    """A visible offering by its number, or one's own by its reference."""
    found: UUID | None = await conn.fetchval(FIND_OFFERING, key, members)
    return found
