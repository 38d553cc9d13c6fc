"""SQL of questions: read through the view that hides who asks, written as the parties."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from catalog.questions.model import Question, Row
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.errors import Conflict
from kdnx.text import _

GET_QUESTION = """
SELECT q.*, o.title, o.number FROM catalog.visible_question q LEFT JOIN catalog.visible_offering o ON o.id = q.offering_id WHERE q.id = $1
"""
LIST_OF_OFFERING = """
SELECT q.* FROM catalog.visible_question q WHERE q.offering_id = $1 AND q.state <> 'withdrawn'
ORDER BY q.created_at DESC, q.id DESC LIMIT $2
"""
# $1 view, $2 members, $3 offering
LIST_QUESTIONS = """
SELECT q.*, o.title, o.number FROM catalog.visible_question q LEFT JOIN catalog.visible_offering o ON o.id = q.offering_id
WHERE CASE $1::text WHEN 'received' THEN q.provider_id = ANY ($2::uuid[]) WHEN 'asked' THEN q.owner_id = ANY ($2::uuid[]) ELSE true END
  AND ($3::uuid IS NULL OR q.offering_id = $3)
  AND ($4::timestamptz IS NULL OR (q.created_at, q.id) < ($4, $5::uuid))
ORDER BY q.created_at DESC, q.id DESC LIMIT $6
"""
COUNT_OPEN = """
SELECT count(*)::int FROM catalog.question WHERE provider_id = ANY ($1::uuid[]) AND state IN ('open', 'overdue')
"""
LOCK_QUESTION = "SELECT * FROM catalog.question WHERE id = $1 FOR UPDATE"
INSERT_QUESTION = """
INSERT INTO catalog.question (owner_id, id, offering_id, provider_id, asked_by, state, visibility, is_named, question, due_on, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $10, $10)
"""
MARK_QUESTION = """
UPDATE catalog.question SET state = $4, visibility = $5, is_named = $6, question = $7, answer = $8, public_question = $9, public_answer = $10,
  answered_at = $11, answered_by = $12, row_version = row_version + 1, updated_at = $13
WHERE owner_id = $1 AND id = $2 AND row_version = $3 RETURNING *
"""
LIST_MISSED = """
SELECT * FROM catalog.question WHERE state = 'open' AND due_on < $1 ORDER BY due_on, id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
COUNT_OF_HOUSE = "SELECT count(*)::int FROM catalog.question WHERE $1 IN (owner_id, provider_id)"


async def get_question(conn: Conn, question_id: UUID) -> Question:
    """One question as the viewer may see it; NotFound otherwise."""
    return one(Question, await conn.fetchrow(GET_QUESTION, question_id), _("Diese Frage"))


async def list_of_offering(conn: Conn, offering_id: UUID, limit: int) -> list[Question]:
    """The questions on an offering that the viewer may read, the latest first."""
    return many(Question, await conn.fetch(LIST_OF_OFFERING, offering_id, limit))


async def list_questions(
    conn: Conn,
    members: Sequence[UUID],
    *,
    view: str,
    offering_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Question]:
    """What others ask these members, what they ask, or everything readable; the latest first."""
    at, last = after or (None, None)
    rows = await conn.fetch(LIST_QUESTIONS, view, list(members), offering_id, at, last, limit)
    return many(Question, rows)


async def count_open(conn: Conn, members: Sequence[UUID]) -> int:
    """How many questions wait for an answer of these members."""
    return int(await conn.fetchval(COUNT_OPEN, list(members)))


async def lock_question(conn: Conn, question_id: UUID) -> Row | None:
    """As stored, locked; None where the viewer is no party."""
    found = many(Row, await conn.fetch(LOCK_QUESTION, question_id))
    return found[0] if found else None


async def insert_question(conn: Conn, row: Row) -> None:
    """A new one."""
    await conn.execute(
        INSERT_QUESTION, row.owner_id, row.id, row.offering_id, row.provider_id, row.asked_by, row.visibility, row.is_named,
        row.question, row.due_on, conn.now,
    )  # fmt: skip


async def mark_question(conn: Conn, row: Row) -> Row:
    """Write it; Conflict when it is not the version read."""
    found = await conn.fetchrow(
        MARK_QUESTION, row.owner_id, row.id, row.row_version, row.state, row.visibility, row.is_named, row.question, row.answer,
        row.public_question, row.public_answer, row.answered_at, row.answered_by, conn.now,
    )  # fmt: skip
    if found is None:
        raise Conflict(_("Diese Frage wurde inzwischen geändert."))
    return one(Row, found)


async def list_missed(conn: Conn, today: date, limit: int) -> list[Row]:
    """Open questions whose last day is over, locked."""
    return many(Row, await conn.fetch(LIST_MISSED, today, limit))


async def count_of_house(conn: Conn, member_id: UUID) -> int:
    """How many questions a member asked or was asked."""
    return int(await conn.fetchval(COUNT_OF_HOUSE, member_id))
