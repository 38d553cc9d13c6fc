"""SQL of the trail: the rows of a cell, one transfer with its neighbours, and what it came from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from exchange.trail.model import Cell, CellRow, CountedIn, CutAbove
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe

LIST_CELL = """
SELECT t.owner_id, t.seq, t.id, t.recipient_id, t.category_id, t.offering_id, t.cents, t.sign, t.book_year, t.book_month, t.service_year, t.service_month,
  t.source, t.source_id, t.recorded_at, p.short_name AS provider_name, r.short_name AS recipient_name, o.number || '/' || b.ordinal AS booking_number
FROM exchange.transfer t JOIN kdnx.public_member p ON p.id = t.owner_id JOIN kdnx.public_member r ON r.id = t.recipient_id
LEFT JOIN exchange.booking b ON t.source = 'booking' AND b.owner_id = t.owner_id AND b.id = t.source_id
LEFT JOIN exchange.service_order o ON o.owner_id = b.owner_id AND o.id = b.order_id
WHERE t.kind = 'supply' AND t.service_year = $1 AND ($2 = 'current' OR t.book_year = t.service_year)
  AND ($3::uuid[] IS NULL OR t.owner_id = ANY ($3)) AND ($4::uuid[] IS NULL OR t.recipient_id = ANY ($4))
  AND ($5::uuid IS NULL OR t.category_id = $5) AND ($6::uuid IS NULL OR t.offering_id = $6) AND ($7::int IS NULL OR t.service_month = $7)
  AND ($8::uuid[] IS NULL OR t.owner_id = ANY ($8) OR t.recipient_id = ANY ($8))
  AND ($9::uuid IS NULL OR (t.owner_id, t.id) > ($9, $10::uuid))
ORDER BY t.owner_id, t.id LIMIT $11
"""
SUM_CELL = """
SELECT count(*)::bigint AS rows, coalesce(sum(t.sign * t.cents), 0)::bigint AS cents,
  coalesce(sum(t.sign * t.cents) FILTER (WHERE $9::uuid IS NOT NULL AND (t.owner_id, t.id) <= ($9, $10::uuid)), 0)::bigint AS before_cents
FROM exchange.transfer t
WHERE t.kind = 'supply' AND t.service_year = $1 AND ($2 = 'current' OR t.book_year = t.service_year)
  AND ($3::uuid[] IS NULL OR t.owner_id = ANY ($3)) AND ($4::uuid[] IS NULL OR t.recipient_id = ANY ($4))
  AND ($5::uuid IS NULL OR t.category_id = $5) AND ($6::uuid IS NULL OR t.offering_id = $6) AND ($7::int IS NULL OR t.service_month = $7)
  AND ($8::uuid[] IS NULL OR t.owner_id = ANY ($8) OR t.recipient_id = ANY ($8))
"""
# the report's own definition of volume, asked a second time and by itself
FIGURE = """
SELECT coalesce(sum(cents), 0)::bigint FROM exchange.volume
WHERE service_year = $1 AND ($2 = 'current' OR book_year = service_year)
  AND ($3::uuid[] IS NULL OR provider_id = ANY ($3)) AND ($4::uuid[] IS NULL OR recipient_id = ANY ($4))
  AND ($5::uuid IS NULL OR category_id = $5) AND ($6::uuid IS NULL OR offering_id = $6) AND ($7::int IS NULL OR service_month = $7)
  AND ($8::uuid[] IS NULL OR provider_id = ANY ($8) OR recipient_id = ANY ($8))
"""
# what the close of the year froze; NULL while the year has no rollup
FROZEN = """
SELECT CASE WHEN EXISTS (SELECT 1 FROM exchange.volume_rollup WHERE service_year = $1) THEN coalesce(sum(cents) FILTER (WHERE
    ($2::uuid[] IS NULL OR owner_id = ANY ($2)) AND ($3::uuid[] IS NULL OR recipient_id = ANY ($3))
    AND ($4::uuid IS NULL OR category_id = $4) AND ($5::uuid IS NULL OR offering_id = $5) AND ($6::int IS NULL OR service_month = $6)
    AND ($7::uuid[] IS NULL OR owner_id = ANY ($7) OR recipient_id = ANY ($7))), 0)::bigint END
FROM exchange.volume_rollup WHERE service_year = $1
"""
FIND_TRANSFER = """
SELECT t.owner_id, t.seq, t.id, t.kind, t.leg, t.debit_id, t.credit_id, t.cents, t.sign, t.book_year, t.book_month, t.service_year, t.service_month,
  t.recipient_id, t.category_id, t.offering_id, t.source, t.source_id, t.evidence, t.recorded_at, t.prev, t.hash,
  sha256(t.prev || exchange.transfer_bytes(t.owner_id, t.seq, t.id, t.kind, t.leg, t.debit_id, t.credit_id, t.cents, t.sign, t.book_year, t.book_month,
    t.service_year, t.service_month, t.recipient_id, t.category_id, t.offering_id, t.source, t.source_id, t.evidence, t.recorded_at)) AS recomputed,
  coalesce((SELECT x.hash FROM exchange.transfer x WHERE x.owner_id = t.owner_id AND x.seq = t.seq - 1), exchange.chain_start(t.owner_id)) AS expected_prev,
  (SELECT x.seq FROM exchange.transfer x WHERE x.owner_id = t.owner_id AND x.seq = t.seq + 1) AS next_seq,
  (SELECT x.hash FROM exchange.transfer x WHERE x.owner_id = t.owner_id AND x.seq = t.seq + 1) AS next_hash,
  p.short_name AS provider_name, r.short_name AS recipient_name, c.name AS category_name,
  d.kind AS debit_kind, dm.short_name AS debit_member, k.kind AS credit_kind, km.short_name AS credit_member
FROM exchange.transfer t JOIN exchange.account d ON d.id = t.debit_id JOIN exchange.account k ON k.id = t.credit_id
JOIN kdnx.public_member p ON p.id = t.owner_id LEFT JOIN kdnx.public_member r ON r.id = t.recipient_id LEFT JOIN catalog.public_category c ON c.id = t.category_id
LEFT JOIN kdnx.public_member dm ON dm.id = d.member_id LEFT JOIN kdnx.public_member km ON km.id = k.member_id
WHERE t.owner_id = $1 AND (t.seq = $2::bigint OR t.id = $3::uuid) AND ($4::uuid[] IS NULL OR t.owner_id = ANY ($4) OR t.recipient_id = ANY ($4))
"""
FIND_CUT_ABOVE = """
SELECT c.day, c.n, c.root, c.taken_at, h.seq AS head_seq FROM exchange.ledger_cut_head h JOIN exchange.ledger_cut c ON c.day = h.day
WHERE h.owner_id = $1 AND h.seq >= $2 ORDER BY c.n LIMIT 1
"""
FIND_SIGNATURE = """
SELECT k.confirmed_cents, k.surcharge_cents, k.tax_code_1, k.tax_code_2, k.confirmed_by, k.origin, k.template, k.confirmed_at, k.rule_ids,
  k.document, k.book_year, k.book_month, k.evidence, exchange.booking_evidence(b, k) AS recomputed
FROM exchange.booking b JOIN exchange.confirmation k ON k.owner_id = b.owner_id AND k.booking_id = b.id WHERE b.owner_id = $1 AND b.id = $2
"""
FIND_VERSION = """
SELECT v.version, v.offering_id, v.offering_version, v.category_id, v.title, v.activity_group, v.starts_on, v.ends_on, v.valid_from, v.billing, v.surcharge_pct,
  v.surcharge_fee_cents, v.legal_route, v.legal_reason, v.entrustment, v.yearly_net_cents, v.authored_at, v.hash, m.short_name AS authored_by_name,
  o.number, o.state, o.route, o.current_version, o.continues_id
FROM exchange.order_version v JOIN exchange.service_order o ON o.owner_id = v.owner_id AND o.id = v.order_id JOIN kdnx.public_member m ON m.id = v.authored_by
WHERE v.owner_id = $1 AND v.order_id = $2 AND v.version = $3
"""
LIST_INVOICES = """
SELECT DISTINCT i.id, i.number, i.issued_on, l.leg, l.net_cents FROM exchange.invoice_line l JOIN exchange.invoice i ON i.owner_id = l.owner_id AND i.id = l.invoice_id
WHERE l.booking_owner_id = $1 AND l.booking_id = $2 ORDER BY i.issued_on, i.number LIMIT 50
"""
FIND_ACCEPTANCE = "SELECT interest_id, interest_number, offer_n, accepted_at FROM exchange.acceptance WHERE owner_id = $1 AND order_id = $2"
SIBLINGS = """
SELECT t.id, t.seq, t.kind, t.leg, t.sign * t.cents AS cents, t.service_year, t.service_month FROM exchange.transfer t
WHERE t.owner_id = $1 AND t.source_id = $2 ORDER BY t.seq LIMIT 200
"""
COUNTED_IN = """
WITH part AS (
  SELECT service_year, owner_id, recipient_id, category_id, sum(sign * cents)::bigint AS cents, count(*)::bigint AS rows FROM exchange.transfer
  WHERE kind = 'supply' AND owner_id = $1 AND source_id IN (SELECT b.id FROM exchange.booking b WHERE b.owner_id = $1 AND (b.id = $2 OR b.order_id = $2))
  GROUP BY 1, 2, 3, 4)
SELECT x.service_year AS year, x.owner_id AS provider_id, x.recipient_id, x.category_id, p.short_name AS provider_name, r.short_name AS recipient_name,
  c.name AS category_name, x.cents AS part_cents, x.rows,
  (SELECT sum(t.sign * t.cents)::bigint FROM exchange.transfer t WHERE t.kind = 'supply' AND t.service_year = x.service_year AND t.owner_id = x.owner_id
    AND t.recipient_id = x.recipient_id AND t.category_id IS NOT DISTINCT FROM x.category_id) AS cell_cents
FROM part x JOIN kdnx.public_member p ON p.id = x.owner_id JOIN kdnx.public_member r ON r.id = x.recipient_id LEFT JOIN catalog.public_category c ON c.id = x.category_id
ORDER BY x.service_year DESC LIMIT 40
"""
FIND_OWNER = """
SELECT owner_id FROM exchange.service_order WHERE id = $1 UNION SELECT owner_id FROM exchange.booking WHERE id = $1 LIMIT 1
"""
LIST_OF_OBJECT = """
SELECT t.owner_id, t.seq, t.id, t.service_year, t.service_month, t.sign * t.cents AS cents, b.ordinal FROM exchange.transfer t
JOIN exchange.booking b ON b.owner_id = t.owner_id AND b.id = t.source_id
WHERE t.kind = 'supply' AND t.owner_id = $1 AND (b.id = $2 OR b.order_id = $2) ORDER BY t.service_year DESC, t.service_month DESC, t.seq DESC LIMIT 24
"""
CATEGORIES = "SELECT id, name FROM catalog.public_category ORDER BY position, name"


def _arguments(cell: Cell, members: Sequence[UUID] | None) -> list[Any]:
    return [
        cell.year, cell.basis, _list(cell.providers), _list(cell.recipients), cell.category_id, cell.offering_id,
        cell.month, _list(members),
    ]  # fmt: skip


def _list(ids: Sequence[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)


async def list_cell(
    conn: Conn,
    cell: Cell,
    members: Sequence[UUID] | None,
    after: tuple[UUID, UUID] | None,
    limit: int,
) -> list[CellRow]:
    """Rows of a cell by owner and id; `members` None = all that row security shows."""
    place = after or (None, None)
    return many(CellRow, await conn.fetch(LIST_CELL, *_arguments(cell, members), *place, limit))


async def sum_cell(
    conn: Conn, cell: Cell, members: Sequence[UUID] | None, after: tuple[UUID, UUID] | None
) -> tuple[int, int, int]:
    """(rows, cents, cents up to and with the place `after`)."""
    row = await conn.fetchrow(SUM_CELL, *_arguments(cell, members), *(after or (None, None)))
    assert row is not None  # noqa: S101  # an aggregate always gives one row
    return row["rows"], row["cents"], row["before_cents"]


async def read_figure(conn: Conn, cell: Cell, members: Sequence[UUID] | None) -> int:
    """Cents of the cell by the definition of the report."""
    found: int = await conn.fetchval(FIGURE, *_arguments(cell, members))
    return found


async def read_frozen(conn: Conn, cell: Cell, members: Sequence[UUID] | None) -> int | None:
    """Cents of the cell as the close of the year froze them, None without a close."""
    rest = _arguments(cell, members)[2:]
    found: int | None = await conn.fetchval(FROZEN, cell.year, *rest)
    return found


async def find_transfer(
    conn: Conn, owner_id: UUID, seq: int | None, id_: UUID | None, members: Sequence[UUID] | None
) -> asyncpg.Record | None:
    """One transfer by its place or id, with names, neighbours and the hash the database computes."""
    return await conn.fetchrow(FIND_TRANSFER, owner_id, seq, id_, _list(members))


async def find_cut_above(conn: Conn, owner_id: UUID, seq: int) -> CutAbove | None:
    """The first cut that covers a place of a chain."""
    return maybe(CutAbove, await conn.fetchrow(FIND_CUT_ABOVE, owner_id, seq))


async def find_signature(conn: Conn, owner_id: UUID, booking_id: UUID) -> asyncpg.Record | None:
    """The second signature of a booking, and the evidence the database computes."""
    return await conn.fetchrow(FIND_SIGNATURE, owner_id, booking_id)


async def find_version(
    conn: Conn, owner_id: UUID, order_id: UUID, version: int
) -> asyncpg.Record | None:
    """The order version a booking was proposed under."""
    return await conn.fetchrow(FIND_VERSION, owner_id, order_id, version)


async def list_invoices(conn: Conn, owner_id: UUID, booking_id: UUID) -> list[asyncpg.Record]:
    """Invoices and credit notes that carry the booking: id, number, issued_on, leg, net_cents."""
    return await conn.fetch(LIST_INVOICES, owner_id, booking_id)


async def find_acceptance(conn: Conn, owner_id: UUID, order_id: UUID) -> asyncpg.Record | None:
    """The interest an order was made of: interest_id, interest_number, offer_n, accepted_at."""
    return await conn.fetchrow(FIND_ACCEPTANCE, owner_id, order_id)


async def list_siblings(conn: Conn, owner_id: UUID, source_id: UUID) -> list[asyncpg.Record]:
    """All transfers of the same source in the order of the chain."""
    return await conn.fetch(SIBLINGS, owner_id, source_id)


async def list_counted_in(conn: Conn, object_id: UUID) -> list[CountedIn]:
    """The cells an order or a booking is counted in, newest year first; none for what the viewer may not see."""
    owner = await conn.fetchval(FIND_OWNER, object_id)
    return [] if owner is None else many(CountedIn, await conn.fetch(COUNTED_IN, owner, object_id))


async def list_of_object(conn: Conn, object_id: UUID) -> list[asyncpg.Record]:
    """The newest supply rows of an order or a booking, at most two years of months."""
    owner = await conn.fetchval(FIND_OWNER, object_id)
    return [] if owner is None else await conn.fetch(LIST_OF_OBJECT, owner, object_id)


async def list_categories(conn: Conn) -> list[tuple[str, str]]:
    """(id, name) for a choice."""
    return [(str(r["id"]), r["name"]) for r in await conn.fetch(CATEGORIES)]
