"""SQL of surveys at work and of the evidence made from them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from catalog.surveys.model import Choice, Frozen, Hit, Survey
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.errors import Conflict
from kdnx.text import _

GET_SURVEY = """
SELECT s.*, (SELECT count(*)::int FROM catalog.survey_hit h WHERE h.owner_id = s.owner_id AND h.survey_id = s.id) AS hits
FROM catalog.visible_survey s WHERE s.id = $1
"""
LOCK_SURVEY = "SELECT row_version FROM catalog.survey WHERE owner_id = $1 AND id = $2 FOR UPDATE"
LIST_DRAFTS = """
SELECT s.*, h.hits, h.decided, h.kept FROM catalog.visible_survey s CROSS JOIN LATERAL (
  SELECT count(*)::int AS hits, (count(*) FILTER (WHERE decision <> 'open'))::int AS decided, (count(*) FILTER (WHERE decision = 'kept'))::int AS kept
  FROM catalog.survey_hit h WHERE h.owner_id = s.owner_id AND h.survey_id = s.id) h
WHERE s.state = 'draft' ORDER BY s.updated_at DESC, s.id DESC LIMIT 100
"""
# the drafts of the house whose hits hold all of these offerings
LIST_HOLDING = """
SELECT s.*, 0 AS hits FROM catalog.visible_survey s WHERE s.state = 'draft' AND $1::uuid[] <@ ARRAY(
  SELECT h.offering_id FROM catalog.survey_hit h WHERE h.owner_id = s.owner_id AND h.survey_id = s.id)
ORDER BY s.updated_at DESC, s.id DESC LIMIT 20
"""
INSERT_SURVEY = """
INSERT INTO catalog.survey (owner_id, id, title, state, query, stage, searched_at, compared, quantities, started_by, created_at, updated_at, corrected)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $7, $7, $11)
"""
MARK_SURVEY = """
UPDATE catalog.survey SET title = $4, state = $5, remark = $6, searched_at = $7, stage = $8, compared = $9, quantities = $10,
  row_version = row_version + 1, updated_at = $11, corrected = $12
WHERE owner_id = $1 AND id = $2 AND row_version = $3 RETURNING row_version
"""
LIST_HITS = """
SELECT h.offering_id, h.ordinal, h.version, h.decision, h.reason, h.note, o.title, o.number, o.summary, o.owner_id AS provider_id,
  o.price_base, o.price_per, o.price_micro, CASE WHEN o.state = 'published' THEN o.published_version END AS now_version
FROM catalog.survey_hit h LEFT JOIN catalog.visible_offering o ON o.id = h.offering_id
WHERE h.owner_id = $1 AND h.survey_id = $2 ORDER BY h.ordinal LIMIT 1000
"""
DROP_HITS = "DELETE FROM catalog.survey_hit WHERE owner_id = $1 AND survey_id = $2"
INSERT_HITS = """
INSERT INTO catalog.survey_hit (owner_id, survey_id, offering_id, ordinal, version, decision, reason, note)
SELECT $1, $2, x.offering, x.ordinal, x.version, x.decision, x.reason, x.note
FROM unnest($3::uuid[], $4::int[], $5::int[], $6::text[], $7::text[], $8::text[]) AS x(offering, ordinal, version, decision, reason, note)
"""
DECIDE = """
UPDATE catalog.survey_hit h SET decision = x.decision, reason = x.reason, note = x.note
FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) AS x(offering, decision, reason, note)
WHERE h.owner_id = $1 AND h.survey_id = $2 AND h.offering_id = x.offering
"""
INSERT_FROZEN = """
INSERT INTO catalog.frozen_search (owner_id, id, number, title, frozen_at, frozen_by, hits, kept, content, sha256)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
GET_FROZEN = "SELECT * FROM catalog.visible_frozen_search WHERE id = $1"
LIST_FROZEN = """
SELECT owner_id, id, number, title, frozen_at, frozen_by, frozen_by_name, hits, kept, sha256 FROM catalog.visible_frozen_search
WHERE ($1 = '' OR position(lower($1) IN lower(title || ' ' || number)) > 0)
  AND ($2::timestamptz IS NULL OR (frozen_at, id) < ($2, $3::uuid)) ORDER BY frozen_at DESC, id DESC LIMIT $4
"""
STILL_VISIBLE = "SELECT id FROM catalog.visible_offering WHERE id = ANY ($1::uuid[]) AND published_version IS NOT NULL"
COUNT_OF_HOUSE = """
SELECT (SELECT count(*)::int FROM catalog.survey WHERE owner_id = $1 AND state = 'draft') AS drafts,
  (SELECT count(*)::int FROM catalog.frozen_search WHERE owner_id = $1) AS frozen
"""


async def get_survey(conn: Conn, survey_id: UUID) -> Survey:
    """The head of a survey of the viewer's house; NotFound otherwise."""
    return one(Survey, await conn.fetchrow(GET_SURVEY, survey_id), _("Diese Markterkundung"))


async def lock_survey(conn: Conn, survey: Survey) -> int:
    """Its row version, locked until the end of the transaction."""
    return int(await conn.fetchval(LOCK_SURVEY, survey.owner_id, survey.id) or 0)


async def list_drafts(conn: Conn) -> list[Survey]:
    """What the house has at work, the latest first."""
    return many(Survey, await conn.fetch(LIST_DRAFTS))


async def list_holding(conn: Conn, ids: Sequence[UUID]) -> list[Survey]:
    """Drafts of the house among whose hits all of these offerings are."""
    return many(Survey, await conn.fetch(LIST_HOLDING, list(ids)))


async def insert_survey(conn: Conn, s: Survey) -> None:
    """A new draft."""
    await conn.execute(
        INSERT_SURVEY, s.owner_id, s.id, s.title, s.state, None if s.query is None else dict(s.query), s.stage,
        s.searched_at, list(s.compared), dict(s.quantities), s.started_by, s.corrected,
    )  # fmt: skip


async def mark_survey(conn: Conn, s: Survey) -> int:
    """Write the head; the new row version. Conflict when it is not the version read."""
    found = await conn.fetchval(
        MARK_SURVEY, s.owner_id, s.id, s.row_version, s.title, s.state, s.remark, s.searched_at, s.stage,
        list(s.compared), dict(s.quantities), conn.now, s.corrected,
    )  # fmt: skip
    if found is None:
        raise Conflict(_("Diese Markterkundung wurde inzwischen geändert."))
    return int(found)


async def list_hits(conn: Conn, survey: Survey) -> list[Hit]:
    """Every hit with its decision and the offering as it stands."""
    return many(Hit, await conn.fetch(LIST_HITS, survey.owner_id, survey.id))


async def write_hits(conn: Conn, survey: Survey, hits: Sequence[Hit]) -> None:
    """Replace the hits."""
    await conn.execute(DROP_HITS, survey.owner_id, survey.id)
    await conn.execute(
        INSERT_HITS, survey.owner_id, survey.id, [h.offering_id for h in hits], [h.ordinal for h in hits],
        [h.version for h in hits], [h.decision for h in hits], [h.reason for h in hits], [h.note for h in hits],
    )  # fmt: skip


async def decide(conn: Conn, survey: Survey, choices: Sequence[Choice]) -> None:
    """Write what was decided; offerings that are no hits are left out."""
    await conn.execute(
        DECIDE, survey.owner_id, survey.id, [c.offering_id for c in choices], [c.decision.value for c in choices],
        [c.reason.value if c.reason else None for c in choices], [c.note for c in choices],
    )  # fmt: skip


async def insert_frozen(conn: Conn, f: Frozen) -> None:
    """The evidence, for ever."""
    await conn.execute(
        INSERT_FROZEN, f.owner_id, f.id, f.number, f.title, f.frozen_at, f.frozen_by, f.hits, f.kept, f.content, f.sha256
    )  # fmt: skip


async def get_frozen(conn: Conn, survey_id: UUID) -> Frozen:
    """The evidence of the viewer's house (audit: of every house); NotFound otherwise."""
    return one(Frozen, await conn.fetchrow(GET_FROZEN, survey_id), _("Diese Markterkundung"))


async def find_frozen(conn: Conn, survey_id: UUID) -> Frozen | None:
    """The same, or None."""
    found = many(Frozen, await conn.fetch(GET_FROZEN, survey_id))
    return found[0] if found else None


async def list_frozen(
    conn: Conn, text: str, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[Frozen]:
    """Evidence without its content, the latest first."""
    at, last = after or (None, None)
    return many(Frozen, await conn.fetch(LIST_FROZEN, text, at, last, limit))


async def still_visible(conn: Conn, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these offerings the viewer may still open."""
    return {r["id"] for r in await conn.fetch(STILL_VISIBLE, list(ids))}


async def count_of_house(conn: Conn, member_id: UUID) -> tuple[int, int]:
    """How many drafts and how much evidence a member has."""
    row = await conn.fetchrow(COUNT_OF_HOUSE, member_id)
    return (row["drafts"], row["frozen"]) if row else (0, 0)
