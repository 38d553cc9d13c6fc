"""SQL of successions."""

from datetime import date
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.members.model import Plan
from kdnx.text import _

INSERT_PLAN = """
INSERT INTO kdnx.succession_plan (id, predecessor_id, successor_id, effective_on, kind, basis, state, proposed_by, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, 'proposed', $7, $8, $8)
"""
GET_PLAN = "SELECT id, predecessor_id, successor_id, effective_on, kind, basis, state, proposed_by, row_version FROM kdnx.succession_plan WHERE id = $1"
LOCK_PLAN = "SELECT id, predecessor_id, successor_id, effective_on, kind, basis, state, proposed_by, row_version FROM kdnx.succession_plan WHERE id = $1 FOR UPDATE"
LIST_PLANS = """
SELECT id, predecessor_id, successor_id, effective_on, kind, basis, state, proposed_by, row_version FROM kdnx.succession_plan
WHERE state = 'proposed' ORDER BY effective_on, id LIMIT 100
"""
MARK_PLAN = "UPDATE kdnx.succession_plan SET state = $2, row_version = row_version + 1, updated_at = $3 WHERE id = $1"
INSERT_SUCCESSION = """
INSERT INTO kdnx.succession (id, predecessor_id, successor_id, effective_on, kind, basis, decided_by, approved_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
END_MEMBERSHIP = "UPDATE kdnx.membership SET valid_to = $2 WHERE member_id = $1 AND valid_to IS NULL AND valid_from < $2"
BEGIN_MEMBERSHIP = """
INSERT INTO kdnx.membership (member_id, valid_from, reason) SELECT $1, $2, $3
WHERE NOT EXISTS (SELECT 1 FROM kdnx.membership WHERE member_id = $1 AND (valid_to IS NULL OR valid_to > $2)) ON CONFLICT DO NOTHING
"""
END_MEMBER = "UPDATE kdnx.member SET state = 'ended', row_version = row_version + 1, updated_at = $2 WHERE id = $1"
FOLLOWS = "SELECT final_id FROM kdnx.public_final_successor WHERE member_id = $1"
# loop or second end: either side already ended, or the successor itself ends up at the predecessor
HAS_SUCCESSOR = "SELECT EXISTS (SELECT 1 FROM kdnx.succession WHERE predecessor_id = $1)"


async def insert_plan(conn: Conn, plan: Plan) -> None:
    """A proposal."""
    await conn.execute(
        INSERT_PLAN, plan.id, plan.predecessor_id, plan.successor_id, plan.effective_on, plan.kind, plan.basis,
        plan.proposed_by, conn.now,
    )  # fmt: skip


async def get_plan(conn: Conn, plan_id: UUID) -> Plan:
    """One proposal; NotFound otherwise."""
    return one(Plan, await conn.fetchrow(GET_PLAN, plan_id), _("Dieser Vorschlag"))


async def lock_plan(conn: Conn, plan_id: UUID) -> Plan:
    """One proposal, locked."""
    return one(Plan, await conn.fetchrow(LOCK_PLAN, plan_id), _("Dieser Vorschlag"))


async def list_plans(conn: Conn) -> list[Plan]:
    """Open proposals."""
    return many(Plan, await conn.fetch(LIST_PLANS))


async def mark_plan(conn: Conn, plan_id: UUID, state: str) -> None:
    """Carried out or discarded."""
    await conn.execute(MARK_PLAN, plan_id, state, conn.now)


async def insert_succession(
    conn: Conn, plan: Plan, *, decided_by: UUID | None, approved_by: UUID | None
) -> None:
    """The fact that stays."""
    await conn.execute(
        INSERT_SUCCESSION, plan.id, plan.predecessor_id, plan.successor_id, plan.effective_on, plan.kind, plan.basis,
        decided_by, approved_by, conn.now,
    )  # fmt: skip


async def move_membership(
    conn: Conn, predecessor_id: UUID, successor_id: UUID, day: date, reason: str
) -> None:
    """End the one membership and see that the other one runs."""
    await conn.execute(END_MEMBERSHIP, predecessor_id, day)
    await conn.execute(END_MEMBER, predecessor_id, conn.now)
    await conn.execute(BEGIN_MEMBERSHIP, successor_id, day, reason)


async def final_successor(conn: Conn, member_id: UUID) -> UUID:
    """Who the member became in the end (itself when nobody followed)."""
    found: UUID = await conn.fetchval(FOLLOWS, member_id)
    return found


async def has_successor(conn: Conn, member_id: UUID) -> bool:
    """True when somebody already followed this member."""
    return bool(await conn.fetchval(HAS_SUCCESSOR, member_id))
