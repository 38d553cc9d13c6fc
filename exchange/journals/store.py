"""SQL of the journal."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from exchange.journals.model import Account, Line
from kdnx.db.conn import Conn
from kdnx.db.rows import many

# documents of a house by tax group (an objection takes its document back on its own day), payments and offsets of its settlements
LIST_LINES = """
SELECT * FROM (
SELECT 'invoice|' || i.id || '|' || t.category || '|' || t.rate_pct || x.mark AS key, $1::uuid AS owner_id,
  CASE WHEN i.seller_id = $1 THEN 'sold_' ELSE 'bought_' END || t.category AS entry, x.day, i.number AS document,
  x.word || coalesce(nullif(' zu ' || i.refers_number, ' zu '), '') AS text, m.short_name AS partner,
  x.sign * t.basis_cents AS net_cents, x.sign * t.vat_cents AS vat_cents, t.rate_pct
FROM exchange.invoice i JOIN exchange.invoice_tax t ON t.owner_id = i.owner_id AND t.invoice_id = i.id
  JOIN kdnx.public_member m ON m.id = CASE WHEN i.seller_id = $1 THEN i.buyer_id ELSE i.seller_id END
  CROSS JOIN LATERAL (VALUES (i.issued_on, 1, '', CASE WHEN i.type = '381' THEN 'Rechnungskorrektur' WHEN i.type = '389' THEN 'Gutschrift' ELSE 'Rechnung' END),
    (i.objected_on, -1, '|objected', 'Widerspruch')) x(day, sign, mark, word)
WHERE $1 IN (i.seller_id, i.buyer_id) AND i.state <> 'draft' AND x.day BETWEEN $2 AND $3
UNION ALL
SELECT 'settlement|' || r.id || '|' || l.member_id || '|' || x.entry AS key, $1::uuid AS owner_id, x.entry, r.bank_day AS day, r.number AS document,
  'Ausgleich zum ' || to_char(r.up_to, 'DD.MM.YYYY') AS text, m.short_name AS partner, x.cents AS net_cents, 0::bigint AS vat_cents, NULL::numeric AS rate_pct
FROM exchange.settlement_line l JOIN exchange.settlement_run r ON r.owner_id = l.owner_id AND r.id = l.run_id JOIN kdnx.public_member m ON m.id = r.owner_id
  CROSS JOIN LATERAL (VALUES ('payment_in', l.out_cents), ('payment_out', l.in_cents), ('netting', l.netted_cents)) x(entry, cents)
WHERE l.member_id = $1 AND r.state = 'settled' AND r.bank_day BETWEEN $2 AND $3 AND x.cents <> 0
) j ORDER BY day, document, entry, key LIMIT $4
"""
LIST_ACCOUNTS = "SELECT entry, account, contra, tax_key, row_version FROM exchange.journal_account WHERE owner_id = $1 LIMIT 20"
SAVE_ACCOUNT = """
INSERT INTO exchange.journal_account AS a (owner_id, entry, account, contra, tax_key, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $7, $7)
ON CONFLICT (owner_id, entry) DO UPDATE SET account = EXCLUDED.account, contra = EXCLUDED.contra, tax_key = EXCLUDED.tax_key,
  row_version = a.row_version + 1, updated_at = EXCLUDED.updated_at WHERE a.row_version = $6 RETURNING row_version
"""


async def list_lines(
    conn: Conn, member_id: UUID, first: date, last: date, limit: int
) -> list[Line]:
    """A house's lines of a period, both days inclusive, by day; without accounts."""
    return many(Line, await conn.fetch(LIST_LINES, member_id, first, last, limit))


async def list_accounts(conn: Conn, member_id: UUID) -> Sequence[Account]:
    """What the house keeps."""
    return many(Account, await conn.fetch(LIST_ACCOUNTS, member_id))


async def save_account(conn: Conn, member_id: UUID, a: Account) -> bool:
    """False when somebody saved meanwhile."""
    made = await conn.fetchval(
        SAVE_ACCOUNT, member_id, a.entry, a.account, a.contra, a.tax_key, a.row_version, conn.now
    )
    return made is not None
