"""SQL of the journal."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from exchange.journals.model import Account, Entry, Line, Sum
from kdnx.db.conn import Conn
from kdnx.db.rows import many

LIST_LINES = """
SELECT j.key, $1::uuid AS owner_id, j.entry, j.day, j.document, j.text, j.partner, j.net_cents, j.vat_cents, j.rate_pct
FROM exchange.journal_lines($1, $2, $3) j
WHERE $4::date IS NULL OR (j.day, j.document, j.entry, j.key) > ($4, $5::text, $6::text, $7::text)
ORDER BY j.day, j.document, j.entry, j.key LIMIT $8
"""
SUM_LINES = """
SELECT j.entry, count(*)::bigint AS lines, sum(j.net_cents)::bigint AS net_cents, sum(j.vat_cents)::bigint AS vat_cents
FROM exchange.journal_lines($1, $2, $3) j GROUP BY j.entry ORDER BY j.entry LIMIT 100
"""
LIST_ACCOUNTS = "SELECT entry, account, contra, tax_key, row_version FROM exchange.journal_account WHERE owner_id = $1 LIMIT 20"
SAVE_ACCOUNT = """
INSERT INTO exchange.journal_account AS a (owner_id, entry, account, contra, tax_key, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $7, $7)
ON CONFLICT (owner_id, entry) DO UPDATE SET account = EXCLUDED.account, contra = EXCLUDED.contra, tax_key = EXCLUDED.tax_key,
  row_version = a.row_version + 1, updated_at = EXCLUDED.updated_at WHERE a.row_version = $6 RETURNING row_version
"""


After = tuple[date, str, str, str]


async def list_lines(
    conn: Conn, member_id: UUID, first: date, last: date, limit: int, after: After | None = None
) -> list[Line]:
    """A house's lines of a period, both days inclusive, by (day, document, entry, key); without accounts."""
    place = after or (None, None, None, None)
    return many(Line, await conn.fetch(LIST_LINES, member_id, first, last, *place, limit))


async def sum_lines(conn: Conn, member_id: UUID, first: date, last: date) -> list[Sum]:
    """Sums by kind over the whole period, in the order of the table of kinds."""
    rows = {r["entry"]: r for r in await conn.fetch(SUM_LINES, member_id, first, last)}
    return [
        Sum(e, r["lines"], r["net_cents"], r["vat_cents"], r["net_cents"] + r["vat_cents"])
        for e, r in ((e, rows[e.value]) for e in Entry if e.value in rows)
    ]


async def list_accounts(conn: Conn, member_id: UUID) -> Sequence[Account]:
    """What the house keeps."""
    return many(Account, await conn.fetch(LIST_ACCOUNTS, member_id))


async def save_account(conn: Conn, member_id: UUID, a: Account) -> bool:
    """False when somebody saved meanwhile."""
    made = await conn.fetchval(
        SAVE_ACCOUNT, member_id, a.entry, a.account, a.contra, a.tax_key, a.row_version, conn.now
    )
    return made is not None
