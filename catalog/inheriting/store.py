"""SQL that moves running requests and answers to a successor; run as the system, for answers are sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many

RUNNING_REQUESTS = """
SELECT id, title, state, row_version FROM catalog.request WHERE owner_id = $1 AND state IN ('draft', 'open', 'closed') ORDER BY id
"""
LOCK_REQUESTS = """
SELECT id, title, state, row_version FROM catalog.request WHERE owner_id = $1 AND state IN ('draft', 'open', 'closed') ORDER BY id FOR UPDATE
"""
RUNNING_ANSWERS = """
SELECT a.id, a.request_id, r.title, a.state, a.row_version,
  EXISTS (SELECT 1 FROM catalog.request_answer o WHERE o.request_id = a.request_id AND o.owner_id = $2) OR r.owner_id = $2 AS is_double
FROM catalog.request_answer a JOIN catalog.request r ON r.id = a.request_id
WHERE a.owner_id = $1 AND a.state IN ('draft', 'submitted') AND r.state IN ('open', 'closed') ORDER BY a.id
"""
MOVE_REQUESTS = "UPDATE catalog.request SET owner_id = $2, row_version = row_version + 1, updated_at = $3 WHERE id = ANY ($1::uuid[])"
COPY_BUDGETS = """
INSERT INTO catalog.request_budget (owner_id, request_id, budget_cents, created_at, updated_at)
SELECT $2, request_id, budget_cents, created_at, $3 FROM catalog.request_budget WHERE request_id = ANY ($1::uuid[]) AND owner_id <> $2 ON CONFLICT DO NOTHING
"""
COPY_SCORES = """
INSERT INTO catalog.request_score (owner_id, request_id, answer_id, criterion, answer_owner_id, points, is_met, reason, created_at, updated_at)
SELECT $2, request_id, answer_id, criterion, answer_owner_id, points, is_met, reason, created_at, $3 FROM catalog.request_score
WHERE request_id = ANY ($1::uuid[]) AND owner_id <> $2 ON CONFLICT DO NOTHING
"""
# the successor's own answer to what is now its own request has no object any more
READDRESS = """
UPDATE catalog.request_answer SET asker_id = $2, state = CASE WHEN owner_id = $2 THEN 'void' ELSE state END,
  row_version = row_version + 1, updated_at = $3 WHERE request_id = ANY ($1::uuid[])
"""
COPY_HEADS = """
INSERT INTO catalog.request_answer (owner_id, id, request_id, asker_id, state, version, submitted_version, submitted_at, receipt_hash, created_at, updated_at)
SELECT $2, n.new_id, a.request_id, a.asker_id, a.state, a.version, a.submitted_version, a.submitted_at, a.receipt_hash, a.created_at, $5
FROM unnest($3::uuid[], $4::uuid[]) AS n(old_id, new_id) JOIN catalog.request_answer a ON a.owner_id = $1 AND a.id = n.old_id
"""
COPY_VERSIONS = """
INSERT INTO catalog.request_answer_version (owner_id, answer_id, version, summary, conditions, offering_id, offering_version, valid_until, author, created_at)
SELECT $2, n.new_id, v.version, v.summary, v.conditions, v.offering_id, v.offering_version, v.valid_until, v.author, v.created_at
FROM unnest($3::uuid[], $4::uuid[]) AS n(old_id, new_id) JOIN catalog.request_answer_version v ON v.owner_id = $1 AND v.answer_id = n.old_id
"""
COPY_REPLIES = """
INSERT INTO catalog.request_answer_reply (owner_id, answer_id, version, criterion, is_met, said)
SELECT $2, n.new_id, v.version, v.criterion, v.is_met, v.said
FROM unnest($3::uuid[], $4::uuid[]) AS n(old_id, new_id) JOIN catalog.request_answer_reply v ON v.owner_id = $1 AND v.answer_id = n.old_id
"""
COPY_PRICES = """
INSERT INTO catalog.request_answer_price (owner_id, answer_id, version, ordinal, label, item, per, unit_price_micro)
SELECT $2, n.new_id, v.version, v.ordinal, v.label, v.item, v.per, v.unit_price_micro
FROM unnest($3::uuid[], $4::uuid[]) AS n(old_id, new_id) JOIN catalog.request_answer_price v ON v.owner_id = $1 AND v.answer_id = n.old_id
"""
COPY_MARKS = """
INSERT INTO catalog.request_score (owner_id, request_id, answer_id, criterion, answer_owner_id, points, is_met, reason, created_at, updated_at)
SELECT s.owner_id, s.request_id, n.new_id, s.criterion, $1, s.points, s.is_met, s.reason, s.created_at, $4 FROM unnest($2::uuid[], $3::uuid[]) AS n(old_id, new_id)
JOIN catalog.request_score s ON s.answer_id = n.old_id ON CONFLICT DO NOTHING
"""
END_OLD = """
UPDATE catalog.request_answer SET state = 'void', outcome_reason = $3, row_version = row_version + 1, updated_at = $4 WHERE owner_id = $1 AND id = ANY ($2::uuid[])
"""


@dataclass(frozen=True)
class Running:
    """A running request of a member."""

    id: UUID
    title: str
    state: str
    row_version: int


@dataclass(frozen=True)
class RunningAnswer:
    """A running answer; `is_double` when the successor answers or asks itself."""

    id: UUID
    request_id: UUID
    title: str
    state: str
    row_version: int
    is_double: bool


async def list_requests(conn: Conn, member_id: UUID, *, lock: bool = False) -> list[Running]:
    """The member's running requests, held with `lock`."""
    return many(Running, await conn.fetch(LOCK_REQUESTS if lock else RUNNING_REQUESTS, member_id))


async def list_answers(conn: Conn, member_id: UUID, successor_id: UUID) -> list[RunningAnswer]:
    """The member's running answers."""
    return many(RunningAnswer, await conn.fetch(RUNNING_ANSWERS, member_id, successor_id))


async def move_requests(conn: Conn, ids: Sequence[UUID], successor_id: UUID) -> None:
    """The successor asks from now on; budgets and marks come along, answers are addressed to it."""
    for sql in (MOVE_REQUESTS, COPY_BUDGETS, COPY_SCORES, READDRESS):
        await conn.execute(sql, list(ids), successor_id, conn.now)


async def copy_answers(
    conn: Conn, member_id: UUID, successor_id: UUID, pairs: Sequence[tuple[UUID, UUID]]
) -> None:
    """Answers go on under the successor with all versions: (old id, new id)."""
    old, new = [p[0] for p in pairs], [p[1] for p in pairs]
    await conn.execute(COPY_HEADS, member_id, successor_id, old, new, conn.now)
    for sql in (COPY_VERSIONS, COPY_REPLIES, COPY_PRICES):
        await conn.execute(sql, member_id, successor_id, old, new)
    await conn.execute(COPY_MARKS, successor_id, old, new, conn.now)


async def end_answers(conn: Conn, member_id: UUID, ids: Sequence[UUID], reason: str) -> None:
    """The predecessor's answers count no more."""
    await conn.execute(END_OLD, member_id, list(ids), reason, conn.now)
