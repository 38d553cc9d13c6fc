"""SQL of the close: periods, what the checklist counts, balances, proof, record, digests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from exchange.closing.model import Period, Totals
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe
from kdnx.ids import new_id

FIND_PERIOD = """
SELECT year, month, state, closed_by, approved_by, row_version, updated_at FROM exchange.period WHERE year = $1 AND month = $2
"""
LIST_PERIODS = """
SELECT year, month, state, closed_by, approved_by, row_version, updated_at FROM exchange.period
WHERE ($1::int IS NULL OR year = $1) AND ($2::int IS NULL OR month = $2) ORDER BY year, month LIMIT 2000
"""
FIRST_YEAR = "SELECT min(service_year) FROM exchange.transfer WHERE kind = 'supply'"
OPEN_BEFORE = """
SELECT min(t.book_year) FROM exchange.transfer t WHERE t.book_year < $1
  AND NOT EXISTS (SELECT 1 FROM exchange.period p WHERE p.year = t.book_year AND p.month = 13 AND p.state IN ('closed', 'locked'))
"""
MARK_PERIOD = "SELECT exchange.mark_period($1, $2, $3, $4, $5, $6)"
LOCK_BOOKS = "SELECT exchange.lock_books($1, $2)"
CLOSE_BOOKS = "SELECT exchange.close_books($1, $2, $3, $4, $5::jsonb, $6, $7)"
LOCK_YEAR = "SELECT exchange.lock_year($1, $2)"
TOTALS = """
SELECT coalesce(sum(t.sign * t.cents) FILTER (WHERE t.book_year = $1), 0)::bigint AS reported_cents,
  coalesce(sum(t.sign * t.cents), 0)::bigint AS current_cents,
  (SELECT coalesce(sum(b.sign * b.net_cents), 0)::bigint FROM exchange.booking b WHERE b.service_year = $1 AND b.state = 'proposed') AS proposed_cents,
  (SELECT count(*) FROM exchange.booking b WHERE b.service_year = $1 AND b.state = 'proposed') AS proposed,
  (SELECT coalesce(sum(b.sign * b.net_cents), 0)::bigint FROM exchange.booking b WHERE b.service_year = $1 AND b.state = 'disputed') AS disputed_cents,
  (SELECT count(*) FROM exchange.booking b WHERE b.service_year = $1 AND b.state = 'disputed') AS disputed
FROM exchange.transfer t WHERE t.kind = 'supply' AND t.service_year = $1
"""
TOTALS_BY_PROVIDER = """
SELECT m.short_name AS name, x.reported_cents, x.current_cents, x.open_cents FROM (
  SELECT owner_id, sum(reported)::bigint AS reported_cents, sum(current)::bigint AS current_cents, sum(waiting)::bigint AS open_cents FROM (
    SELECT owner_id, CASE WHEN book_year = $1 THEN sign * cents ELSE 0 END AS reported, sign * cents AS current, 0 AS waiting
      FROM exchange.transfer WHERE kind = 'supply' AND service_year = $1
    UNION ALL SELECT owner_id, 0, 0, sign * net_cents FROM exchange.booking WHERE service_year = $1 AND state IN ('proposed', 'disputed')) y GROUP BY owner_id) x
JOIN kdnx.public_member m ON m.id = x.owner_id ORDER BY x.current_cents DESC, m.short_name LIMIT 1000
"""
OPEN_ITEMS = """
SELECT b.number || '/' || b.ordinal AS number, p.short_name AS provider, r.short_name AS recipient, b.sign * b.net_cents AS cents
FROM exchange.booking_row b JOIN kdnx.public_member p ON p.id = b.owner_id JOIN kdnx.public_member r ON r.id = b.recipient_id
WHERE b.service_year = $1 AND b.state = $2 ORDER BY b.number, b.ordinal LIMIT 5000
"""
UNDECIDED = """
SELECT b.number || '/' || b.ordinal AS number, p.short_name AS provider, r.short_name AS recipient, b.sign * b.confirmed_cents AS cents
FROM exchange.booking_row b JOIN kdnx.public_member p ON p.id = b.owner_id JOIN kdnx.public_member r ON r.id = b.recipient_id
WHERE b.service_year = $1 AND b.state = 'confirmed' AND 'undecided' IN (b.tax_code_1, b.tax_code_2)
  AND EXISTS (SELECT 1 FROM (VALUES (1::smallint, b.tax_code_1), (2::smallint, b.tax_code_2)) x(leg, code)
    WHERE (x.leg = 1 OR b.route <> 'direct')
      AND exchange.billing_code(x.code, b.owner_id, b.order_id, x.leg, b.service_to, coalesce(b.reverses_id, b.parent_id)) = 'undecided')
ORDER BY b.number, b.ordinal LIMIT 5000
"""
# what was taken over as Altbestand was billed before kdnx
UNBILLED = """
SELECT m.short_name AS name, count(*) AS bookings, coalesce(sum(l.net_cents), 0)::bigint AS cents FROM exchange.open_leg l
JOIN kdnx.public_member m ON m.id = l.final_issuer_id
WHERE l.book_period BETWEEN $1 * 100 + 1 AND $1 * 100 + 12 AND l.origin <> 'legacy' GROUP BY m.short_name ORDER BY m.short_name LIMIT 1000
"""
TRANSIT = """
SELECT coalesce(sum(CASE WHEN a.id = t.debit_id THEN t.cents ELSE -t.cents END), 0)::bigint
FROM exchange.account a JOIN exchange.transfer t ON a.id IN (t.debit_id, t.credit_id) WHERE a.kind = 'transit' AND t.book_year <= $1
"""
SURCHARGES = """
SELECT a.member_id, coalesce(sum(CASE WHEN a.id = t.credit_id THEN t.cents ELSE -t.cents END), 0)::bigint AS cents
FROM exchange.account a JOIN exchange.transfer t ON a.id IN (t.debit_id, t.credit_id)
WHERE a.kind = 'surcharge' AND t.book_year <= $1 GROUP BY a.member_id ORDER BY a.member_id
"""
LIST_PROOFS = "SELECT owner_id, seq, hash, rows, bad_seq, what, proved_at FROM exchange.chain_proof WHERE year = $1 ORDER BY owner_id"
SAVE_PROOF = """
INSERT INTO exchange.chain_proof (owner_id, year, seq, hash, rows, bad_seq, what, proved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (owner_id, year) DO UPDATE SET seq = $3, hash = $4, rows = $5, bad_seq = $6, what = $7, proved_at = $8
"""
# the links behind a row that was proved before; the row itself must still carry the hash it had
CHECK_TAIL = """
SELECT count(*) FILTER (WHERE seq > $2)::bigint AS rows, min(seq) FILTER (WHERE NOT fits) AS bad_seq, coalesce(max(seq), 0)::bigint AS last_seq,
  coalesce((array_agg(hash ORDER BY seq DESC))[1], exchange.chain_start($1)) AS last_hash
FROM (SELECT t.seq, t.hash, CASE WHEN t.seq = $2 THEN t.hash = $3 ELSE t.currency = 'EUR'
    AND t.prev = coalesce(lag(t.hash) OVER (ORDER BY t.seq), exchange.chain_start($1)) AND t.seq = coalesce(lag(t.seq) OVER (ORDER BY t.seq), 0) + 1
    AND t.hash = sha256(t.prev || exchange.transfer_bytes(t.owner_id, t.seq, t.id, t.kind, t.leg, t.debit_id, t.credit_id, t.cents, t.sign, t.book_year, t.book_month,
      t.service_year, t.service_month, t.recipient_id, t.category_id, t.offering_id, t.source, t.source_id, t.evidence, t.recorded_at)) END AS fits
  FROM exchange.transfer t WHERE t.owner_id = $1 AND t.seq >= $2) x
"""
FIND_CLOSE = """
SELECT year, id, checklist, reported_cents, current_cents, evidence, root, closed_at, locked_at FROM exchange.year_close WHERE year = $1
"""
LIST_CLOSES = "SELECT year, root, evidence, closed_at, locked_at FROM exchange.public_year_close ORDER BY year"
ROLLUP_SUMS = "SELECT service_year AS year, sum(cents)::bigint AS cents FROM exchange.volume_rollup GROUP BY 1"
# the first cent that differs, cell by cell, in either direction: rollup and ledger, the report's sums and ledger, record and rollup; the largest counts
WRONG_CELLS = """
WITH f AS MATERIALIZED (SELECT v.service_year, v.provider_id, v.recipient_id, v.category_id, v.offering_id, v.service_month, sum(v.cents) AS cents
  FROM exchange.volume v WHERE v.book_year = v.service_year AND EXISTS (SELECT 1 FROM exchange.year_close c WHERE c.year = v.service_year) GROUP BY 1, 2, 3, 4, 5, 6)
SELECT x.year, max(x.cents)::bigint AS cents FROM (
  SELECT coalesce(r.service_year, f.service_year) AS year, sum(abs(coalesce(r.cents, 0) - coalesce(f.cents, 0))) AS cents
  FROM exchange.volume_rollup r FULL JOIN f ON (f.service_year, f.provider_id, f.recipient_id, f.category_id, f.offering_id, f.service_month)
    = (r.service_year, r.owner_id, r.recipient_id, r.category_id, r.offering_id, r.service_month) AND r.definition = 'v1'
  WHERE coalesce(r.cents, 0) <> coalesce(f.cents, 0) GROUP BY 1
  UNION ALL SELECT coalesce(y.service_year, g.service_year), sum(abs(coalesce(y.cents, 0) - coalesce(g.cents, 0)))
  FROM exchange.volume_year y FULL JOIN (SELECT service_year, provider_id, recipient_id, category_id, sum(cents) AS cents FROM f GROUP BY 1, 2, 3, 4) g
    ON (g.service_year, g.provider_id, g.recipient_id, g.category_id) = (y.service_year, y.owner_id, y.recipient_id, y.category_id)
  WHERE coalesce(y.cents, 0) <> coalesce(g.cents, 0) GROUP BY 1
  UNION ALL SELECT c.year, abs(c.reported_cents - coalesce((SELECT sum(cents) FROM exchange.volume_rollup r WHERE r.service_year = c.year AND r.definition = 'v1'), 0))
  FROM exchange.year_close c WHERE c.reported_cents <> coalesce((SELECT sum(cents) FROM exchange.volume_rollup r WHERE r.service_year = c.year AND r.definition = 'v1'), 0)
) x GROUP BY 1 ORDER BY 1 LIMIT 100
"""
# a closed period lies behind the gate of every chain, and a closed year has its record
OPEN_GATE = """
SELECT h.owner_id, h.closed_through FROM exchange.chain_head h
WHERE h.closed_through < (SELECT coalesce(max(p.year * 100 + p.month), 0) FROM exchange.period p WHERE p.state IN ('closed', 'locked'))
UNION ALL SELECT NULL, p.year FROM exchange.period p WHERE p.month = 13 AND p.state IN ('closed', 'locked')
  AND NOT EXISTS (SELECT 1 FROM exchange.year_close c WHERE c.year = p.year)
LIMIT 20
"""
# what the heads were at the close, they still are: each row is there with its hash, and nothing of that year came behind it
WRONG_ROOT = """
SELECT c.year FROM exchange.year_close c
WHERE c.root <> sha256(convert_to('kdnx.close.v1|' || c.year::text || '|', 'UTF8') || c.evidence || coalesce((SELECT string_agg(
    convert_to(h.owner_id::text || '|' || h.seq::text || '|', 'UTF8') || h.hash, ''::bytea ORDER BY h.owner_id) FROM exchange.year_close_head h WHERE h.year = c.year), ''))
  OR EXISTS (SELECT 1 FROM exchange.year_close_head h LEFT JOIN exchange.transfer t ON t.owner_id = h.owner_id AND t.seq = h.seq
    WHERE h.year = c.year AND h.seq > 0 AND t.hash IS DISTINCT FROM h.hash)
  OR EXISTS (SELECT 1 FROM exchange.year_close_head h JOIN exchange.transfer t ON t.owner_id = h.owner_id AND t.seq > h.seq
    WHERE h.year = c.year AND t.book_year <= c.year)
LIMIT 20
"""


@dataclass(frozen=True)
class Proof:
    """How far a chain was recomputed; `bad_seq` names the first row that does not fit."""

    owner_id: UUID
    seq: int
    hash: bytes
    rows: int
    bad_seq: int | None
    what: str
    proved_at: datetime


async def find_period(conn: Conn, year: int, month: int) -> Period:
    """The period; open with row_version 0 when nothing is written of it."""
    found = maybe(Period, await conn.fetchrow(FIND_PERIOD, year, month))
    return found or Period(year, month)


async def list_periods(conn: Conn, year: int | None, month: int | None) -> list[Period]:
    """What is written: of a year, of a month number (13 = the years), or all."""
    return many(Period, await conn.fetch(LIST_PERIODS, year, month))


async def first_year(conn: Conn) -> int | None:
    """The first service year the viewer has volume in."""
    found: int | None = await conn.fetchval(FIRST_YEAR)
    return found


async def open_before(conn: Conn, year: int) -> int | None:
    """The first year before with transfers that is not closed."""
    found: int | None = await conn.fetchval(OPEN_BEFORE, year)
    return found


async def mark_period(
    conn: Conn, period: Period, state: str, person: UUID, expected: int | None
) -> bool:
    """Open → closing or back; False when somebody was first."""
    done: bool = await conn.fetchval(
        MARK_PERIOD, period.year, period.month, state, person, expected or 0, conn.now
    )
    return done


async def lock_books(conn: Conn, year: int) -> int:
    """Lock the periods of the year, then every chain until the commit; how many chains."""
    count: int = await conn.fetchval(LOCK_BOOKS, year, conn.now)
    return count


async def close_books(
    conn: Conn, period: Period, closer: UUID, record: Mapping[str, object], evidence: bytes
) -> bytes:
    """Shut the gate and write the record; the root over all chains comes back."""
    root: bytes = await conn.fetchval(
        CLOSE_BOOKS, period.year, period.month, closer, new_id(), json.dumps(record), evidence, conn.now
    )  # fmt: skip
    return root


async def lock_year(conn: Conn, year: int) -> bool:
    """Closed → locked; False when it was not closed."""
    done: bool = await conn.fetchval(LOCK_YEAR, year, conn.now)
    return done


async def read_totals(conn: Conn, year: int) -> Totals:
    """The year's figures as they stand."""
    (found,) = many(Totals, await conn.fetch(TOTALS, year))
    return found


async def totals_by_provider(conn: Conn, year: int) -> list[asyncpg.Record]:
    """name, reported_cents, current_cents, open_cents of each provider."""
    return await conn.fetch(TOTALS_BY_PROVIDER, year)


async def list_open(conn: Conn, year: int, state: str) -> list[asyncpg.Record]:
    """number, provider, recipient, cents of bookings for the service year in a state."""
    return await conn.fetch(OPEN_ITEMS, year, state)


async def list_undecided(conn: Conn, year: int) -> list[asyncpg.Record]:
    """Confirmed bookings whose tax case nobody decided."""
    return await conn.fetch(UNDECIDED, year)


async def list_unbilled(conn: Conn, year: int) -> list[asyncpg.Record]:
    """name, bookings, cents of what each house still has to bill of the book year."""
    return await conn.fetch(UNBILLED, year)


async def transit_cents(conn: Conn, year: int) -> int:
    """Σ debit − Σ credit of the transit accounts up to the year; 0 when right."""
    found: int = await conn.fetchval(TRANSIT, year)
    return found


async def list_surcharges(conn: Conn, year: int) -> list[tuple[UUID, int]]:
    """Hub → surcharge earned and not closed yet, in cents."""
    return [(r["member_id"], r["cents"]) for r in await conn.fetch(SURCHARGES, year)]


async def list_proofs(conn: Conn, year: int) -> dict[UUID, Proof]:
    """What was recomputed for the close of the year, by chain."""
    return {p.owner_id: p for p in many(Proof, await conn.fetch(LIST_PROOFS, year))}


async def prove_tail(conn: Conn, owner_id: UUID, since: Proof | None) -> Proof:
    """Recompute a chain behind an earlier proof, or all of it."""
    seq, known = (since.seq, since.hash) if since else (0, b"")
    row = await conn.fetchrow(CHECK_TAIL, owner_id, seq, known)
    assert row is not None  # noqa: S101  # an aggregate always gives one row
    rows = row["rows"] + (since.rows if since else 0)
    gone = row["last_seq"] < seq
    bad = seq if gone else row["bad_seq"]
    what = "" if bad is None else "hash"
    return Proof(owner_id, row["last_seq"], row["last_hash"], rows, bad, what, conn.now)


async def save_proof(conn: Conn, year: int, p: Proof) -> None:
    """Keep how far the chain is proved."""
    await conn.execute(
        SAVE_PROOF, p.owner_id, year, p.seq, p.hash, p.rows, p.bad_seq, p.what, p.proved_at
    )


async def find_close(conn: Conn, year: int) -> dict[str, Any] | None:
    """The record of a closed year with its checklist read; None before, and for members."""
    row = await conn.fetchrow(FIND_CLOSE, year)
    if row is None:
        return None
    found = dict(row)
    found["checklist"] = (
        json.loads(found["checklist"])
        if isinstance(found["checklist"], str)
        else found["checklist"]
    )
    return found


async def list_closes(conn: Conn) -> dict[int, asyncpg.Record]:
    """year → root, evidence, closed_at, locked_at: what everybody may know."""
    return {r["year"]: r for r in await conn.fetch(LIST_CLOSES)}


async def rollup_sums(conn: Conn) -> dict[int, int]:
    """Closed year → its frozen volume as far as the viewer sees it."""
    return {r["year"]: r["cents"] for r in await conn.fetch(ROLLUP_SUMS)}


async def wrong_cells(conn: Conn) -> dict[int, int]:
    """Closed year → cents by which its frozen volume differs from the ledger."""
    return {r["year"]: r["cents"] for r in await conn.fetch(WRONG_CELLS)}
