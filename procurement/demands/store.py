"""SQL of demand calls, positions, invitations and what everybody may know of the answers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.text import _
from procurement.demands.model import DemandCall, Invitation, Position, Total

GET_CALL = """
SELECT c.*, m.short_name AS lead_name, coalesce(v.answered, 0) AS answered, coalesce(v.invited, 0) AS invited,
  EXISTS (SELECT 1 FROM procurement.call_invitation i WHERE i.call_id = c.id AND i.member_id = ANY ($2::uuid[]) AND i.invited_at IS NOT NULL) AS is_invited,
  (SELECT r.state FROM procurement.demand_response r WHERE r.call_id = c.id AND r.owner_id = $3) AS my_state
FROM procurement.demand_call c JOIN kdnx.public_member m ON m.id = c.lead_id LEFT JOIN procurement.public_call_coverage v ON v.call_id = c.id
WHERE c.id = $1
"""
LOCK_CALL = "SELECT c.*, '' AS lead_name FROM procurement.demand_call c WHERE c.id = $1 FOR UPDATE"
FIND_CALL_IDS = "SELECT number, id FROM procurement.demand_call WHERE number = ANY ($1::text[])"
LIST_CALLS = """
SELECT c.*, m.short_name AS lead_name, coalesce(v.answered, 0) AS answered, coalesce(v.invited, 0) AS invited,
  EXISTS (SELECT 1 FROM procurement.call_invitation i WHERE i.call_id = c.id AND i.member_id = ANY ($1::uuid[]) AND i.invited_at IS NOT NULL) AS is_invited,
  (SELECT r.state FROM procurement.demand_response r WHERE r.call_id = c.id AND r.owner_id = $2) AS my_state
FROM procurement.demand_call c JOIN kdnx.public_member m ON m.id = c.lead_id LEFT JOIN procurement.public_call_coverage v ON v.call_id = c.id
WHERE ($3::text = '' OR c.state = $3)
  AND ($4::text = '' OR kdnx.sort_key(c.title) LIKE '%' || kdnx.sort_key($4) || '%' OR upper(c.number) = upper($4))
  AND ($5::timestamptz IS NULL OR (c.closes_at, c.id) < ($5, $6::uuid))
ORDER BY c.closes_at DESC, c.id DESC LIMIT $7
"""
COUNT_STATES = "SELECT state, count(*)::int AS n FROM procurement.demand_call GROUP BY state"
INSERT_CALL = """
INSERT INTO procurement.demand_call (id, lead_id, title, description, audience, binding, first_year, last_year, closes_at, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'draft', $10, $10)
"""
UPDATE_HEAD = """
UPDATE procurement.demand_call SET title = $2, description = $3, audience = $4, binding = $5, first_year = $6, last_year = $7, closes_at = $8,
  row_version = row_version + 1, updated_at = $9 WHERE id = $1 AND state = 'draft' AND row_version = $10
"""
TOUCH_CALL = "UPDATE procurement.demand_call SET row_version = row_version + 1, updated_at = $2 WHERE id = $1"
MARK_STATE = """
UPDATE procurement.demand_call SET state = $2, row_version = row_version + 1, updated_at = $3,
  closed_at = CASE WHEN $2 = 'closed' THEN coalesce(closed_at, $3) ELSE closed_at END, cancel_reason = coalesce($4, cancel_reason) WHERE id = $1
"""
MARK_ANNOUNCED = """
UPDATE procurement.demand_call SET state = 'open', number = $2, announced_at = $3, first_closes_at = closes_at,
  row_version = row_version + 1, updated_at = $3 WHERE id = $1
"""
MARK_EXTENDED = """
UPDATE procurement.demand_call SET closes_at = $2, extension_reason = $3, row_version = row_version + 1, updated_at = $4 WHERE id = $1
"""
LIST_POSITIONS = "SELECT * FROM procurement.call_position WHERE call_id = ANY ($1::uuid[]) ORDER BY call_id, ordinal"
INSERT_POSITION = """
INSERT INTO procurement.call_position (call_id, ordinal, title, cpv, unit, spec, spec_hash)
SELECT $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6 FROM procurement.call_position WHERE call_id = $1 RETURNING ordinal
"""
DELETE_POSITION = "DELETE FROM procurement.call_position WHERE call_id = $1 AND ordinal = $2"
LIST_TOTALS = """
SELECT ordinal, is_shown, members, qty_min, qty_expected, qty_max FROM procurement.public_position_total WHERE call_id = $1 ORDER BY ordinal
"""
LIST_INVITATIONS = """
SELECT i.member_id, m.code, m.short_name AS name, i.invited_at, i.reminded_at, i.reminders, r.state AS response_state, r.submitted_at
FROM procurement.call_invitation i JOIN kdnx.public_member m ON m.id = i.member_id
LEFT JOIN procurement.demand_response r ON r.call_id = i.call_id AND r.owner_id = i.member_id
WHERE i.call_id = $1 ORDER BY m.sort_key, m.code
"""
DELETE_INVITATIONS = (
    "DELETE FROM procurement.call_invitation WHERE call_id = $1 AND invited_at IS NULL"
)
INSERT_INVITATIONS = """
INSERT INTO procurement.call_invitation (call_id, member_id, lead_id)
SELECT $1, m.id, $2 FROM kdnx.public_member m WHERE m.state = 'active' AND ($3::uuid[] IS NULL OR m.id = ANY ($3)) ON CONFLICT DO NOTHING
"""
MARK_INVITED = "UPDATE procurement.call_invitation SET invited_at = $2 WHERE call_id = $1"
MARK_REMINDED = """
UPDATE procurement.call_invitation i SET reminded_at = $2, reminders = reminders + 1 WHERE i.call_id = $1
  AND NOT EXISTS (SELECT 1 FROM procurement.demand_response r WHERE r.call_id = i.call_id AND r.owner_id = i.member_id AND r.submitted_version IS NOT NULL)
  AND ($3::int IS NULL OR i.reminders < $3) RETURNING i.member_id
"""
MARK_MISSED = """
UPDATE procurement.demand_response SET state = CASE WHEN submitted_version IS NULL THEN 'missed' ELSE 'submitted' END,
  row_version = row_version + 1, updated_at = $2
WHERE call_id = $1 AND state IN ('draft', 'awaiting_release') RETURNING owner_id, id, state, row_version
"""
DUE_CALLS = "SELECT id FROM procurement.demand_call WHERE state = 'open' AND closes_at <= $1 ORDER BY closes_at, id LIMIT 20"
OPEN_CALLS = "SELECT c.*, '' AS lead_name FROM procurement.demand_call c WHERE c.state = 'open' AND c.closes_at > $1 AND c.closes_at <= $2 ORDER BY c.id"


async def get_call(
    conn: Conn, call_id: UUID, *, members: Sequence[UUID], member_id: UUID | None
) -> DemandCall:
    """One call the viewer may see, with coverage and the own answer's state; NotFound otherwise."""
    return one(
        DemandCall,
        await conn.fetchrow(GET_CALL, call_id, list(members), member_id),
        _("Diese Bedarfsabfrage"),
    )


async def lock_call(conn: Conn, call_id: UUID) -> DemandCall:
    """The call, held until the end of the transaction (releases of answers wait); NotFound otherwise."""
    return one(DemandCall, await conn.fetchrow(LOCK_CALL, call_id), _("Diese Bedarfsabfrage"))


async def find_call_ids(conn: Conn, numbers: Sequence[str]) -> dict[str, UUID]:
    """Visible calls by number."""
    return {r["number"]: r["id"] for r in await conn.fetch(FIND_CALL_IDS, list(numbers))}


async def list_calls(
    conn: Conn, *, members: Sequence[UUID], member_id: UUID | None, state: str, text: str,
    after: tuple[datetime, UUID] | None, limit: int,
) -> list[DemandCall]:  # fmt: skip
    """Calls the viewer may see, latest deadline first."""
    at, last = after or (None, None)
    return many(
        DemandCall,
        await conn.fetch(LIST_CALLS, list(members), member_id, state, text, at, last, limit),
    )


async def count_states(conn: Conn) -> dict[str, int]:
    """How many visible calls stand in each state."""
    return {r["state"]: r["n"] for r in await conn.fetch(COUNT_STATES)}


async def insert_call(
    conn: Conn, call_id: UUID, lead_id: UUID, *, title: str, description: str, audience: str, binding: str,
    first_year: int, last_year: int, closes_at: datetime,
) -> None:  # fmt: skip
    """A new draft."""
    await conn.execute(
        INSERT_CALL,
        call_id,
        lead_id,
        title,
        description,
        audience,
        binding,
        first_year,
        last_year,
        closes_at,
        conn.now,
    )


async def update_head(
    conn: Conn, call_id: UUID, row_version: int, *, title: str, description: str, audience: str, binding: str,
    first_year: int, last_year: int, closes_at: datetime,
) -> bool:  # fmt: skip
    """Change a draft's head; False when another version stands there."""
    done = await conn.execute(
        UPDATE_HEAD,
        call_id,
        title,
        description,
        audience,
        binding,
        first_year,
        last_year,
        closes_at,
        conn.now,
        row_version,
    )
    return done == 1


async def touch_call(conn: Conn, call_id: UUID) -> None:
    """A part of the call changed: count its version up."""
    await conn.execute(TOUCH_CALL, call_id, conn.now)


async def mark_state(conn: Conn, call_id: UUID, state: str, reason: str | None = None) -> None:
    """The new state; `reason` of a cancellation."""
    await conn.execute(MARK_STATE, call_id, state, conn.now, reason)


async def mark_announced(conn: Conn, call_id: UUID, number: str) -> None:
    """Open since now, under this number."""
    await conn.execute(MARK_ANNOUNCED, call_id, number, conn.now)


async def mark_extended(conn: Conn, call_id: UUID, closes_at: datetime, reason: str) -> None:
    """The later deadline and why."""
    await conn.execute(MARK_EXTENDED, call_id, closes_at, reason, conn.now)


async def list_positions(conn: Conn, call_ids: Sequence[UUID]) -> list[Position]:
    """Positions of these calls in their order."""
    return many(Position, await conn.fetch(LIST_POSITIONS, list(call_ids)))


async def insert_position(
    conn: Conn, call_id: UUID, *, title: str, cpv: str, unit: str, spec: str, spec_hash: bytes
) -> int:
    """Append a position; its ordinal."""
    ordinal: int = await conn.fetchval(INSERT_POSITION, call_id, title, cpv, unit, spec, spec_hash)
    return ordinal


async def delete_position(conn: Conn, call_id: UUID, ordinal: int) -> int:
    """Drop a position of a draft; how many there were."""
    return await conn.execute(DELETE_POSITION, call_id, ordinal)


async def list_totals(conn: Conn, call_id: UUID) -> dict[int, Total]:
    """Totals by position; figures only where at least three members need it."""
    return {t.ordinal: t for t in many(Total, await conn.fetch(LIST_TOTALS, call_id))}


async def list_invitations(conn: Conn, call_id: UUID) -> list[Invitation]:
    """Who is invited and how far; row security leaves others than the lead only their own row."""
    return many(Invitation, await conn.fetch(LIST_INVITATIONS, call_id))


async def replace_invitations(
    conn: Conn, call_id: UUID, lead_id: UUID, members: Sequence[UUID] | None
) -> int:
    """Plan the invitations of a draft anew: these active members, or all (None); how many."""
    await conn.execute(DELETE_INVITATIONS, call_id)
    return await conn.execute(
        INSERT_INVITATIONS, call_id, lead_id, None if members is None else list(members)
    )


async def mark_invited(conn: Conn, call_id: UUID) -> None:
    """The invitations went out now."""
    await conn.execute(MARK_INVITED, call_id, conn.now)


async def mark_reminded(conn: Conn, call_id: UUID, below: int | None) -> list[UUID]:
    """Count a reminder to members without an answer (and fewer than `below` so far); who they are."""
    return [r["member_id"] for r in await conn.fetch(MARK_REMINDED, call_id, conn.now, below)]


async def mark_missed(conn: Conn, call_id: UUID) -> list[tuple[UUID, UUID, str, int]]:
    """Unfinished answers end: missed, or back to what was submitted before; (owner, id, state, version)."""
    rows = await conn.fetch(MARK_MISSED, call_id, conn.now)
    return [(r["owner_id"], r["id"], r["state"], r["row_version"]) for r in rows]


async def list_due_calls(conn: Conn) -> list[UUID]:
    """Open calls whose deadline has passed."""
    return [r["id"] for r in await conn.fetch(DUE_CALLS, conn.now)]


async def list_ending_calls(conn: Conn, until: datetime) -> list[DemandCall]:
    """Open calls that end up to an instant."""
    return many(DemandCall, await conn.fetch(OPEN_CALLS, conn.now, until))


async def find_call(conn: Conn, call_id: UUID) -> DemandCall | None:
    """The call without what depends on the viewer, or None."""
    return maybe(DemandCall, await conn.fetchrow(GET_CALL, call_id, [], None))
