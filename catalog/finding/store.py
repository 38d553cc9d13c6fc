"""SQL of the catalogue's search; everything through the view that applies the audience."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from catalog.contents.store import sees_all
from catalog.finding.model import FACETS, Answer, Asked, Counts, Criteria, Found, View
from catalog.finding.words import asked_words, build, grams_of
from catalog.indexing.model import curated_parts, part_candidates
from catalog.indexing.store import seen_words
from kdnx.db.conn import Conn
from kdnx.db.rows import many
from kdnx.viewer import Viewer

# Hits, their order and the counts of all facets in one statement that reads the offerings once.
# `miss` has a bit for each facet whose choice an offering does not meet (128 and up: attributes): a facet counts
# what meets all the others, so that a further tick widens its own.
# $1 sees all, $2 members, $3 query of the index, $4 are there words, $5 mine, $6 categories, $7 owners, $8 bases,
# $9 protection, $10 certified, $11 routes, $12 leads, $13 attribute groups (jsonb), $14 count attributes, $15 order,
# $16-$19 after (group, number, title, id), $20 limit, $21 today, $22 count
FIND = """
WITH wanted AS MATERIALIZED (SELECT $3::text::tsquery AS query, catalog.audience_keys_of($2::uuid[]) AS keys),
seen AS (
  SELECT o.*, o.owner_id = ANY ($2::uuid[]) AS own, o.certified_until >= $21::date AS certified,
    CASE WHEN o.lead_time_days IS NULL THEN 'unknown' WHEN o.lead_time_days <= 10 THEN '10' WHEN o.lead_time_days <= 30 THEN '30'
      WHEN o.lead_time_days <= 90 THEN '90' ELSE 'later' END AS lead
  FROM catalog.findable_offering o
  WHERE ($1 OR o.owner_id = ANY ($2::uuid[]) OR (o.published_version IS NOT NULL AND o.audience_keys && (SELECT keys FROM wanted)))
    AND (NOT $4 OR o.search @@ (SELECT query FROM wanted))
    AND CASE WHEN $5 THEN o.owner_id = ANY ($2::uuid[]) ELSE o.state = 'published' END),
hit AS MATERIALIZED (
  SELECT o.id, o.owner_id, o.category_id, o.price_base, o.protection_level, o.certified, o.lead, o.legal_routes, o.own,
    CASE WHEN $14 THEN o.facet_values END AS facet_values, o.title_key,
    CASE $15::text WHEN 'price' THEN coalesce(o.price_base || '/' || o.price_per, '~') ELSE '' END AS sort_group,
    CASE $15::text WHEN 'relevance' THEN -ts_rank_cd('{0.1, 0.3, 0.5, 1}', o.search, (SELECT query FROM wanted), 1)::float8
      WHEN 'price' THEN coalesce(o.price_micro::float8, 'Infinity') WHEN 'newest' THEN -extract(epoch FROM coalesce(o.published_at, o.updated_at))::float8
      ELSE 0 END AS sort_number,
    CASE WHEN $6::uuid[] IS NULL OR o.category_id = ANY ($6) THEN 0 ELSE 1 END + CASE WHEN $7::uuid[] IS NULL OR o.owner_id = ANY ($7) THEN 0 ELSE 2 END
    + CASE WHEN $8::text[] IS NULL OR o.price_base = ANY ($8) THEN 0 ELSE 4 END + CASE WHEN $9::text[] IS NULL OR o.protection_level = ANY ($9) THEN 0 ELSE 8 END
    + CASE WHEN NOT $10 OR o.certified THEN 0 ELSE 16 END
    + CASE WHEN $11::text[] IS NULL OR EXISTS (SELECT 1 FROM unnest(o.legal_routes) r WHERE split_part(r, '>', 2) = ANY ($11)
        AND ($1 OR o.own OR split_part(r, '>', 1) = ANY ((SELECT keys FROM wanted)::text[]))) THEN 0 ELSE 32 END
    + CASE WHEN $12::text[] IS NULL OR o.lead = ANY ($12) THEN 0 ELSE 64 END
    + CASE WHEN $13::jsonb IS NULL THEN 0 ELSE (SELECT coalesce(sum(128 << (g.place - 1)::int), 0)::int FROM jsonb_array_elements($13::jsonb) WITH ORDINALITY AS g(vals, place)
        WHERE NOT o.facet_values && ARRAY(SELECT jsonb_array_elements_text(g.vals))) END AS miss
  FROM seen o),
used AS MATERIALIZED (SELECT * FROM catalog.count_users(CASE WHEN $15::text = 'used' THEN ARRAY(SELECT id FROM hit WHERE miss = 0) ELSE '{}' END, $21::date)),
placed AS (SELECT h.id, h.sort_group, CASE $15::text WHEN 'used' THEN -coalesce(u.users, 0)::float8 ELSE h.sort_number END AS sort_number, h.title_key, h.certified
  FROM hit h LEFT JOIN used u ON u.offering_id = h.id WHERE h.miss = 0),
page AS MATERIALIZED (SELECT q.*, row_number() OVER (ORDER BY sort_group, sort_number, title_key COLLATE "C", id) AS place FROM (
  SELECT * FROM placed p WHERE $19::uuid IS NULL OR (sort_group, sort_number, title_key COLLATE "C", id) > ($16::text, $17::float8, $18::text, $19::uuid)
  ORDER BY sort_group, sort_number, title_key COLLATE "C", id LIMIT $20) q),
cell AS (
  SELECT CASE WHEN grouping(category_id) = 0 THEN 'category' WHEN grouping(owner_id) = 0 THEN 'member' WHEN grouping(price_base) = 0 THEN 'base'
      WHEN grouping(protection_level) = 0 THEN 'protection' WHEN grouping(certified) = 0 THEN 'certified' WHEN grouping(lead) = 0 THEN 'lead'
      WHEN grouping(legal_routes) = 0 THEN 'route' ELSE 'total' END AS facet,
    coalesce(category_id::text, owner_id::text, price_base, protection_level, certified::text, lead) AS key, legal_routes, own, miss, count(*)::int AS n
  FROM hit WHERE $22 AND miss & (miss - 1) = 0
  GROUP BY GROUPING SETS ((category_id, miss), (owner_id, miss), (price_base, miss), (protection_level, miss), (certified, miss), (lead, miss),
    (legal_routes, own, miss), (miss))),
counted AS (SELECT jsonb_agg(jsonb_build_array(facet, key, miss, n)) AS cells FROM (
  SELECT facet, key, miss, n FROM cell WHERE facet <> 'route' AND (key IS NOT NULL OR facet = 'total')
  UNION ALL SELECT 'route', x.basis, c.miss, sum(c.n)::int FROM cell c CROSS JOIN LATERAL (
    SELECT DISTINCT split_part(r, '>', 2) AS basis FROM unnest(c.legal_routes) r
    WHERE $1 OR c.own OR split_part(r, '>', 1) = ANY ((SELECT keys FROM wanted)::text[])) x WHERE c.facet = 'route' GROUP BY 2, 3
  UNION ALL SELECT 'attribute', v, h.miss, count(*)::int FROM hit h, unnest(h.facet_values) v
    WHERE $14 AND $22 AND h.miss & (h.miss - 1) = 0 GROUP BY 2, 3) y)
SELECT CASE WHEN p.place IS NULL OR p.place = 1 THEN c.cells END AS cells, o.id, o.owner_id, o.number, o.reference, o.state, o.category_id, o.title,
  o.summary, o.published_version, o.draft_version, o.draft_submitted, o.price_base, o.price_per, o.price_micro, o.published_at, o.row_version,
  o.protection_level, o.lead_time_days, coalesce(p.certified, false) AS is_certified, coalesce(u.users, 0) AS users,
  p.sort_group || E'\\x1f' || p.sort_number || E'\\x1f' || p.title_key AS sort_text,
  coalesce(CASE WHEN $4 THEN (SELECT left(v.description, 4000) FROM catalog.offering_version v WHERE v.offering_id = o.id
    AND v.version = coalesce(o.published_version, o.draft_version)) END, '') AS description
FROM counted c LEFT JOIN page p ON true LEFT JOIN catalog.findable_offering o ON o.id = p.id
  LEFT JOIN catalog.count_users(ARRAY(SELECT id FROM page), $21::date) u ON u.offering_id = p.id
ORDER BY p.place
"""
COUNT_MINE = """
SELECT count(*) FILTER (WHERE state = 'published')::int AS published, count(*) FILTER (WHERE draft_version IS NOT NULL)::int AS drafts,
  count(*) FILTER (WHERE state = 'suspended')::int AS suspended
FROM catalog.visible_offering WHERE owner_id = ANY ($1::uuid[])
"""
# $1 words in a row, $2 words
READ_WORDS = """
SELECT 'synonym' AS kind, g AS said, CASE WHEN s.one_way THEN s.finds ELSE s.terms END AS terms
FROM unnest($1::text[]) g JOIN catalog.synonym s ON s.term_keys @> ARRAY[catalog.stem_key(g)]
UNION ALL SELECT 'stem', w, ts_lexize('pg_catalog.german_stem', w) FROM unnest($2::text[]) w
"""
LIST_TERMS = "SELECT DISTINCT t FROM catalog.synonym s, unnest(s.terms || s.finds) t WHERE t !~ '[ -]' ORDER BY t LIMIT 5000"
COUNT_HOLDERS = "SELECT x.place::int AS place, catalog.count_holders(x.atom) AS n FROM unnest($1::text[]) WITH ORDINALITY AS x(atom, place)"
SEPARATOR = "\x1f"


async def understand(conn: Conn, criteria: Criteria) -> Asked:
    """The words of the criteria with their stems, synonyms and (for `parts`) their parts."""
    words = asked_words(criteria.q)
    if not words:
        return Asked()
    stems: dict[str, str | None] = {}
    synonyms: dict[str, list[str]] = {}
    for row in await conn.fetch(READ_WORDS, [] if criteria.exact else grams_of(words), words):
        if row["kind"] == "stem":
            stems[row["said"]] = row["terms"][0] if row["terms"] else None
        else:
            kept = synonyms.setdefault(row["said"], [])
            kept += [t for t in row["terms"] if t not in kept]
    known = await _known_parts(conn, words) if criteria.parts else None
    return build(words, stems, synonyms, known_parts=known, any_word=criteria.any_word)


async def _known_parts(conn: Conn, words: Sequence[str]) -> frozenset[str]:
    candidates = sorted(set().union(*(part_candidates(w) for w in words)) - curated_parts())
    return curated_parts() | (
        await seen_words(conn, candidates[:80]) if candidates else frozenset()
    )


async def find(
    conn: Conn,
    viewer: Viewer,
    criteria: Criteria,
    *,
    after: Sequence[str] | None = None,
    limit: int = 25,
    count: bool = True,
) -> Answer:
    """Hits in order and the counts of every facet; `after` is (sort text, id) of the last one seen."""
    asked = await understand(conn, criteria) if criteria.q else Asked()
    group, number, title = after[0].split(SEPARATOR, 2) if after else (None, None, None)
    groups = list(criteria.attribute_groups.values())
    rows = await conn.fetch(
        FIND, sees_all(viewer), list(viewer.members), asked.query, bool(criteria.q), criteria.view == View.MINE,
        list(criteria.categories) or None, list(criteria.members) or None, list(criteria.bases) or None,
        list(criteria.protections) or None, criteria.certified, list(criteria.routes) or None, list(criteria.leads) or None,
        groups or None, len(criteria.categories) == 1, criteria.order.value,
        group, float(number) if number else None, title, UUID(after[1]) if after else None, limit, conn.today, count,
    )  # fmt: skip
    cells = rows[0]["cells"] if rows else None
    hits = many(Found, [r for r in rows if r["id"] is not None])
    return Answer(hits, _counts(cells or (), list(criteria.attribute_groups)), asked)


def _counts(cells: Sequence[Sequence[Any]], fields: Sequence[str]) -> Counts:
    """Each facet counts what misses nothing, or only its own choice."""
    found: dict[str, dict[str, int]] = {f: {} for f in (*FACETS, "attribute", "total")}
    for facet, key, miss, n in cells:
        if miss == 0 or miss == _own_bit(facet, key or "", fields):
            found[facet][key or ""] = found[facet].get(key or "", 0) + n
    return Counts(
        total=found["total"].get("", 0), categories=_by_id(found["category"]), members=_by_id(found["member"]),
        bases=found["base"], protections=found["protection"], certified=found["certified"].get("true", 0),
        routes=found["route"], leads=found["lead"], attributes=found["attribute"],
    )  # fmt: skip


def _own_bit(facet: str, key: str, fields: Sequence[str]) -> int:
    if facet in FACETS:
        return 1 << FACETS.index(facet)
    name = key.partition("=")[0]
    return 128 << fields.index(name) if facet == "attribute" and name in fields else -1


def _by_id(counts: Mapping[str, int]) -> dict[UUID, int]:
    return {UUID(k): n for k, n in counts.items()}


async def list_found(
    conn: Conn,
    viewer: Viewer,
    criteria: Criteria,
    *,
    after: Sequence[str] | None = None,
    limit: int = 25,
) -> list[Found]:
    """Hits in order; `after` is (sort text, id) of the last one seen."""
    answer = await find(conn, viewer, criteria, after=after, limit=limit, count=False)
    return list(answer.hits)


async def count_facets(conn: Conn, viewer: Viewer, criteria: Criteria) -> Counts:
    """Counts by facet value: each facet under all others, so that a further tick widens its own."""
    return (await find(conn, viewer, criteria, limit=0)).counts


async def count_mine(conn: Conn, viewer: Viewer) -> dict[str, int]:
    """Published, drafts and suspended of the viewer's own house."""
    row = await conn.fetchrow(COUNT_MINE, list(viewer.members))
    return dict(row) if row else {}


async def count_holders(conn: Conn, atoms: Sequence[str]) -> list[int]:
    """How many published offerings the viewer sees for each piece of a query; counts up to 50."""
    rows = await conn.fetch(COUNT_HOLDERS, list(atoms))
    return [r["n"] for r in sorted(rows, key=lambda r: r["place"])]


async def list_terms(conn: Conn) -> list[str]:
    """All terms of the synonyms that are one word: everybody may read them."""
    return [r["t"] for r in await conn.fetch(LIST_TERMS)]
