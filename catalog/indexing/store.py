"""SQL of the index: the face and vector of a head, and the vocabulary behind compounds and spelling."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog.indexing.model import INDEX_VERSION, Learned
from kdnx.db.conn import Conn
from kdnx.db.rows import many

# the face of a head is that of its published version, before the first publication that of the draft
READ_TEXTS = """
SELECT o.id, v.category_id, v.attributes, v.title, v.summary, v.description, concat_ws(' ', m.name, m.short_name, c.name) AS names
FROM catalog.offering o JOIN catalog.offering_version v ON v.offering_id = o.id AND v.version = coalesce(o.published_version, o.draft_version)
  JOIN catalog.category c ON c.id = v.category_id JOIN kdnx.public_member m ON m.id = o.owner_id
WHERE o.id = ANY ($1::uuid[]) ORDER BY o.id
"""
SHOW_FACE = """
UPDATE catalog.offering o SET category_id = v.category_id, title = v.title, title_key = kdnx.sort_key(v.title), summary = v.summary,
  audience_keys = CASE WHEN v.approved_at IS NULL THEN '{}' ELSE v.audience_keys END,
  price_base = p.base, price_per = p.per, price_micro = p.unit_price_micro,
  protection_level = v.protection_level, lead_time_days = v.lead_time_days,
  facet_values = string_to_array(x.facets, chr(31)),
  certified_until = (SELECT max(t.valid_to) FROM catalog.certificate t WHERE t.offering_id = o.id),
  legal_routes = ARRAY(SELECT DISTINCT k || '>' || a.legal_basis FROM catalog.audience a CROSS JOIN LATERAL (
    SELECT 'all' AS k WHERE a.kind = 'all' UNION ALL SELECT 'm:' || i FROM unnest(a.member_ids) i
    UNION ALL SELECT 'l:' || l FROM unnest(a.levels) l UNION ALL SELECT 'r:' || r FROM unnest(a.regions) r) x
    WHERE a.offering_id = v.offering_id AND a.version = v.version ORDER BY 1),
  search = catalog.index_vector(v.title, v.summary, v.description, concat_ws(' ', o.number, o.reference, m.name, m.short_name, c.name,
    array_to_string(v.cpv, ' '), array_to_string(v.leika, ' ')), x.ends, x.body_ends),
  index_version = $3, indexed_names = concat_ws('|', m.name, m.short_name, c.name,
    (SELECT sum(s.version) FROM catalog.category_schema s WHERE s.category_id IN (c.id, '00000000-0000-0000-0000-000000000000')))
FROM unnest($1::uuid[], $2::text[], $5::text[], $4::text[]) AS x(id, ends, body_ends, facets) JOIN catalog.offering_version v ON v.offering_id = x.id
  JOIN catalog.category c ON c.id = v.category_id
  LEFT JOIN LATERAL (SELECT base, per, unit_price_micro FROM catalog.price_item i WHERE i.offering_id = v.offering_id AND i.version = v.version
    ORDER BY i.kind = 'one_off', i.ordinal LIMIT 1) p ON true, kdnx.public_member m
WHERE o.id = x.id AND v.version = coalesce(o.published_version, o.draft_version) AND m.id = o.owner_id
"""
LEARN_WORDS = "SELECT catalog.learn_words($1::text[], $2::text[], $3::bool[], $4)"
KNOWN_PARTS = "SELECT catalog.known_parts($1::text[])"
SEEN_WORDS = "SELECT catalog.seen_words($1::text[])"
NEAR_WORDS = "SELECT $1 AS wanted, n.word, n.shown, n.holders FROM catalog.near_words($1) n"
WORDS_BEGINNING = "SELECT shown FROM catalog.words_beginning($1)"
LIST_STALE = """
SELECT o.id FROM catalog.offering o JOIN kdnx.public_member m ON m.id = o.owner_id
  JOIN (SELECT id, name, (SELECT sum(s.version) FROM catalog.category_schema s
    WHERE s.category_id IN (k.id, '00000000-0000-0000-0000-000000000000')) AS asked FROM catalog.category k OFFSET 0) c ON c.id = o.category_id
WHERE o.index_version <> $1 OR o.indexed_names <> concat_ws('|', m.name, m.short_name, c.name, c.asked) ORDER BY o.id LIMIT $2
"""
SPREAD_WORDS = "SELECT part, holders FROM catalog.spread_words($1)"
# offerings with a compound in whose middle a word begins that was not known when they were indexed
MARK_STALE = """
UPDATE catalog.offering o SET index_version = 0 FROM unnest($1::text[], $2::text[]) AS x(holder, ending)
WHERE o.search @@ x.holder::tsquery AND NOT o.search @@ x.ending::tsquery
"""
LIST_OF_CATEGORY = "SELECT id FROM catalog.offering WHERE category_id = $1 ORDER BY id LIMIT $2"


@dataclass(frozen=True)
class Texts:
    """What is read of an offering to index it."""

    id: UUID
    category_id: UUID
    attributes: dict[str, Any]
    title: str
    summary: str
    description: str
    names: str


async def read_texts(conn: Conn, ids: Sequence[UUID]) -> list[Texts]:
    """The texts of the versions that count."""
    return many(Texts, await conn.fetch(READ_TEXTS, list(ids)))


async def write_faces(conn: Conn, faces: Sequence[tuple[UUID, str, str, list[str]]]) -> int:
    """Bring heads in line with the version that counts.

    `faces` are (id, ends of compounds in title and summary, those of the description, facet values of attributes).
    """
    ids, ends, body_ends, facets = zip(*faces, strict=True)
    return await conn.execute(
        SHOW_FACE,
        list(ids),
        list(ends),
        INDEX_VERSION,
        ["\x1f".join(f) for f in facets],
        list(body_ends),
    )


async def learn_words(conn: Conn, words: Sequence[Learned]) -> None:
    """Remember words that are new."""
    columns = [w.word for w in words], [w.shown for w in words], [w.is_part for w in words]
    await conn.fetchval(LEARN_WORDS, *columns, conn.now)


async def known_parts(conn: Conn, words: Sequence[str]) -> frozenset[str]:
    """Which of these may be parts of compounds; of all offerings, so for the index only."""
    return frozenset(await conn.fetchval(KNOWN_PARTS, list(words)))


async def seen_words(conn: Conn, words: Sequence[str]) -> frozenset[str]:
    """Which of these stand in an offering that the viewer could read."""
    return frozenset(await conn.fetchval(SEEN_WORDS, list(words)))


async def near_words(conn: Conn, word: str) -> list[tuple[str, str, int]]:
    """(word, as written, holders) of similar words in what the viewer could read."""
    return [(r["word"], r["shown"], r["holders"]) for r in await conn.fetch(NEAR_WORDS, word)]


async def words_beginning(conn: Conn, beginning: str) -> list[str]:
    """Up to eight words as written that begin so, of what the viewer could read."""
    return [r["shown"] for r in await conn.fetch(WORDS_BEGINNING, beginning)]


async def list_stale(conn: Conn, limit: int) -> list[UUID]:
    """Offerings indexed by another program or under other names."""
    return [r["id"] for r in await conn.fetch(LIST_STALE, INDEX_VERSION, limit)]


async def list_of_category(conn: Conn, category_id: UUID, limit: int) -> list[UUID]:
    """Offerings of a category."""
    return [r["id"] for r in await conn.fetch(LIST_OF_CATEGORY, category_id, limit)]


async def spread_words(conn: Conn, most: int) -> tuple[int, list[tuple[str, str]]]:
    """How many new words were looked at, and (compound, its end from the new word on); for the due job."""
    rows = await conn.fetch(SPREAD_WORDS, most)
    pairs = [(h, h[h.index(r["part"]) :]) for r in rows for h in r["holders"]]
    return len(rows), [(h, end) for h, end in pairs if h != end]


async def mark_stale(conn: Conn, pairs: Sequence[tuple[str, str]]) -> None:
    """Have the offerings that hold these compounds indexed again."""
    await conn.execute(MARK_STALE, [p[0] for p in pairs], [p[1] for p in pairs])
