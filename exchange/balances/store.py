"""SQL of claim balances and what the houses say to them."""

from datetime import date
from uuid import UUID

from exchange.balances.model import Balance, Confirmation, Turnover
from kdnx.db.conn import Conn
from kdnx.db.rows import many
from kdnx.ids import new_id

NEWEST_ANSWERS = """
SELECT DISTINCT ON (owner_id) owner_id, year, n, answer, payable_cents, receivable_cents, due_cents, owed_cents, entries, reason, answered_by, answered_at
FROM exchange.balance_confirmation WHERE year = $1 ORDER BY owner_id, n DESC
"""
INSERT_ANSWER = """
INSERT INTO exchange.balance_confirmation (owner_id, year, n, id, answer, payable_cents, receivable_cents, due_cents, owed_cents, entries, reason,
  answered_by, answered_at)
SELECT $1, $2, coalesce(max(n), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM exchange.balance_confirmation WHERE owner_id = $1 AND year = $2
"""
CLAIMS = "SELECT member_id, account_kind, why, debit_cents, credit_cents, entries FROM exchange.claim_turnover($1)"
SUCCESSIONS = "SELECT predecessor_id, successor_id, effective_on FROM kdnx.public_succession WHERE kind <> 'split' ORDER BY effective_on"
HUB_ON = "SELECT member_id FROM kdnx.public_hub WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)"
MEMBER_NAMES = "SELECT id, short_name FROM kdnx.public_member ORDER BY sort_key, code"


async def list_claims(conn: Conn, year: int) -> list[Turnover]:
    """Turnover of the claim accounts the viewer answers for, all of them for office and audit."""
    return many(Turnover, await conn.fetch(CLAIMS, year))


async def list_successions(conn: Conn) -> list[tuple[UUID, UUID, date]]:
    """Whole mergers and takeovers, oldest first."""
    return [tuple(r) for r in await conn.fetch(SUCCESSIONS)]


async def hub_on(conn: Conn, day: date) -> UUID | None:
    """The hub of a day."""
    found: UUID | None = await conn.fetchval(HUB_ON, day)
    return found


async def member_names(conn: Conn) -> dict[UUID, str]:
    """Names in German order."""
    return {r["id"]: r["short_name"] for r in await conn.fetch(MEMBER_NAMES)}


async def newest_answers(conn: Conn, year: int) -> dict[UUID, Confirmation]:
    """The newest answer of each house the viewer may read."""
    rows = many(Confirmation, await conn.fetch(NEWEST_ANSWERS, year))
    return {r.owner_id: r for r in rows}


async def insert_answer(
    conn: Conn, year: int, now: Balance, answer: str, reason: str, person: UUID
) -> UUID:
    """Keep what a house says to its balance as the next version; its id."""
    answer_id = new_id()
    await conn.execute(
        INSERT_ANSWER, now.member_id, year, answer_id, answer, now.payable_cents, now.receivable_cents,
        now.due_cents, now.owed_cents, now.entries, reason, person, conn.now,
    )  # fmt: skip
    return answer_id
