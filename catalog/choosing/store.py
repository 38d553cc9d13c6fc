"""SQL of the marks an asking house gives, and of the frozen evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from catalog.choosing.model import Score
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

LIST_SCORES = """
SELECT answer_id, criterion, points, is_met, reason FROM catalog.request_score WHERE request_id = $1 ORDER BY answer_id, criterion LIMIT 5000
"""
SAVE_SCORES = """
INSERT INTO catalog.request_score (owner_id, request_id, answer_id, answer_owner_id, criterion, points, is_met, reason, created_at, updated_at)
SELECT $1, $2, a, o, c, p, m, w, $9, $9 FROM unnest($3::uuid[], $4::uuid[], $5::int[], $6::numeric[], $7::bool[], $8::text[]) AS z(a, o, c, p, m, w)
ON CONFLICT (owner_id, request_id, answer_id, criterion) DO UPDATE SET points = excluded.points, is_met = excluded.is_met, reason = excluded.reason,
  row_version = request_score.row_version + 1, updated_at = excluded.updated_at
"""
INSERT_EVIDENCE = """
INSERT INTO catalog.request_evidence (owner_id, request_id, body, hash, created_at) VALUES ($1, $2, $3, $4, $5)
"""
GET_EVIDENCE = "SELECT body, hash, created_at FROM catalog.request_evidence WHERE request_id = $1 ORDER BY created_at LIMIT 1"


@dataclass(frozen=True)
class Evidence:
    """The frozen record of a decision: canonical JSON, its SHA-256, when."""

    body: str
    hash: bytes
    created_at: datetime


async def list_scores(conn: Conn, request_id: UUID) -> list[Score]:
    """The marks that the viewer may see: the asking house all, an answering one its own after the decision."""
    return many(Score, await conn.fetch(LIST_SCORES, request_id))


async def save_scores(
    conn: Conn, owner_id: UUID, request_id: UUID, rows: Sequence[tuple[UUID, Score]]
) -> None:
    """Marks with the member each answer is from; saying it again replaces it."""
    if rows:
        scores = [s for _owner, s in rows]
        await conn.execute(
            SAVE_SCORES, owner_id, request_id, [s.answer_id for s in scores], [o for o, _s in rows],
            [s.criterion for s in scores], [s.points for s in scores], [s.is_met for s in scores],
            [s.reason for s in scores], conn.now,
        )  # fmt: skip


async def insert_evidence(
    conn: Conn, owner_id: UUID, request_id: UUID, body: str, proof: bytes
) -> None:
    """Freeze it; there is no changing it."""
    await conn.execute(INSERT_EVIDENCE, owner_id, request_id, body, proof, conn.now)


async def get_evidence(conn: Conn, request_id: UUID) -> Evidence:
    """The frozen record; NotFound where there is none or the viewer may not read it."""
    return one(Evidence, await conn.fetchrow(GET_EVIDENCE, request_id), _("Diese Niederschrift"))
