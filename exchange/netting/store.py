"""SQL of settlement runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from exchange.netting.model import Line, RunState
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.text import _

# what stands on a member's two accounts; $1 a cut, or NULL for everything posted by now
BALANCES = """
SELECT a.member_id, f.final_id, coalesce(t.offsets, true) AS offsets,
  (-coalesce(sum(e.cents) FILTER (WHERE a.kind = 'payable'), 0))::bigint AS payable, coalesce(sum(e.cents) FILTER (WHERE a.kind = 'receivable'), 0)::bigint AS receivable
FROM exchange.account a JOIN exchange.entry e ON e.account_id = a.id
  JOIN kdnx.public_final_successor f ON f.member_id = a.member_id
  LEFT JOIN exchange.netting_terms t ON t.owner_id = f.final_id
  LEFT JOIN exchange.ledger_cut_head h ON h.day = $1::date AND h.owner_id = e.owner_id
WHERE a.kind IN ('payable', 'receivable') AND a.member_id <> $2 AND ($1::date IS NULL OR e.seq <= h.seq)
GROUP BY a.member_id, f.final_id, t.offsets ORDER BY a.member_id
"""
LEGACY_BALANCES = BALANCES.replace("exchange.entry e", "exchange.legacy_entry e")
FIRST_PAID = (
    "SELECT min(number) FROM exchange.settlement_run WHERE state = 'settled' AND mode <> 'opening'"
)
RUN = """
SELECT r.*, (SELECT coalesce(sum(l.payable_cents), 0)::bigint FROM exchange.settlement_line l WHERE l.owner_id = r.owner_id AND l.run_id = r.id) AS payable_cents,
  (SELECT coalesce(sum(l.receivable_cents), 0)::bigint FROM exchange.settlement_line l WHERE l.owner_id = r.owner_id AND l.run_id = r.id) AS receivable_cents,
  (SELECT coalesce(sum(l.out_cents - l.in_cents), 0)::bigint FROM exchange.settlement_line l WHERE l.owner_id = r.owner_id AND l.run_id = r.id) AS net_cents
FROM exchange.settlement_run r
"""
LIST_RUNS = RUN + " WHERE ($1::text IS NULL OR r.number < $1) ORDER BY r.number DESC LIMIT $2"
GET_RUN = RUN + " WHERE r.id = $1"
LOCK_RUN = "SELECT 1 FROM exchange.settlement_run WHERE id = $1 FOR UPDATE"
FIND_BY_NUMBER = RUN + " WHERE r.number LIKE $1 || '%' ORDER BY r.number DESC LIMIT $2"
# of any hub: a run the hub before it left open holds the same balances
FIND_OPEN = RUN + " WHERE r.state IN ('preview', 'frozen', 'approved') ORDER BY r.number LIMIT 1"
INSERT_RUN = """
INSERT INTO exchange.settlement_run (owner_id, id, number, mode, state, prepared_by, created_at, updated_at)
VALUES ($1, $2, $3, $4, 'preview', $5, $6, $6) ON CONFLICT DO NOTHING RETURNING id
"""
UPDATE_RUN = """
UPDATE exchange.settlement_run SET state = $3, up_to = $4, bank_day = $5, reason = $6, frozen_by = $7, frozen_at = $8, approved_by = $9, approved_at = $10,
  settled_by = $11, settled_at = $12, row_version = row_version + 1, updated_at = $13 WHERE owner_id = $1 AND id = $2
"""
INSERT_LINES = """
INSERT INTO exchange.settlement_line (owner_id, run_id, member_id, final_id, payable_cents, receivable_cents, netted_cents, offsets, out_cents, in_cents)
SELECT $1, $2, m, f, p, r, n, o, p - n, r - n FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[], $8::boolean[]) x(m, f, p, r, n, o)
"""
LIST_LINES = """
SELECT l.* FROM exchange.settlement_line l JOIN kdnx.public_member m ON m.id = l.member_id
WHERE l.owner_id = $1 AND l.run_id = $2 ORDER BY m.sort_key, m.id LIMIT 2000
"""
INSERT_PAYMENTS = """
INSERT INTO exchange.settlement_payment (owner_id, run_id, n, payer_id, payee_id, cents, payee_name, payee_iban, payer_name, payer_iban, reference)
SELECT $1, $2, x.n, x.a, x.b, x.c, x.bn, x.bi, x.an, x.ai, x.r
FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[]) WITH ORDINALITY x(a, b, c, bn, bi, an, ai, r, n)
"""
LIST_PAYMENTS = "SELECT * FROM exchange.settlement_payment WHERE owner_id = $1 AND run_id = $2 ORDER BY n LIMIT 4000"
# issued over the hub, its VAT and what it bills posted before the cut was taken; an issue begun before the cut may be posted after it
INSERT_ITEMS = """
INSERT INTO exchange.settlement_item (owner_id, run_id, invoice_owner_id, invoice_id)
SELECT $1, $2, i.owner_id, i.id FROM exchange.invoice i JOIN exchange.ledger_cut c ON c.day = $3
WHERE NOT i.direct AND i.state IN ('issued', 'credited') AND i.settled_on IS NULL AND i.created_at <= c.taken_at
  AND NOT EXISTS (SELECT 1 FROM exchange.transfer t LEFT JOIN exchange.ledger_cut_head h ON h.day = c.day AND h.owner_id = t.owner_id
    WHERE t.owner_id = i.owner_id AND t.source_id = i.id AND t.source = 'invoice' AND t.seq > coalesce(h.seq, 0))
  AND NOT EXISTS (SELECT 1 FROM exchange.invoice_line l JOIN exchange.transfer t ON t.owner_id = l.booking_owner_id AND t.source_id = l.booking_id AND t.source = 'booking'
    LEFT JOIN exchange.ledger_cut_head h ON h.day = c.day AND h.owner_id = t.owner_id
    WHERE l.owner_id = i.owner_id AND l.invoice_id = i.id AND t.seq > coalesce(h.seq, 0))
"""
LIST_OPEN_ITEMS = """
SELECT i.id FROM exchange.settlement_item x JOIN exchange.invoice i ON i.owner_id = x.invoice_owner_id AND i.id = x.invoice_id
WHERE x.owner_id = $1 AND x.run_id = $2 AND i.state IN ('issued', 'credited') AND i.settled_on IS NULL
"""
COUNT_ITEMS = (
    "SELECT count(*)::int FROM exchange.settlement_item WHERE owner_id = $1 AND run_id = $2"
)
LIST_TERMS = "SELECT owner_id, offsets, reason, row_version FROM exchange.netting_terms ORDER BY owner_id LIMIT 1000"
SAVE_TERMS = """
INSERT INTO exchange.netting_terms AS t (owner_id, offsets, reason, created_at, updated_at) VALUES ($1, $2, $3, $5, $5)
ON CONFLICT (owner_id) DO UPDATE SET offsets = EXCLUDED.offsets, reason = EXCLUDED.reason, row_version = t.row_version + 1, updated_at = EXCLUDED.updated_at
WHERE t.row_version = $4 RETURNING row_version
"""
# a payment that the cut does not know yet would be paid once more
PAID_SINCE = """
SELECT r.number FROM (SELECT DISTINCT owner_id FROM exchange.settlement_run) o LEFT JOIN exchange.ledger_cut_head h ON h.day = $1 AND h.owner_id = o.owner_id
CROSS JOIN LATERAL (SELECT t.owner_id, t.source_id, t.recorded_at FROM exchange.transfer t
  WHERE t.owner_id = o.owner_id AND t.seq > coalesce(h.seq, 0) AND t.source = 'settlement' ORDER BY t.seq DESC LIMIT 1) t
JOIN exchange.settlement_run r ON r.owner_id = t.owner_id AND r.id = t.source_id ORDER BY t.recorded_at DESC LIMIT 1
"""
CUT_BEFORE = """
SELECT max(up_to) FROM exchange.settlement_run WHERE owner_id = $1 AND state = 'settled' AND up_to < $2
"""
OPENING = """
SELECT (-coalesce(sum(cents) FILTER (WHERE account = 'payable'), 0))::bigint AS payable, coalesce(sum(cents) FILTER (WHERE account = 'receivable'), 0)::bigint AS receivable
FROM exchange.settlement_statement($1, $2, $3) WHERE is_opening
"""
MOVEMENTS = """
SELECT recorded_at, kind, account, cents, source, source_id, label FROM exchange.settlement_statement($1, $2, $3) WHERE NOT is_opening
ORDER BY recorded_at, label, account, cents LIMIT $4
"""
# every settled run stands in the ledger with exactly its lines; what came back is proved by itself
WRONG_RUNS = """
SELECT r.number FROM exchange.settlement_run r
CROSS JOIN LATERAL (SELECT coalesce(sum(abs(l.netted_cents)), 0) AS netted, coalesce(sum(l.out_cents + l.in_cents), 0) AS paid
  FROM exchange.settlement_line l WHERE l.owner_id = r.owner_id AND l.run_id = r.id) x
CROSS JOIN LATERAL (SELECT coalesce(sum(t.cents) FILTER (WHERE t.kind = 'netting'), 0) AS netted, coalesce(sum(t.cents) FILTER (WHERE t.kind = 'payment' AND t.sign = 1), 0) AS paid
  FROM exchange.transfer t WHERE t.owner_id = r.owner_id AND t.source_id = r.id) y
WHERE (r.state = 'settled') IS DISTINCT FROM (y.netted + y.paid > 0 OR (r.state = 'settled' AND x.netted + x.paid = 0))
  OR (r.state = 'settled' AND (x.netted <> y.netted OR x.paid <> y.paid))
"""
# the payments bring each paying house exactly to zero, the hub aside; an opening moves no money
WRONG_PAYMENTS = """
SELECT r.number FROM exchange.settlement_run r JOIN (
  SELECT owner_id, run_id, final_id, sum(out_cents - in_cents) AS net FROM exchange.settlement_line GROUP BY 1, 2, 3) l ON l.owner_id = r.owner_id AND l.run_id = r.id
WHERE r.state <> 'discarded' AND r.mode <> 'opening' AND l.net <> (SELECT coalesce(sum(CASE WHEN p.payee_id = l.final_id THEN p.cents ELSE -p.cents END), 0)
  FROM exchange.settlement_payment p WHERE p.owner_id = r.owner_id AND p.run_id = r.id AND l.final_id IN (p.payer_id, p.payee_id))
"""


@dataclass(frozen=True)
class Run:
    """A run; `payable_cents`, `receivable_cents`, `net_cents` sum the frozen lines the viewer sees."""

    owner_id: UUID
    id: UUID
    number: str
    mode: str
    state: str
    created_at: datetime
    updated_at: datetime
    up_to: date | None = None
    bank_day: date | None = None
    reason: str = ""
    prepared_by: UUID | None = None
    frozen_by: UUID | None = None
    frozen_at: datetime | None = None
    approved_by: UUID | None = None
    approved_at: datetime | None = None
    settled_by: UUID | None = None
    settled_at: datetime | None = None
    row_version: int = 1
    payable_cents: int = 0
    receivable_cents: int = 0
    net_cents: int = 0

    @property
    def is_open(self) -> bool:
        """Neither settled nor discarded."""
        return self.state not in {RunState.SETTLED.value, RunState.DISCARDED.value}


@dataclass(frozen=True)
class Balance:
    """A member's accounts, cents: what it is owed and what it owes."""

    member_id: UUID
    final_id: UUID
    offsets: bool
    payable: int
    receivable: int


@dataclass(frozen=True)
class Paid:
    """A payment with names and bank data as frozen."""

    n: int
    payer_id: UUID
    payee_id: UUID
    cents: int
    payee_name: str
    payee_iban: str
    payer_name: str
    payer_iban: str
    reference: str


@dataclass(frozen=True)
class Terms:
    """Whether a member offsets."""

    owner_id: UUID
    offsets: bool
    reason: str
    row_version: int


@dataclass(frozen=True)
class Movement:
    """One entry on a member's accounts; cents, debit positive."""

    recorded_at: datetime
    kind: str
    account: str
    cents: int
    source: str
    source_id: UUID
    label: str


async def find_paid_since(conn: Conn, cut: date) -> str | None:
    """The number of a run, of whichever hub, whose payments were posted after that day's cut."""
    number: str | None = await conn.fetchval(PAID_SINCE, cut)
    return number


async def cut_before(conn: Conn, run: Run) -> date | None:
    """The cut of the last settled run before this one."""
    day: date | None = await conn.fetchval(CUT_BEFORE, run.owner_id, run.up_to)
    return day


async def read_opening(
    conn: Conn, member_id: UUID, cut: date, before: date | None
) -> tuple[int, int]:
    """Payable and receivable of a member at the cut before, cents; zero without one."""
    row = await conn.fetchrow(OPENING, member_id, cut, before)
    return (row["payable"], row["receivable"]) if row else (0, 0)


async def list_movements(
    conn: Conn, member_id: UUID, cut: date, before: date | None, limit: int
) -> list[Movement]:
    """What moved on a member's accounts between two cuts, oldest first."""
    return many(Movement, await conn.fetch(MOVEMENTS, member_id, cut, before, limit))


async def first_paid(conn: Conn) -> str | None:
    """The number of the first run that paid; None as long as no money has moved by kdnx."""
    number: str | None = await conn.fetchval(FIRST_PAID)
    return number


async def read_balances(
    conn: Conn, hub_id: UUID, cut: date | None, *, legacy: bool = False
) -> list[Balance]:
    """All members with anything posted, the hub left out."""
    sql = LEGACY_BALANCES if legacy else BALANCES
    return many(Balance, await conn.fetch(sql, cut, hub_id))


async def list_runs(conn: Conn, before: str | None, limit: int) -> list[Run]:
    """Visible runs, newest first, from behind a number."""
    return many(Run, await conn.fetch(LIST_RUNS, before, limit))


async def get_run(conn: Conn, run_id: UUID) -> Run:
    """A visible run; NotFound otherwise."""
    return one(Run, await conn.fetchrow(GET_RUN, run_id), _("Diesen Ausgleich"))


async def lock_run(conn: Conn, run_id: UUID) -> Run:
    """Lock and read."""
    await conn.fetchval(LOCK_RUN, run_id)
    return await get_run(conn, run_id)


async def find_by_number(conn: Conn, start: str, limit: int) -> list[Run]:
    """Visible runs whose number begins so, newest first."""
    return many(Run, await conn.fetch(FIND_BY_NUMBER, start, limit))


async def find_open(conn: Conn) -> Run | None:
    """The open run, of whichever hub."""
    return maybe(Run, await conn.fetchrow(FIND_OPEN))


async def insert_run(conn: Conn, run: Run) -> bool:
    """False when the hub has an open one."""
    made = await conn.fetchval(
        INSERT_RUN, run.owner_id, run.id, run.number, run.mode, run.prepared_by, conn.now
    )
    return made is not None


async def update_run(conn: Conn, run: Run) -> None:
    """Write state and who did what."""
    await conn.execute(
        UPDATE_RUN, run.owner_id, run.id, run.state, run.up_to, run.bank_day, run.reason, run.frozen_by, run.frozen_at,
        run.approved_by, run.approved_at, run.settled_by, run.settled_at, conn.now,
    )  # fmt: skip


async def insert_lines(conn: Conn, run: Run, lines: Sequence[Line]) -> None:
    """The frozen lines."""
    await conn.execute(
        INSERT_LINES, run.owner_id, run.id, [x.member_id for x in lines], [x.final_id for x in lines],
        [x.payable_cents for x in lines], [x.receivable_cents for x in lines], [x.netted_cents for x in lines],
        [x.offsets for x in lines],
    )  # fmt: skip


async def list_lines(conn: Conn, run: Run) -> list[Line]:
    """Visible lines in German order."""
    return many(Line, await conn.fetch(LIST_LINES, run.owner_id, run.id))


async def insert_payments(conn: Conn, run: Run, rows: Sequence[Paid]) -> None:
    """The frozen payments, numbered in order."""
    await conn.execute(
        INSERT_PAYMENTS, run.owner_id, run.id, [p.payer_id for p in rows], [p.payee_id for p in rows],
        [p.cents for p in rows], [p.payee_name for p in rows], [p.payee_iban for p in rows],
        [p.payer_name for p in rows], [p.payer_iban for p in rows], [p.reference for p in rows],
    )  # fmt: skip


async def list_payments(conn: Conn, run: Run) -> list[Paid]:
    """Visible payments."""
    return many(Paid, await conn.fetch(LIST_PAYMENTS, run.owner_id, run.id))


async def insert_items(conn: Conn, run: Run, cut: date) -> int:
    """The invoices the run settles; how many."""
    return await conn.execute(INSERT_ITEMS, run.owner_id, run.id, cut)


async def list_open_items(conn: Conn, run: Run) -> list[UUID]:
    """Those that still stand (one may have been objected to since)."""
    return [r["id"] for r in await conn.fetch(LIST_OPEN_ITEMS, run.owner_id, run.id)]


async def count_items(conn: Conn, run: Run) -> int:
    """How many visible invoices the run settles."""
    found: int = await conn.fetchval(COUNT_ITEMS, run.owner_id, run.id)
    return found


async def list_terms(conn: Conn) -> list[Terms]:
    """What is kept on offsetting."""
    return many(Terms, await conn.fetch(LIST_TERMS))


async def save_terms(
    conn: Conn, member_id: UUID, *, offsets: bool, reason: str, expected: int
) -> bool:
    """False when somebody saved meanwhile."""
    return (
        await conn.fetchval(SAVE_TERMS, member_id, offsets, reason, expected, conn.now) is not None
    )
