"""SQL of returned payments."""

from uuid import UUID

from exchange.returns.model import Returned
from kdnx.db.conn import Conn
from kdnx.db.rows import many

LIST_RETURNS = """
SELECT owner_id, run_id, n, payer_id, payee_id, cents, returned_on, reason, recorded_at, recorded_by
FROM exchange.payment_return WHERE run_id = $1 ORDER BY n LIMIT 4000
"""
INSERT_RETURN = """
INSERT INTO exchange.payment_return (owner_id, run_id, n, payer_id, payee_id, cents, returned_on, reason, recorded_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING n
"""
# what came back stands in the ledger once for each of its two sides that is not the hub
WRONG_RETURNS = """
SELECT r.number FROM exchange.settlement_run r
CROSS JOIN LATERAL (SELECT coalesce(sum(p.cents * ((p.payer_id <> p.owner_id)::int + (p.payee_id <> p.owner_id)::int)), 0) AS cents
  FROM exchange.payment_return p WHERE p.owner_id = r.owner_id AND p.run_id = r.id) x
CROSS JOIN LATERAL (SELECT coalesce(sum(t.cents), 0) AS cents FROM exchange.transfer t
  WHERE t.owner_id = r.owner_id AND t.source_id = r.id AND t.kind = 'payment' AND t.sign = -1) y
WHERE x.cents <> y.cents
"""


async def list_returns(conn: Conn, run_id: UUID) -> dict[int, Returned]:
    """What came back of a run, as far as the viewer sees it, by the payment's number."""
    return {x.n: x for x in many(Returned, await conn.fetch(LIST_RETURNS, run_id))}


async def insert_return(conn: Conn, back: Returned) -> bool:
    """False when the payment has come back before."""
    made = await conn.fetchval(
        INSERT_RETURN, back.owner_id, back.run_id, back.n, back.payer_id, back.payee_id, back.cents, back.returned_on,
        back.reason, back.recorded_by, back.recorded_at,
    )  # fmt: skip
    return made is not None
