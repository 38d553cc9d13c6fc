"""SQL of the catalogue's search; everything through the view that applies the audience."""

from collections.abc import Sequence
from uuid import UUID

from catalog.contents.store import sees_all
from catalog.finding.model import Counts, Criteria, Found, View
from kdnx.db.conn import Conn
from kdnx.db.rows import many
from kdnx.viewer import Viewer

# $1 sees all, $2 members, $3 words, $4 any word, $5 mine, $6 categories, $7 owners, $8 bases
LIST_FOUND = """
WITH wanted AS MATERIALIZED (SELECT catalog.search_query($3, $4) AS query, catalog.audience_keys_of($2::uuid[]) AS keys)
SELECT * FROM (
  SELECT o.id, o.owner_id, o.number, o.reference, o.state, o.category_id, o.title, o.summary, o.published_version, o.draft_version,
    o.draft_submitted, o.price_base, o.price_per, o.price_micro, o.published_at, o.row_version,
    CASE $9::text WHEN 'relevance' THEN to_char(1 - ts_rank_cd(o.search, (SELECT query FROM wanted), 32), '0.000000') || o.title_key
      WHEN 'newest' THEN to_char(99999999999 - extract(epoch FROM coalesce(o.published_at, o.updated_at)), '00000000000.000000')
      ELSE o.title_key END AS sort_text
  FROM catalog.visible_offering o
  WHERE ($1 OR o.owner_id = ANY ($2::uuid[]) OR (o.published_version IS NOT NULL AND o.audience_keys && (SELECT keys FROM wanted)))
    AND ($3 = '' OR o.search @@ (SELECT query FROM wanted))
    AND CASE WHEN $5 THEN o.owner_id = ANY ($2::uuid[]) ELSE o.state = 'published' END
    AND ($6::uuid[] IS NULL OR o.category_id = ANY ($6)) AND ($7::uuid[] IS NULL OR o.owner_id = ANY ($7))
    AND ($8::text[] IS NULL OR o.price_base = ANY ($8))) hit
WHERE $10::text IS NULL OR (sort_text COLLATE "C", id) > ($10, $11::uuid)
ORDER BY sort_text COLLATE "C", id LIMIT $12
"""
COUNT_FACETS = """
WITH wanted AS MATERIALIZED (SELECT catalog.search_query($3, $4) AS query, catalog.audience_keys_of($2::uuid[]) AS keys),
hit AS MATERIALIZED (
  SELECT o.category_id, o.owner_id, o.price_base, ($6::uuid[] IS NULL OR o.category_id = ANY ($6)) AS in_category,
    ($7::uuid[] IS NULL OR o.owner_id = ANY ($7)) AS in_member, ($8::text[] IS NULL OR o.price_base = ANY ($8)) AS in_base
  FROM catalog.visible_offering o
  WHERE ($1 OR o.owner_id = ANY ($2::uuid[]) OR (o.published_version IS NOT NULL AND o.audience_keys && (SELECT keys FROM wanted)))
    AND ($3 = '' OR o.search @@ (SELECT query FROM wanted))
    AND CASE WHEN $5 THEN o.owner_id = ANY ($2::uuid[]) ELSE o.state = 'published' END)
SELECT 'category' AS facet, category_id::text AS key, count(*)::int AS n FROM hit WHERE in_member AND in_base GROUP BY 2
UNION ALL SELECT 'member', owner_id::text, count(*)::int FROM hit WHERE in_category AND in_base GROUP BY 2
UNION ALL SELECT 'base', price_base, count(*)::int FROM hit WHERE in_category AND in_member AND price_base IS NOT NULL GROUP BY 2
UNION ALL SELECT 'total', '', count(*)::int FROM hit WHERE in_category AND in_member AND in_base
"""
COUNT_MINE = """
SELECT count(*) FILTER (WHERE state = 'published')::int AS published, count(*) FILTER (WHERE draft_version IS NOT NULL)::int AS drafts,
  count(*) FILTER (WHERE state = 'suspended')::int AS suspended
FROM catalog.visible_offering WHERE owner_id = ANY ($1::uuid[])
"""


def _values(viewer: Viewer, c: Criteria) -> tuple[object, ...]:
    return (
        sees_all(viewer), list(viewer.members), c.q, c.any_word, c.view == View.MINE,
        list(c.categories) or None, list(c.members) or None, list(c.bases) or None,
    )  # fmt: skip


async def list_found(
    conn: Conn,
    viewer: Viewer,
    criteria: Criteria,
    *,
    after: Sequence[str] | None = None,
    limit: int = 25,
) -> list[Found]:
    """Hits in order; `after` is (sort text, id) of the last one seen."""
    start = (after[0], UUID(after[1])) if after else (None, None)
    rows = await conn.fetch(
        LIST_FOUND, *_values(viewer, criteria), criteria.order.value, *start, limit
    )
    return many(Found, rows)


async def count_facets(conn: Conn, viewer: Viewer, criteria: Criteria) -> Counts:
    """Counts by facet value: each facet under the other two, so that a further tick widens its own."""
    found: dict[str, dict[str, int]] = {"category": {}, "member": {}, "base": {}, "total": {}}
    for row in await conn.fetch(COUNT_FACETS, *_values(viewer, criteria)):
        found[row["facet"]][row["key"]] = row["n"]
    return Counts(
        total=found["total"].get("", 0),
        categories={UUID(k): n for k, n in found["category"].items()},
        members={UUID(k): n for k, n in found["member"].items()},
        bases=found["base"],
    )


async def count_mine(conn: Conn, viewer: Viewer) -> dict[str, int]:
    """Published, drafts and suspended of the viewer's own house."""
    row = await conn.fetchrow(COUNT_MINE, list(viewer.members))
    return dict(row) if row else {}
