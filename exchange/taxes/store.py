"""SQL of tax decisions."""

from collections.abc import Sequence
from uuid import UUID

from exchange.taxes.model import TaxDecision
from kdnx.db.conn import Conn
from kdnx.db.rows import many

LIST_DECISIONS = """
SELECT owner_id, order_id, leg, valid_from, version, tax_code, norm, reason, origin, author_id, reviewer_id, decided_at, review_on
FROM exchange.tax_decision WHERE owner_id = $1 AND order_id = $2 ORDER BY leg, version DESC, valid_from DESC LIMIT 100
"""
INSERT_DECISIONS = """
INSERT INTO exchange.tax_decision (owner_id, order_id, leg, valid_from, version, tax_code, norm, reason, origin, author_id, reviewer_id, decided_at, review_on)
SELECT x.o, x.i, x.l, x.f, x.v, x.c, x.n, x.r, x.g, x.a, x.w, $12, NULL
FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::date[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::uuid[])
  x(o, i, l, f, v, c, n, r, g, a, w)
"""


async def list_decisions(conn: Conn, owner_id: UUID, order_id: UUID) -> list[TaxDecision]:
    """The decisions of an order that the viewer may read: of its own leg, or all for office and audit."""
    return many(TaxDecision, await conn.fetch(LIST_DECISIONS, owner_id, order_id))


async def insert_decisions(conn: Conn, rows: Sequence[TaxDecision]) -> None:
    """Append decisions or proposals."""
    await conn.execute(
        INSERT_DECISIONS, [r.owner_id for r in rows], [r.order_id for r in rows], [r.leg for r in rows], [r.valid_from for r in rows],
        [r.version for r in rows], [r.tax_code for r in rows], [r.norm for r in rows], [r.reason for r in rows], [r.origin for r in rows],
        [r.author_id for r in rows], [r.reviewer_id for r in rows], conn.now,
    )  # fmt: skip
