"""Keep what lists show and search in line with the offerings, their names and the words of the catalogue."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from catalog.attributes.model import Schema, facets_of
from catalog.attributes.store import COMMON, list_schemas
from catalog.indexing import store
from catalog.indexing.model import curated_parts, ends_of, learn_from, learn_parts, part_candidates
from kdnx.db.conn import Conn

BATCH, WORDS_AT_ONCE, AT_ONCE = 200, 50, 500


async def show_face(conn: Conn, ids: Sequence[UUID]) -> int:
    """Write face, facets and search vector of these heads; how many there were. Safe to repeat."""
    texts = await store.read_texts(conn, ids)
    if not texts:
        return 0
    learned = learn_from(s for t in texts for s in (t.title, t.summary, t.description, t.names))
    await store.learn_words(conn, learned)
    candidates = set().union(*(part_candidates(w.word) for w in learned))
    # words of the catalogue itself are parts of compounds, beside the curated ones
    known = curated_parts() | await store.known_parts(conn, sorted(candidates))
    await store.learn_words(conn, learn_parts(learned, known))
    schemas = await list_schemas(conn)
    faces = []
    for t in texts:
        ends, body_ends = ends_of((t.title, t.summary), known), ends_of((t.description,), known)
        faces.append((t.id, ends, body_ends, _facets(t, schemas)))
    return await store.write_faces(conn, faces)


def _facets(texts: store.Texts, schemas: Mapping[UUID, Schema]) -> list[str]:
    schema = schemas.get(texts.category_id) or schemas.get(COMMON)
    return facets_of(texts.attributes, schema) if schema else []


async def reindex(conn: Conn, ids: Sequence[UUID]) -> int:
    """Index these offerings again after something around them changed; idempotent, as `show_face`."""
    return await show_face(conn, ids)


async def reindex_category(conn: Conn, category_id: UUID) -> None:
    """A category has a new name: at once when its offerings are few; the due job finds the others by their names."""
    ids = await store.list_of_category(conn, category_id, AT_ONCE + 1)
    if len(ids) <= AT_ONCE:
        await reindex(conn, ids)


async def reindex_stale(conn: Conn) -> int:
    """A batch of offerings that were indexed by another program or under old names; how many."""
    return await reindex(conn, await store.list_stale(conn, BATCH))


async def spread_words(conn: Conn) -> int:
    """Look for new words inside compounds that were indexed before them; how many words."""
    count, pairs = await store.spread_words(conn, WORDS_AT_ONCE)
    if pairs:
        await store.mark_stale(conn, pairs)
    return count
