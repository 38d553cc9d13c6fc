"""SQL of what was carried from requests into free demands."""

from collections.abc import Sequence
from uuid import UUID

from catalog.interface import RequestOutcome
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe
from procurement.carried.model import Carried, CarriedOffer

FIND_BY_REQUEST = "SELECT * FROM procurement.carried_request WHERE request_id = $1 AND owner_id = ANY ($2::uuid[]) ORDER BY created_at LIMIT 1"
FIND_BY_DEMAND = (
    "SELECT * FROM procurement.carried_request WHERE response_id = $1 ORDER BY created_at LIMIT 1"
)
LIST_OFFERS = "SELECT * FROM procurement.carried_offer WHERE owner_id = $1 AND response_id = $2 ORDER BY ordinal LIMIT 200"
FIND_DECIDED = """
SELECT id FROM catalog.public_request WHERE title = $1 AND state = 'decided' AND owner_id = ANY ($2::uuid[]) ORDER BY decided_at, id LIMIT 1
"""
INSERT_REQUEST = """
INSERT INTO procurement.carried_request (owner_id, response_id, request_id, request_number, request_title, outcome, reason, decided_at, evidence_hash, carried_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (owner_id, request_id) DO NOTHING
"""
INSERT_OFFERS = """
INSERT INTO procurement.carried_offer (owner_id, response_id, ordinal, member_id, member_name, summary, is_chosen, reason, offering_id, offering_version)
SELECT $1, $2, * FROM unnest($3::int[], $4::uuid[], $5::text[], $6::text[], $7::bool[], $8::text[], $9::uuid[], $10::int[])
"""


async def find_by_request(conn: Conn, request_id: UUID, members: Sequence[UUID]) -> Carried | None:
    """What the house made of this request, or None."""
    return maybe(Carried, await conn.fetchrow(FIND_BY_REQUEST, request_id, list(members)))


async def find_decided(conn: Conn, title: str, members: Sequence[UUID]) -> UUID | None:
    """A decided request of the house by its title, or None."""
    found: UUID | None = await conn.fetchval(FIND_DECIDED, title, list(members))
    return found


async def find_by_demand(conn: Conn, response_id: UUID) -> Carried | None:
    """Where a free demand came from, or None."""
    return maybe(Carried, await conn.fetchrow(FIND_BY_DEMAND, response_id))


async def list_offers(conn: Conn, carried: Carried) -> list[CarriedOffer]:
    """What members offered then."""
    rows = await conn.fetch(LIST_OFFERS, carried.owner_id, carried.response_id)
    return many(CarriedOffer, rows)


async def insert_carried(
    conn: Conn, owner_id: UUID, response_id: UUID, found: RequestOutcome, person_id: UUID | None
) -> bool:
    """Keep where the demand came from; False when the request was carried before."""
    done = await conn.execute(
        INSERT_REQUEST, owner_id, response_id, found.id, found.number, found.title, found.outcome, found.reason,
        found.decided_at, found.evidence_hash, person_id, conn.now,
    )  # fmt: skip
    if done != 1:
        return False
    offers = found.found
    await conn.execute(
        INSERT_OFFERS, owner_id, response_id, list(range(1, len(offers) + 1)), [o.member_id for o in offers],
        [o.member_name for o in offers], [o.summary for o in offers], [o.is_chosen for o in offers],
        [o.reason for o in offers], [o.offering_id for o in offers], [o.offering_version for o in offers],
    )  # fmt: skip
    return True
