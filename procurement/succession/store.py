"""SQL of answers and free demands that go on under a successor."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many
from procurement.responses.model import Response

# what still can change an answer: an open call, or a free demand that nobody has bundled
LIST_RUNNING = """
SELECT r.* FROM procurement.demand_response r LEFT JOIN procurement.demand_call c ON c.id = r.call_id
WHERE r.owner_id = $1 AND r.state IN ('draft', 'awaiting_release', 'submitted')
  AND ((c.state = 'open' AND c.closes_at > $2) OR (r.call_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM procurement.bundle_line b WHERE b.owner_id = r.owner_id AND b.response_id = r.id AND b.is_active)))
ORDER BY r.id
"""
LOCK_RUNNING = """
SELECT r.* FROM procurement.demand_response r LEFT JOIN procurement.demand_call c ON c.id = r.call_id
WHERE r.owner_id = $1 AND r.state IN ('draft', 'awaiting_release', 'submitted')
  AND ((c.state = 'open' AND c.closes_at > $2) OR (r.call_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM procurement.bundle_line b WHERE b.owner_id = r.owner_id AND b.response_id = r.id AND b.is_active)))
ORDER BY r.id FOR UPDATE OF r
"""
LIST_UNINVITED = """
SELECT c.id FROM procurement.demand_call c JOIN procurement.call_invitation i ON i.call_id = c.id AND i.member_id = $1 AND i.invited_at IS NOT NULL
WHERE c.state = 'open' AND c.closes_at > $3
  AND NOT EXISTS (SELECT 1 FROM procurement.call_invitation s WHERE s.call_id = c.id AND s.member_id = $2) ORDER BY c.id
"""
INVITE = """
INSERT INTO procurement.call_invitation (call_id, member_id, lead_id, invited_at)
SELECT c.id, $2, c.lead_id, $3 FROM procurement.demand_call c WHERE c.id = ANY ($1::uuid[]) ON CONFLICT DO NOTHING
"""
INSERT_COPY = """
INSERT INTO procurement.demand_response (owner_id, id, call_id, lead_id, title, state, version, submitted_version, edition, submitted_at, receipt_hash, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $8::int IS NULL THEN 0 ELSE 1 END, CASE WHEN $8::int IS NOT NULL THEN $10::timestamptz END, $9, $10, $10)
"""
COPY_OUTCOMES = """
INSERT INTO procurement.inhouse_match (owner_id, response_id, ordinal, offering_id, offering_version, offering_title, provider_id, outcome, reason, created_at, updated_at)
SELECT $3, $4, h.ordinal, h.offering_id, h.offering_version, h.offering_title, h.provider_id, h.outcome, h.reason, $5, $5
FROM procurement.inhouse_match h WHERE h.owner_id = $1 AND h.response_id = $2 AND h.provider_id <> $3 ON CONFLICT DO NOTHING
"""
REOPEN = """
UPDATE procurement.demand_response SET state = 'draft', return_reason = $3, row_version = row_version + 1, updated_at = $4 WHERE owner_id = $1 AND id = $2
"""
CLOSE_OLD = """
UPDATE procurement.demand_response SET state = 'withdrawn', submitted_version = NULL, return_reason = $3, row_version = row_version + 1, updated_at = $4
WHERE owner_id = $1 AND id = $2
"""


async def list_running(conn: Conn, member_id: UUID) -> list[Response]:
    """The member's answers to open calls and its free demands that nobody has bundled."""
    return many(Response, await conn.fetch(LIST_RUNNING, member_id, conn.now))


async def lock_running(conn: Conn, member_id: UUID) -> list[Response]:
    """The same, locked."""
    return many(Response, await conn.fetch(LOCK_RUNNING, member_id, conn.now))


async def list_uninvited(conn: Conn, predecessor_id: UUID, successor_id: UUID) -> list[UUID]:
    """Open calls that asked the predecessor and not the successor."""
    rows = await conn.fetch(LIST_UNINVITED, predecessor_id, successor_id, conn.now)
    return [r["id"] for r in rows]


async def invite(conn: Conn, call_ids: Sequence[UUID], member_id: UUID) -> None:
    """The member is asked by these calls from now on."""
    await conn.execute(INVITE, list(call_ids), member_id, conn.now)


async def insert_copy(
    conn: Conn, owner_id: UUID, response_id: UUID, old: Response, *, state: str, version: int,
    submitted_version: int | None, receipt_hash: bytes | None,
) -> None:  # fmt: skip
    """The head of an answer as it goes on under another owner."""
    await conn.execute(
        INSERT_COPY, owner_id, response_id, old.call_id, old.lead_id, old.title, state, version,
        submitted_version, receipt_hash, conn.now,
    )  # fmt: skip


async def copy_outcomes(conn: Conn, old: Response, owner_id: UUID, response_id: UUID) -> None:
    """What was said about the members' own offerings goes along, but for what the new owner itself offers."""
    await conn.execute(COPY_OUTCOMES, old.owner_id, old.id, owner_id, response_id, conn.now)


async def reopen(conn: Conn, response: Response, reason: str) -> None:
    """Back to a draft; what was submitted counts until the new version is."""
    await conn.execute(REOPEN, response.owner_id, response.id, reason, conn.now)


async def close_old(conn: Conn, response: Response, reason: str) -> None:
    """The predecessor's answer counts no more; its versions stay."""
    await conn.execute(CLOSE_OLD, response.owner_id, response.id, reason, conn.now)
