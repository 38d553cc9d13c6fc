"""SQL of positions: the fold, the rows behind it, and places in chains."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from exchange.positions.model import Moment, Part
from kdnx.db.conn import Conn
from kdnx.db.rows import many

FOLD = """
SELECT f.chain_id, f.other_id, f.what, f.claim_cents, f.debt_cents, f.entries, f.last_seq
FROM exchange.position_fold($1, $2, $3, $4, $5) f LEFT JOIN kdnx.public_member m ON m.id = f.other_id
WHERE $6::uuid IS NULL OR f.other_id = $6 ORDER BY m.sort_key NULLS LAST, f.other_id, f.what, f.chain_id LIMIT 5000
"""
LIST_ROWS = """
SELECT r.way, r.side, r.owner_id, r.seq, r.id, r.other_id, r.what, r.kind, r.account_kind, r.claim_cents, r.debt_cents, r.book_year, r.book_month,
  r.service_year, r.service_month, r.source, r.source_id, r.recorded_at
FROM exchange.position_rows($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) r ORDER BY r.recorded_at, r.id, r.side
"""
HEAD_SEQ = "SELECT coalesce(max(seq), 0) FROM exchange.transfer WHERE owner_id = $1"
HASHES = """
SELECT t.owner_id, t.seq, t.hash FROM unnest($1::uuid[], $2::bigint[]) x(owner_id, seq)
JOIN exchange.transfer t ON t.owner_id = x.owner_id AND t.seq = x.seq ORDER BY t.owner_id LIMIT 500
"""


@dataclass(frozen=True)
class PositionRow:
    """A ledger row on a claim account of the house; `way` -1 = counted at the earlier moment only."""

    way: int
    side: int
    owner_id: UUID
    seq: int | None
    id: UUID
    other_id: UUID | None
    what: str
    kind: str
    account_kind: str
    claim_cents: int
    debt_cents: int
    book_year: int
    book_month: int
    service_year: int
    service_month: int
    source: str
    source_id: UUID
    recorded_at: datetime

    @property
    def net_cents(self) -> int:
        """What the row adds to the position between the moments."""
        return self.way * (self.claim_cents - self.debt_cents)


After = tuple[datetime, UUID, int]


def _bounds(m: Moment) -> list[Any]:
    return [m.chain, m.seq, m.before, m.service_through]


async def fold_parts(conn: Conn, member_id: UUID, moment: Moment, other: UUID | None) -> list[Part]:
    """The position by chain, counterparty and kind; nothing for a house the viewer does not answer for."""
    return many(Part, await conn.fetch(FOLD, member_id, *_bounds(moment), other))


async def list_rows(
    conn: Conn, member_id: UUID, other: UUID | None, moment: Moment, earlier: Moment | None,
    after: After | None, limit: int,
) -> list[PositionRow]:  # fmt: skip
    """Rows that count at the moment (and not at the earlier one, or the other way round), oldest first."""
    sooner = [earlier is not None, *_bounds(earlier or Moment())]
    rows = await conn.fetch(
        LIST_ROWS, member_id, other, *_bounds(moment), *sooner, *(after or (None, None, None)), limit
    )  # fmt: skip
    return many(PositionRow, rows)


async def head_seq(conn: Conn, chain: UUID) -> int:
    """The last number of a chain, 0 when it has none or is not the viewer's."""
    found: int = await conn.fetchval(HEAD_SEQ, chain)
    return found


async def list_hashes(conn: Conn, places: Mapping[UUID, int]) -> dict[UUID, bytes]:
    """The hash at each place of a chain."""
    rows = await conn.fetch(HASHES, list(places), list(places.values()))
    return {r["owner_id"]: r["hash"] for r in rows}
