"""SQL of categories."""

from uuid import UUID

from catalog.categories.model import Category
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

LIST_CATEGORIES = """
SELECT id, code, name, description, position, row_version, parent_id FROM catalog.category
ORDER BY position, kdnx.sort_key(name) LIMIT 500
"""
GET_CATEGORY = "SELECT id, code, name, description, position, row_version, parent_id FROM catalog.category WHERE id = $1"
INSERT_CATEGORY = """
INSERT INTO catalog.category (id, code, name, description, position, created_at, updated_at)
VALUES ($1, $2, $3, $4, (SELECT coalesce(max(position), 0) + 10 FROM catalog.category), $5, $5)
"""
RENAME_CATEGORY = """
UPDATE catalog.category SET name = $3, description = $4, row_version = row_version + 1, updated_at = $5
WHERE id = $1 AND row_version = $2
"""


async def list_categories(conn: Conn) -> list[Category]:
    """All categories in their order."""
    return many(Category, await conn.fetch(LIST_CATEGORIES))


async def get_category(conn: Conn, category_id: UUID) -> Category:
    """One category; NotFound otherwise."""
    return one(Category, await conn.fetchrow(GET_CATEGORY, category_id), _("Diese Kategorie"))


async def insert_category(
    conn: Conn, category_id: UUID, code: str, name: str, description: str
) -> None:
    """A new category at the end of the list."""
    await conn.execute(INSERT_CATEGORY, category_id, code, name, description, conn.now)


async def rename_category(
    conn: Conn, category_id: UUID, row_version: int, name: str, description: str
) -> bool:
    """New words for a category; False when somebody changed it first."""
    return (
        await conn.execute(RENAME_CATEGORY, category_id, row_version, name, description, conn.now)
        == 1
    )
