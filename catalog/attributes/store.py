"""SQL of the attribute schemas.

`get_schema(conn, category_id)` is what a category asks today, with `version` what it asked then. A category
without a schema of its own asks what all categories ask (version 1). Reading needs no right beyond the catalogue's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog.attributes.model import Schema, read_attribute, write_attribute
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

LIST_SCHEMAS = """
SELECT category_id, version, attributes, note, created_at FROM (
  SELECT s.*, row_number() OVER (PARTITION BY category_id ORDER BY version DESC) AS n FROM catalog.category_schema s) x
WHERE x.n = 1 LIMIT 500
"""
LIST_VERSIONS = """
SELECT category_id, version, attributes, note, created_at FROM catalog.category_schema
WHERE category_id = $1 ORDER BY version DESC LIMIT 200
"""
GET_SCHEMAS = """
SELECT s.category_id, s.version, s.attributes, s.note, s.created_at FROM unnest($1::uuid[], $2::int[]) AS x(c, v)
JOIN catalog.category_schema s ON s.category_id = x.c AND s.version = x.v
"""
# what all categories ask stands at the nil id
GET_SCHEMA = """
SELECT category_id, version, attributes, note, created_at FROM catalog.category_schema
WHERE category_id = ANY (ARRAY[$1::uuid, '00000000-0000-0000-0000-000000000000'::uuid]) AND ($2::int IS NULL OR version = $2)
ORDER BY category_id = $1 DESC, version DESC LIMIT 1
"""
INSERT_SCHEMA = """
INSERT INTO catalog.category_schema (category_id, version, attributes, note, author, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
LOCK_CATEGORY = "SELECT id FROM catalog.category WHERE id = $1 FOR UPDATE"
COMMON = UUID(int=0)


def _schema(row: Any, category_id: UUID | None = None) -> Schema:
    return Schema(
        category_id or row["category_id"], row["version"], tuple(read_attribute(a) for a in row["attributes"]),
        row["note"], row["created_at"],
    )  # fmt: skip


async def get_schema(conn: Conn, category_id: UUID, version: int | None = None) -> Schema:
    """What the category asks today, or asked in a version; NotFound for a version that never was."""
    row = await conn.fetchrow(GET_SCHEMA, category_id, version)
    if row is None:
        return one(Schema, None, _("Diese Fassung der Angaben"))
    return _schema(row, category_id)


async def get_schemas(
    conn: Conn, keys: Iterable[tuple[UUID, int]]
) -> dict[tuple[UUID, int], Schema]:
    """Many schemas at once by (category, version); for lists and comparison."""
    wanted = sorted(set(keys), key=lambda k: (str(k[0]), k[1]))
    rows = await conn.fetch(GET_SCHEMAS, [k[0] for k in wanted], [k[1] for k in wanted])
    found = {(r["category_id"], r["version"]): _schema(r) for r in rows}
    for key in wanted:
        if key not in found:
            found[key] = await get_schema(conn, *key)
    return found


async def list_schemas(conn: Conn) -> dict[UUID, Schema]:
    """The current schema of each category that has one; what all ask stands under `COMMON`."""
    return {r["category_id"]: _schema(r) for r in await conn.fetch(LIST_SCHEMAS)}


async def list_versions(conn: Conn, category_id: UUID) -> list[Schema]:
    """All versions of a category's own schema, newest first."""
    return [_schema(r) for r in await conn.fetch(LIST_VERSIONS, category_id)]


async def lock_category(conn: Conn, category_id: UUID) -> None:
    """One at a time changes what a category asks."""
    await conn.fetchrow(LOCK_CATEGORY, category_id)


async def insert_schema(conn: Conn, schema: Schema, author: UUID | None) -> None:
    """A new version; there is never a change of an old one."""
    await conn.execute(
        INSERT_SCHEMA, schema.category_id, schema.version, _rows(schema.attributes), schema.note, author, conn.now,
    )  # fmt: skip


def _rows(attributes: Sequence[Any]) -> list[dict[str, Any]]:
    return [write_attribute(a) for a in attributes]


@dataclass(frozen=True)
class Gap:
    """A published offering that lacks required answers: the keys without one."""

    id: UUID
    owner_id: UUID
    number: str
    title: str
    title_key: str
    schema_version: int
    has_draft: bool
    missing: Sequence[str]


LIST_GAPS = """
SELECT o.id, o.owner_id, o.number, o.title, o.title_key, v.schema_version, o.draft_version IS NOT NULL AS has_draft,
  ARRAY(SELECT k FROM unnest($2::text[]) WITH ORDINALITY AS x(k, n) WHERE NOT v.attributes ? k ORDER BY n) AS missing
FROM catalog.offering o JOIN catalog.offering_version v ON v.offering_id = o.id AND v.version = o.published_version
WHERE v.category_id = $1 AND o.state IN ('published', 'suspended') AND NOT v.attributes ?& $2::text[]
  AND ($3::uuid[] IS NULL OR o.owner_id = ANY ($3)) AND ($4::text IS NULL OR (o.title_key, o.id) > ($4, $5::uuid))
ORDER BY o.title_key, o.id LIMIT $6
"""
COUNT_GAPS = """
SELECT count(*)::int AS offerings, count(DISTINCT o.owner_id)::int AS owners
FROM catalog.offering o JOIN catalog.offering_version v ON v.offering_id = o.id AND v.version = o.published_version
WHERE v.category_id = $1 AND o.state IN ('published', 'suspended') AND NOT v.attributes ?& $2::text[]
  AND ($3::uuid[] IS NULL OR o.owner_id = ANY ($3))
"""


async def list_gaps(
    conn: Conn, category_id: UUID, required: Sequence[str], *, owners: Sequence[UUID] | None = None,
    after: tuple[str, str] | None = None, limit: int = 51,
) -> list[Gap]:  # fmt: skip
    """Published offerings of a category without all required answers, by title; `owners` None = all."""
    key, last = after or (None, None)
    rows = await conn.fetch(
        LIST_GAPS, category_id, list(required), None if owners is None else list(owners), key, last, limit
    )  # fmt: skip
    return many(Gap, rows)


async def count_gaps(
    conn: Conn, category_id: UUID, required: Sequence[str], *, owners: Sequence[UUID] | None = None
) -> tuple[int, int]:
    """How many offerings of how many members lack a required answer."""
    row = await conn.fetchrow(
        COUNT_GAPS, category_id, list(required), None if owners is None else list(owners)
    )
    return (row["offerings"], row["owners"]) if row else (0, 0)
