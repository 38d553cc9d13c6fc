"""SQL of the synonyms."""

from collections.abc import Sequence
from uuid import UUID

from catalog.synonyms.model import Synonym
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

LIST_SYNONYMS = """
SELECT id, one_way, terms, finds, note, row_version, updated_at FROM catalog.synonym
WHERE ($1 = '' OR EXISTS (SELECT 1 FROM unnest(terms || finds) t WHERE strpos(' ' || trim(catalog.fold(t)), ' ' || $1) > 0))
  AND ($2::text IS NULL OR (kdnx.sort_key(terms[1]) COLLATE "C", id) > ($2, $3::uuid))
ORDER BY kdnx.sort_key(terms[1]) COLLATE "C", id LIMIT $4
"""
GET_SYNONYM = "SELECT id, one_way, terms, finds, note, row_version, updated_at FROM catalog.synonym WHERE id = $1"
SORT_KEY = "SELECT kdnx.sort_key($1)"
INSERT_SYNONYM = """
INSERT INTO catalog.synonym (id, one_way, terms, finds, note, term_keys, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, ARRAY(SELECT DISTINCT catalog.stem_key(t) FROM unnest($3::text[]) t), $6, $6)
"""
WRITE_SYNONYM = """
UPDATE catalog.synonym SET one_way = $3, terms = $4, finds = $5, note = $6, row_version = row_version + 1, updated_at = $7,
  term_keys = ARRAY(SELECT DISTINCT catalog.stem_key(t) FROM unnest($4::text[]) t)
WHERE id = $1 AND row_version = $2
"""
DROP_SYNONYM = "DELETE FROM catalog.synonym WHERE id = $1 AND row_version = $2"
FIND_SAME = """
SELECT terms[1] FROM catalog.synonym WHERE id <> $1 AND one_way = $2
  AND term_keys && ARRAY(SELECT DISTINCT catalog.stem_key(t) FROM unnest($3::text[]) t) ORDER BY terms[1] LIMIT 1
"""


async def list_synonyms(
    conn: Conn, folded: str, *, after: Sequence[str] | None = None, limit: int = 100
) -> list[Synonym]:
    """Groups with a word that begins so ('' for all), by their first term; `after` is (sort key, id)."""
    start = (after[0], UUID(after[1])) if after else (None, None)
    return many(Synonym, await conn.fetch(LIST_SYNONYMS, folded, *start, limit))


async def sort_key(conn: Conn, synonym: Synonym) -> str:
    """Where a group stands in the list."""
    return str(await conn.fetchval(SORT_KEY, synonym.terms[0]))


async def get_synonym(conn: Conn, synonym_id: UUID) -> Synonym:
    """One group; NotFound otherwise."""
    return one(Synonym, await conn.fetchrow(GET_SYNONYM, synonym_id), _("Diese Wortgruppe"))


async def insert_synonym(conn: Conn, s: Synonym) -> None:
    """A new group."""
    await conn.execute(
        INSERT_SYNONYM, s.id, s.one_way, list(s.terms), list(s.finds), s.note, conn.now
    )


async def write_synonym(conn: Conn, s: Synonym) -> bool:
    """New content of a group read at `s.row_version`; False when somebody changed it first."""
    values = s.one_way, list(s.terms), list(s.finds), s.note
    return await conn.execute(WRITE_SYNONYM, s.id, s.row_version, *values, conn.now) == 1


async def drop_synonym(conn: Conn, synonym_id: UUID, row_version: int) -> bool:
    """Take a group away; False when somebody changed it first."""
    return await conn.execute(DROP_SYNONYM, synonym_id, row_version) == 1


async def find_same(conn: Conn, s: Synonym) -> str | None:
    """The first term of another group of the same kind that has one of these terms."""
    found: str | None = await conn.fetchval(FIND_SAME, s.id, s.one_way, list(s.terms))
    return found
