"""SQL of saved searches and of who follows them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from catalog.searches.model import Follow, SavedSearch
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

LIST_SEARCHES = """
SELECT s.owner_id, s.id, s.person_id, s.name, s.query, s.is_shared, s.deleted_at, s.row_version, s.created_at, s.person_name,
  coalesce(f.rhythm, 'off') AS rhythm, f.looked_at, f.told_at
FROM catalog.visible_search s LEFT JOIN catalog.search_follow f ON f.owner_id = s.owner_id AND f.search_id = s.id AND f.person_id = $1
WHERE s.deleted_at IS NULL ORDER BY (s.person_id = $1) DESC, kdnx.sort_key(s.name), s.id LIMIT $2
"""
GET_SEARCH = """
SELECT s.owner_id, s.id, s.person_id, s.name, s.query, s.is_shared, s.deleted_at, s.row_version, s.created_at, s.person_name,
  coalesce(f.rhythm, 'off') AS rhythm, f.looked_at, f.told_at
FROM catalog.visible_search s LEFT JOIN catalog.search_follow f ON f.owner_id = s.owner_id AND f.search_id = s.id AND f.person_id = $1
WHERE s.id = $2
"""
LOCK_SEARCH = (
    "SELECT row_version FROM catalog.saved_search WHERE owner_id = $1 AND id = $2 FOR UPDATE"
)
INSERT_SEARCH = """
INSERT INTO catalog.saved_search (owner_id, id, person_id, name, query, is_shared, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
"""
MARK_SEARCH = """
UPDATE catalog.saved_search SET name = $3, is_shared = $4, deleted_at = $5, row_version = row_version + 1, updated_at = $6
WHERE owner_id = $1 AND id = $2
"""
FOLLOW = """
INSERT INTO catalog.search_follow (owner_id, search_id, person_id, rhythm, looked_at, told_at, due_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $6)
ON CONFLICT (owner_id, search_id, person_id) DO UPDATE SET rhythm = EXCLUDED.rhythm,
  told_at = CASE WHEN search_follow.rhythm = 'off' THEN EXCLUDED.told_at ELSE search_follow.told_at END,
  due_at = EXCLUDED.due_at, row_version = search_follow.row_version + 1, updated_at = EXCLUDED.updated_at
"""
LOOK = """
INSERT INTO catalog.search_follow (owner_id, search_id, person_id, rhythm, looked_at, told_at, created_at, updated_at)
VALUES ($1, $2, $3, 'off', $4, $4, $4, $4)
ON CONFLICT (owner_id, search_id, person_id) DO UPDATE SET looked_at = EXCLUDED.looked_at, updated_at = EXCLUDED.updated_at
"""
CLAIM_DUE = """
WITH due AS (
  SELECT f.owner_id, f.search_id, f.person_id FROM catalog.search_follow f
  JOIN catalog.saved_search s ON s.owner_id = f.owner_id AND s.id = f.search_id AND s.deleted_at IS NULL AND (s.is_shared OR s.person_id = f.person_id)
  WHERE f.due_at <= $1 ORDER BY f.due_at, f.search_id, f.person_id LIMIT $2 FOR UPDATE OF f SKIP LOCKED)
SELECT f.owner_id, f.search_id, f.person_id, s.name, s.query, f.rhythm, f.told_at, m.final_id AS member_id
FROM due JOIN catalog.search_follow f USING (owner_id, search_id, person_id)
JOIN catalog.saved_search s ON s.owner_id = f.owner_id AND s.id = f.search_id
JOIN kdnx.public_final_successor m ON m.member_id = f.owner_id
"""
MARK_TOLD = """
UPDATE catalog.search_follow SET told_at = $4, due_at = $5, updated_at = $6 WHERE owner_id = $1 AND search_id = $2 AND person_id = $3
"""
IS_HUB = """
SELECT EXISTS (SELECT 1 FROM kdnx.public_hub WHERE member_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2))
"""
PURGE = """
DELETE FROM catalog.saved_search WHERE (owner_id, id) IN (
  SELECT owner_id, id FROM catalog.saved_search WHERE deleted_at < $1 ORDER BY deleted_at LIMIT 500)
"""
# row security shows only versions that the transaction's viewer may read
SEEN_BEFORE = """
SELECT DISTINCT offering_id FROM catalog.offering_version WHERE offering_id = ANY ($1::uuid[]) AND approved_at <= $2
"""
COUNT_OF_HOUSE = (
    "SELECT count(*)::int FROM catalog.saved_search WHERE owner_id = $1 AND deleted_at IS NULL"
)


async def list_searches(conn: Conn, person_id: UUID | None, limit: int = 200) -> list[SavedSearch]:
    """The own searches first, then those that colleagues share."""
    return many(SavedSearch, await conn.fetch(LIST_SEARCHES, person_id, limit))


async def get_search(conn: Conn, person_id: UUID | None, search_id: UUID) -> SavedSearch:
    """One search of the person or shared in its house, also a deleted one; NotFound otherwise."""
    row = await conn.fetchrow(GET_SEARCH, person_id, search_id)
    return one(SavedSearch, row, _("Diese gemerkte Suche"))


async def lock_search(conn: Conn, search: SavedSearch) -> int:
    """The row version of an own search, locked; 0 where it is not the viewer's own."""
    return int(await conn.fetchval(LOCK_SEARCH, search.owner_id, search.id) or 0)


async def insert_search(conn: Conn, search: SavedSearch) -> None:
    """A new one."""
    await conn.execute(
        INSERT_SEARCH, search.owner_id, search.id, search.person_id, search.name, dict(search.query),
        search.is_shared, conn.now,
    )  # fmt: skip


async def mark_search(conn: Conn, search: SavedSearch) -> None:
    """Name, sharing and whether it is deleted."""
    await conn.execute(
        MARK_SEARCH, search.owner_id, search.id, search.name, search.is_shared, search.deleted_at, conn.now
    )  # fmt: skip


async def follow(
    conn: Conn, search: SavedSearch, person_id: UUID, rhythm: str, due_at: datetime | None
) -> None:
    """Tell this person in that rhythm; who was told nothing so far begins now."""
    await conn.execute(
        FOLLOW, search.owner_id, search.id, person_id, rhythm, search.since, conn.now, due_at
    )


async def look(conn: Conn, search: SavedSearch, person_id: UUID) -> None:
    """The person has seen what there is now."""
    await conn.execute(LOOK, search.owner_id, search.id, person_id, conn.now)


async def claim_due(conn: Conn, limit: int) -> list[Follow]:
    """Whose turn it is, locked until the end of the transaction."""
    return many(Follow, await conn.fetch(CLAIM_DUE, conn.now, limit))


async def mark_told(conn: Conn, one_: Follow, told_at: datetime, due_at: datetime | None) -> None:
    """Told up to that publication; the next look is due then."""
    await conn.execute(
        MARK_TOLD, one_.owner_id, one_.search_id, one_.person_id, told_at, due_at, conn.now
    )


async def is_hub(conn: Conn, member_id: UUID) -> bool:
    """The member is the hub today, so that its people are the office."""
    return bool(await conn.fetchval(IS_HUB, member_id, conn.today))


async def purge(conn: Conn, before: datetime) -> int:
    """Remove for good what was deleted before that; how many."""
    return await conn.execute(PURGE, before)


async def seen_before(conn: Conn, ids: Sequence[UUID], since: datetime) -> set[UUID]:
    """Offerings of which a version could be seen at that instant already."""
    return {r["offering_id"] for r in await conn.fetch(SEEN_BEFORE, list(ids), since)}


async def count_of_house(conn: Conn, member_id: UUID) -> int:
    """How many searches the people of a member keep, as far as the viewer sees them."""
    return int(await conn.fetchval(COUNT_OF_HOUSE, member_id))
