"""SQL of what waits to be billed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many

# what was taken over as Altbestand was billed before kdnx
BACKLOG = """
SELECT final_issuer_id AS issuer_id, count(*)::int AS bookings, coalesce(sum(net_cents), 0)::bigint AS net_cents, min(book_period)::int AS oldest
FROM exchange.open_leg WHERE book_period <= $1 AND origin <> 'legacy' AND ($2::uuid[] IS NULL OR issuer_id = ANY ($2))
GROUP BY final_issuer_id ORDER BY final_issuer_id LIMIT 1000
"""


@dataclass(frozen=True)
class Backlog:
    """What one house still has to bill: how many bookings on a leg, their net, the oldest period (yyyymm)."""

    issuer_id: UUID
    bookings: int
    net_cents: int
    oldest: int


async def list_backlogs(
    conn: Conn, until: int, members: Sequence[UUID] | None = None
) -> list[Backlog]:
    """Every house with something to bill of booking periods up to `until` (yyyymm); None = all houses."""
    return many(
        Backlog, await conn.fetch(BACKLOG, until, None if members is None else list(members))
    )
