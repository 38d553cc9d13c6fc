"""SQL of reminders: who has not declared, and what was sent."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn

# of the houses asked for, those whose year is signed
DECLARED = "SELECT owner_id FROM exchange.declaration WHERE year = $1 AND state = 'signed' AND owner_id = ANY ($2::uuid[]) LIMIT 5000"
OPEN_ONES = "SELECT owner_id FROM exchange.declaration WHERE year = $1 AND state = 'signed_once' AND owner_id = ANY ($2::uuid[]) LIMIT 5000"
ENTERED = "SELECT cooperation_id, owner_id, state FROM exchange.cooperation_year WHERE year = $1 AND state IN ('entered', 'signed') LIMIT 20000"
MARK_SENT = """
INSERT INTO exchange.declaration_reminder (owner_id, object_id, year, stage, sent_at)
SELECT o, k, $3, $4, $5 FROM unnest($1::uuid[], $2::uuid[]) x(o, k) ON CONFLICT DO NOTHING RETURNING owner_id, object_id
"""


async def declared(conn: Conn, year: int, members: Sequence[UUID]) -> set[UUID]:
    """The houses whose declaration of the year is signed."""
    return {r["owner_id"] for r in await conn.fetch(DECLARED, year, list(members))}


async def half_signed(conn: Conn, year: int, members: Sequence[UUID]) -> set[UUID]:
    """The houses whose declaration waits for its second signature."""
    return {r["owner_id"] for r in await conn.fetch(OPEN_ONES, year, list(members))}


async def entered(conn: Conn, year: int) -> dict[tuple[UUID, UUID], set[str]]:
    """The states of the amounts of a year by cooperation and house."""
    found: dict[tuple[UUID, UUID], set[str]] = {}
    for r in await conn.fetch(ENTERED, year):
        found.setdefault((r["cooperation_id"], r["owner_id"]), set()).add(r["state"])
    return found


async def mark_sent(
    conn: Conn, pairs: Sequence[tuple[UUID, UUID]], year: int, stage: int
) -> set[tuple[UUID, UUID]]:
    """Remember that (house, object) is reminded of the year at this stage; those that were not before."""
    rows = await conn.fetch(
        MARK_SENT, [p[0] for p in pairs], [p[1] for p in pairs], year, stage, conn.now
    )
    return {(r["owner_id"], r["object_id"]) for r in rows}
