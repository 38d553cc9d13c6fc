"""SQL of the ledger: the one way to post, reading, proof, cuts."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from exchange.ledger.model import AccountKind, Break, NewTransfer, account_id
from kdnx.db.conn import Conn
from kdnx.db.rows import many

POST = """
SELECT CASE WHEN exchange.open_accounts($20, $21, $22, $1) >= 0
  THEN exchange.post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) END
"""
CLOSED_THROUGH = """
SELECT coalesce(max(year * 100 + month), 0) FROM exchange.period WHERE state IN ('closed', 'locked')
"""
# the year's own row is month 13
GATE_STATES = """
SELECT coalesce((SELECT state FROM exchange.period WHERE year = $1 AND month = 13), 'open') AS year_state,
  coalesce((SELECT state FROM exchange.period WHERE year = $1 AND month = $2), 'open') AS month_state
"""
LIST_TRANSFERS = """
SELECT t.owner_id, t.seq, t.id, t.kind, t.leg, t.debit_id, t.credit_id, t.cents, t.sign, t.book_year, t.book_month,
  t.service_year, t.service_month, t.recipient_id, t.category_id, t.offering_id, t.source, t.source_id,
  t.recorded_at, t.hash, p.short_name AS provider_name, r.short_name AS recipient_name,
  d.kind AS debit_kind, dm.short_name AS debit_member, c.kind AS credit_kind, cm.short_name AS credit_member
FROM exchange.transfer t
JOIN exchange.account d ON d.id = t.debit_id JOIN exchange.account c ON c.id = t.credit_id
LEFT JOIN kdnx.public_member p ON p.id = t.owner_id LEFT JOIN kdnx.public_member r ON r.id = t.recipient_id
LEFT JOIN kdnx.public_member dm ON dm.id = d.member_id LEFT JOIN kdnx.public_member cm ON cm.id = c.member_id
WHERE ($1::uuid[] IS NULL OR t.owner_id = ANY ($1) OR t.recipient_id = ANY ($1))
  AND ($2::uuid IS NULL OR t.owner_id = $2) AND ($3::uuid IS NULL OR t.recipient_id = $3)
  AND ($4::int IS NULL OR t.service_year = $4) AND ($5::text IS NULL OR t.kind = $5)
  AND ($6::uuid IS NULL OR t.source_id = $6)
  AND ($7::timestamptz IS NULL OR (t.recorded_at, t.owner_id, t.seq) < ($7, $8, $9))
ORDER BY t.recorded_at DESC, t.owner_id DESC, t.seq DESC LIMIT $10
"""
FIND_PLACE = (
    "SELECT recorded_at, owner_id, seq FROM exchange.transfer WHERE owner_id = $1 AND id = $2"
)
SUM_TRANSFERS = """
SELECT count(*)::bigint AS rows, coalesce(sum(t.sign * t.cents) FILTER (WHERE t.kind = 'supply'), 0)::bigint AS supply_cents,
  coalesce(sum(t.sign * t.cents) FILTER (WHERE t.kind = 'surcharge'), 0)::bigint AS surcharge_cents
FROM exchange.transfer t
WHERE ($1::uuid[] IS NULL OR t.owner_id = ANY ($1) OR t.recipient_id = ANY ($1))
  AND ($2::uuid IS NULL OR t.owner_id = $2) AND ($3::uuid IS NULL OR t.recipient_id = $3)
  AND ($4::int IS NULL OR t.service_year = $4) AND ($5::text IS NULL OR t.kind = $5)
  AND ($6::uuid IS NULL OR t.source_id = $6)
  AND ($7::timestamptz IS NULL OR (t.recorded_at, t.owner_id, t.seq) < ($7, $8, $9))
"""
PAIR_SUMS = """
SELECT t.owner_id AS provider_id, t.recipient_id, t.kind, sum(t.sign * t.cents)::bigint AS cents, count(*)::bigint AS rows
FROM exchange.transfer t
WHERE ((t.owner_id = $1 AND t.recipient_id = $2) OR (t.owner_id = $2 AND t.recipient_id = $1))
  AND ($3::int IS NULL OR t.service_year = $3)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
LIST_BALANCES = """
SELECT a.id, a.kind, a.member_id, m.short_name AS member_name, coalesce(sum(e.cents), 0)::bigint AS cents
FROM exchange.account a JOIN exchange.entry e ON e.account_id = a.id JOIN kdnx.public_member m ON m.id = a.member_id
WHERE $1::uuid[] IS NULL OR a.member_id = ANY ($1)
GROUP BY a.id, a.kind, a.member_id, m.short_name ORDER BY a.kind, m.short_name, a.id LIMIT 1000
"""
LIST_HEADS = """
SELECT owner_id, seq, hash FROM exchange.chain_head WHERE $1::uuid[] IS NULL OR owner_id = ANY ($1) ORDER BY owner_id
"""
# the hash is proved below the window, which then carries five columns instead of twenty (OFFSET 0 keeps it there)
CHECK_CHAIN = """
SELECT count(*)::bigint AS rows, coalesce(max(seq), 0) AS last_seq, min(seq) FILTER (WHERE NOT seq_ok) AS seq,
  min(seq) FILTER (WHERE NOT prev_ok) AS prev, min(seq) FILTER (WHERE NOT hash_ok) AS hash
FROM (SELECT seq, hash_ok, prev = coalesce(lag(hash) OVER chain, exchange.chain_start(owner_id)) AS prev_ok, seq = coalesce(lag(seq) OVER chain, 0) + 1 AS seq_ok
  FROM (SELECT owner_id, seq, prev, hash, currency = 'EUR' AND hash = sha256(prev || exchange.transfer_bytes(owner_id, seq, id, kind, leg, debit_id, credit_id, cents, sign,
      book_year, book_month, service_year, service_month, recipient_id, category_id, offering_id, source, source_id, evidence, recorded_at)) AS hash_ok
    FROM exchange.transfer WHERE owner_id = $1 ORDER BY seq OFFSET 0) proved WINDOW chain AS (ORDER BY seq)) linked
"""
# head and last row as of one moment: somebody may post while a long chain is read
HEAD_AND_LAST = """
SELECT h.seq, h.hash, coalesce(t.seq, 0) AS last_seq, t.hash AS last_hash FROM (SELECT $1::uuid AS owner_id) o LEFT JOIN exchange.chain_head h ON h.owner_id = o.owner_id
LEFT JOIN LATERAL (SELECT seq, hash FROM exchange.transfer WHERE owner_id = o.owner_id ORDER BY seq DESC LIMIT 1) t ON true
"""
LIST_OWNERS = """
SELECT owner_id FROM exchange.chain_head WHERE $1::uuid[] IS NULL OR owner_id = ANY ($1)
UNION SELECT owner_id FROM exchange.transfer WHERE $1::uuid[] IS NULL OR owner_id = ANY ($1) ORDER BY 1
"""
BROKEN_CHAIN = "SELECT owner_id, seq FROM exchange.chain_check WHERE NOT (hash_ok AND prev_ok AND seq_ok) LIMIT 20"
WRONG_HEAD = """
SELECT coalesce(h.owner_id, l.owner_id) AS owner_id, coalesce(h.seq, 0) AS seq FROM exchange.chain_head h
FULL JOIN (SELECT DISTINCT ON (owner_id) owner_id, seq, hash FROM exchange.transfer ORDER BY owner_id, seq DESC) l ON l.owner_id = h.owner_id
WHERE h.owner_id IS NULL OR h.seq <> coalesce(l.seq, 0) OR (l.seq IS NOT NULL AND h.hash <> l.hash) LIMIT 20
"""
WRONG_CUT = """
SELECT c.day FROM exchange.ledger_cut c
WHERE c.root <> sha256(convert_to('kdnx.cut.v1', 'UTF8') || c.prev_root || coalesce((SELECT string_agg(convert_to(h.owner_id::text || '|' || h.seq::text || '|', 'UTF8') || h.hash, ''::bytea ORDER BY h.owner_id)
    FROM exchange.ledger_cut_head h WHERE h.day = c.day), ''))
  OR c.prev_root <> coalesce((SELECT p.root FROM exchange.ledger_cut p WHERE p.n = c.n - 1), exchange.cut_start())
  OR EXISTS (SELECT 1 FROM exchange.ledger_cut_head h LEFT JOIN exchange.transfer t ON t.owner_id = h.owner_id AND t.seq = h.seq
    WHERE h.day = c.day AND h.seq > 0 AND t.hash IS DISTINCT FROM h.hash)
ORDER BY c.day LIMIT 20
"""
UNBALANCED_TRANSIT = """
SELECT t.owner_id, t.source_id FROM exchange.transfer t JOIN exchange.account a ON a.kind = 'transit' AND a.id IN (t.debit_id, t.credit_id)
GROUP BY 1, 2 HAVING sum(CASE WHEN a.id = t.debit_id THEN t.cents ELSE -t.cents END) <> 0 LIMIT 20
"""
OPEN_GATES = """
SELECT table_name, grantee, privilege_type FROM information_schema.table_privileges
WHERE grantee IN ('kdnx_app', 'kdnx_ledger', 'PUBLIC') AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
  AND table_schema IN ('exchange', 'kdnx')
  AND table_name IN ('transfer', 'confirmation', 'audit_event', 'ledger_cut', 'ledger_cut_head', 'invoice_line')
"""
TAKE_CUT = "SELECT exchange.take_cut($1, $2)"
FIND_CUT = """
SELECT day, n, root, prev_root, taken_at FROM exchange.ledger_cut WHERE $1::date IS NULL OR day = $1 ORDER BY n DESC LIMIT 1
"""
LIST_CUT_HEADS = """
SELECT h.owner_id, m.code, h.seq, h.hash FROM exchange.ledger_cut_head h JOIN kdnx.public_member m ON m.id = h.owner_id
WHERE h.day = $1 ORDER BY h.owner_id
"""
EXPORT_TRANSFERS = """
SELECT owner_id, seq, id, kind, leg, debit_id, credit_id, cents, sign, book_year, book_month, service_year, service_month,
  recipient_id, category_id, offering_id, source, source_id, evidence, recorded_at, prev, hash
FROM exchange.transfer WHERE (owner_id, seq) > ($1, $2) ORDER BY owner_id, seq LIMIT $3
"""
CHUNK = 5000
LOWEST = UUID(int=0)


@dataclass(frozen=True)
class TransferLine:
    """A transfer as lists show it; `hash` is for the owner's own chain."""

    owner_id: UUID
    seq: int
    id: UUID
    kind: str
    leg: int
    debit_id: UUID
    credit_id: UUID
    cents: int
    sign: int
    book_year: int
    book_month: int
    service_year: int
    service_month: int
    recipient_id: UUID | None
    category_id: UUID | None
    offering_id: UUID | None
    source: str
    source_id: UUID
    recorded_at: datetime
    hash: bytes
    provider_name: str | None
    recipient_name: str | None
    debit_kind: str
    debit_member: str | None
    credit_kind: str
    credit_member: str | None


@dataclass(frozen=True)
class TransferFilter:
    """What a list of transfers is narrowed to; `after` = (recorded_at, owner, seq) of the last row shown."""

    provider_id: UUID | None = None
    recipient_id: UUID | None = None
    year: int | None = None
    kind: str | None = None
    source_id: UUID | None = None
    after: tuple[datetime, UUID, int] | None = None


@dataclass(frozen=True)
class Cut:
    """A daily combination of all heads."""

    day: date
    n: int
    root: bytes
    prev_root: bytes
    taken_at: datetime


async def post(
    conn: Conn, rows: Sequence[NewTransfer], accounts: Sequence[tuple[AccountKind, UUID]]
) -> int:
    """Open the accounts that are not there yet and append the transfers to their owners' chains.

    One round trip; SQLSTATE KD001 behind the gate.
    """
    written: int = await conn.fetchval(POST, conn.now, *columns_of(rows, accounts))
    return written


def columns_of(
    rows: Sequence[NewTransfer], accounts: Sequence[tuple[AccountKind, UUID]]
) -> list[list[object]]:
    """The arrays `exchange.post` and `exchange.open_accounts` take: 18 of the transfers, 3 of the accounts."""
    return [
        [r.owner_id for r in rows], [r.id for r in rows], [r.posting.kind.value for r in rows], [r.posting.leg for r in rows],
        [r.posting.debit_id for r in rows], [r.posting.credit_id for r in rows], [r.posting.cents for r in rows],
        [r.posting.sign for r in rows], [r.book.year for r in rows], [r.book.month for r in rows],
        [r.posting.service.year for r in rows], [r.posting.service.month for r in rows], [r.recipient_id for r in rows],
        [r.category_id for r in rows], [r.offering_id for r in rows], [r.source for r in rows],
        [r.source_id for r in rows], [r.evidence for r in rows],
        [account_id(k, m) for k, m in accounts], [k.value for k, _m in accounts], [m for _k, m in accounts],
    ]  # fmt: skip


async def closed_through(conn: Conn) -> int:
    """The last closed booking period as yyyymm, 0 when none is."""
    found: int = await conn.fetchval(CLOSED_THROUGH)
    return found


async def gate_states(conn: Conn, year: int, month: int) -> tuple[str, str]:
    """States of the year and of the month: open, closing, closed or locked."""
    row = await conn.fetchrow(GATE_STATES, year, month)
    return ("open", "open") if row is None else (row["year_state"], row["month_state"])


def _arguments(members: Sequence[UUID] | None, f: TransferFilter) -> list[object]:
    after = f.after or (None, None, None)
    return [
        None if members is None else list(members),
        f.provider_id,
        f.recipient_id,
        f.year,
        f.kind,
        f.source_id,
        *after,
    ]


async def list_transfers(
    conn: Conn, members: Sequence[UUID] | None, wanted: TransferFilter, limit: int
) -> list[TransferLine]:
    """Newest first; `members` None = all that row security shows (office, audit)."""
    return many(TransferLine, await conn.fetch(LIST_TRANSFERS, *_arguments(members, wanted), limit))


async def find_place(
    conn: Conn, owner_id: UUID, transfer_id: UUID
) -> tuple[datetime, UUID, int] | None:
    """Where a visible transfer stands in the list; None for one that is not."""
    row = await conn.fetchrow(FIND_PLACE, owner_id, transfer_id)
    return (row["recorded_at"], row["owner_id"], row["seq"]) if row else None


async def sum_transfers(
    conn: Conn, members: Sequence[UUID] | None, wanted: TransferFilter
) -> asyncpg.Record:
    """rows, supply_cents and surcharge_cents of the selection at and below the cursor."""
    row = await conn.fetchrow(SUM_TRANSFERS, *_arguments(members, wanted))
    assert row is not None  # noqa: S101  # an aggregate always gives one row
    return row


async def pair_sums(conn: Conn, one: UUID, other: UUID, year: int | None) -> list[asyncpg.Record]:
    """What two members did for each other: provider_id, recipient_id, kind, cents, rows."""
    return await conn.fetch(PAIR_SUMS, one, other, year)


async def list_balances(conn: Conn, members: Sequence[UUID] | None) -> list[asyncpg.Record]:
    """Σ debit − Σ credit per account: id, kind, member_id, member_name, cents."""
    return await conn.fetch(LIST_BALANCES, None if members is None else list(members))


async def list_heads(
    conn: Conn, owners: Sequence[UUID] | None = None
) -> list[tuple[UUID, int, bytes]]:
    """Heads of the chains: (owner, seq, hash)."""
    rows = await conn.fetch(LIST_HEADS, None if owners is None else list(owners))
    return [(r["owner_id"], r["seq"], r["hash"]) for r in rows]


async def list_owners(conn: Conn, owners: Sequence[UUID] | None = None) -> list[UUID]:
    """Everybody who has a head or a transfer."""
    return [
        r["owner_id"]
        for r in await conn.fetch(LIST_OWNERS, None if owners is None else list(owners))
    ]


async def check_chain(conn: Conn, owner_id: UUID) -> tuple[int, Break | None]:
    """How many transfers the owner's chain has, and its first break if any (head included)."""
    row = await conn.fetchrow(CHECK_CHAIN, owner_id)
    assert row is not None  # noqa: S101  # an aggregate always gives one row
    # the first break; of several in one row the link is named before the content
    found = [
        (row[what], n, what)
        for n, what in enumerate(("seq", "prev", "hash"))
        if row[what] is not None
    ]
    if found:
        seq, _n, what = min(found)
        return row["rows"], Break(owner_id, seq, what)
    end = await conn.fetchrow(HEAD_AND_LAST, owner_id)
    assert end is not None  # noqa: S101  # one row for the owner asked for
    is_other = end["last_hash"] is not None and end["hash"] != end["last_hash"]
    if end["seq"] != end["last_seq"] or is_other or end["last_seq"] < row["last_seq"]:
        return row["rows"], Break(owner_id, row["last_seq"], "head")
    return row["rows"], None


async def find_wrong_cut(conn: Conn) -> date | None:
    """The first day whose cut no longer holds."""
    day: date | None = await conn.fetchval(WRONG_CUT)
    return day


async def take_cut(conn: Conn, day: date) -> bool:
    """Combine all heads for the day; False when it already has its cut."""
    taken: bool = await conn.fetchval(TAKE_CUT, day, conn.now)
    return taken


async def find_cut(conn: Conn, day: date | None) -> Cut | None:
    """The cut of a day, or the newest."""
    found = many(Cut, await conn.fetch(FIND_CUT, day))
    return found[0] if found else None


async def list_cut_heads(conn: Conn, day: date) -> list[asyncpg.Record]:
    """owner_id, code, seq, hash of each chain in a cut."""
    return await conn.fetch(LIST_CUT_HEADS, day)


async def export_transfers(conn: Conn) -> AsyncIterator[asyncpg.Record]:
    """Every transfer with its chain, by owner and seq, in bounded pieces."""
    owner, seq = LOWEST, 0
    while rows := await conn.fetch(EXPORT_TRANSFERS, owner, seq, CHUNK):
        for row in rows:
            yield row
        owner, seq = rows[-1]["owner_id"], rows[-1]["seq"]
