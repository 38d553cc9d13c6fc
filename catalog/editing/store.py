"""SQL of editing: what an open form saved last, and the offerings of one's own house."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalog.offerings.model import Offering
from kdnx.db.conn import Conn
from kdnx.db.rows import many
from kdnx.viewer import Viewer

# so many days ahead a confirmation is asked for
DUE_DAYS = 60
FIND_LAST_FORM = (
    "SELECT last_form FROM catalog.offering_version WHERE offering_id = $1 AND version = $2"
)
KEEP_LAST_FORM = """
UPDATE catalog.offering_version SET last_form = $3 WHERE offering_id = $1 AND version = $2 AND approved_at IS NULL
"""
LIST_MINE = """
SELECT * FROM catalog.offering WHERE owner_id = ANY ($1::uuid[]) AND ($2::text IS NULL OR state = $2)
  AND (NOT $3 OR reconfirm_due <= $4::date + 60)
  AND ($5::text IS NULL OR (title_key, id) > ($5, $6::uuid)) ORDER BY title_key, id LIMIT $7
"""
COUNT_DUE = """
SELECT count(*) FROM catalog.offering
WHERE owner_id = ANY ($1::uuid[]) AND state = 'published' AND reconfirm_due <= $2::date + 60
"""
KEYS_OF = "SELECT catalog.audience_keys_of($1::uuid[])"
TITLE_KEYS = "SELECT id, title_key FROM catalog.offering WHERE id = ANY ($1::uuid[])"


async def find_last_form(conn: Conn, offering_id: UUID, version: int) -> Mapping[str, Any]:
    """{'form', 'section', 'was'} of the form that saved last, or {}."""
    found = await conn.fetchval(FIND_LAST_FORM, offering_id, version)
    return found if isinstance(found, dict) else {}


async def keep_last_form(
    conn: Conn, offering_id: UUID, version: int, form: Mapping[str, Any]
) -> None:
    """Remember it with the draft."""
    await conn.execute(KEEP_LAST_FORM, offering_id, version, dict(form))


async def list_mine(
    conn: Conn,
    viewer: Viewer,
    *,
    state: str | None,
    is_due: bool,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[Offering]:
    """Offerings of the viewer's own house by title; `is_due`: to be confirmed within sixty days or overdue."""
    key, last = after or (None, None)
    return many(
        Offering,
        await conn.fetch(
            LIST_MINE, list(viewer.members), state, is_due, conn.today, key, last, limit
        ),
    )


async def count_due(conn: Conn, viewer: Viewer) -> int:
    """How many published offerings of the own house are to be confirmed within sixty days or overdue."""
    return int(await conn.fetchval(COUNT_DUE, list(viewer.members), conn.today))


async def title_keys(conn: Conn, ids: list[UUID]) -> dict[UUID, str]:
    """What the list is sorted by."""
    return {r["id"]: r["title_key"] for r in await conn.fetch(TITLE_KEYS, ids)}


async def keys_of(conn: Conn, member_id: UUID) -> list[str]:
    """What a member's place is compared with in audiences."""
    found: list[str] = await conn.fetchval(KEYS_OF, [member_id])
    return list(found or [])
