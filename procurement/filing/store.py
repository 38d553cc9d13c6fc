"""SQL of demands as files: many answers at once, and everything the viewer may see."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from uuid import UUID

import asyncpg

from kdnx.db.conn import Conn
from kdnx.db.rows import one
from procurement.responses.model import Line, Response
from procurement.responses.store import to_line

FIND_MANY = """
SELECT r.* FROM procurement.demand_response r JOIN unnest($1::uuid[], $2::uuid[]) AS x(owner, call) ON x.owner = r.owner_id AND x.call = r.call_id
"""
LINES_OF_MANY = """
SELECT l.*, (SELECT jsonb_object_agg(y.year, jsonb_build_array(y.qty_min::text, y.qty_expected::text, y.qty_max::text)) FROM procurement.demand_line_year y
    WHERE (y.owner_id, y.response_id, y.version, y.ordinal) = (l.owner_id, l.response_id, l.version, l.ordinal)) AS years
FROM procurement.demand_line l JOIN unnest($1::uuid[], $2::uuid[], $3::int[]) AS x(owner, response, version)
  ON (l.owner_id, l.response_id, l.version) = (x.owner, x.response, x.version) ORDER BY l.owner_id, l.response_id, l.ordinal
"""
UPSERT_IMPORTED = """
INSERT INTO procurement.demand_response AS r (owner_id, id, call_id, lead_id, title, state, version, submitted_version, edition, written_by, submitted_at, receipt_hash, created_at, updated_at)
SELECT o, i, c, l, t, s, v, CASE WHEN s = 'submitted' THEN v END, CASE WHEN s = 'submitted' THEN 1 ELSE 0 END, $9, CASE WHEN s = 'submitted' THEN $10::timestamptz END, h, $10, $10
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[], $8::bytea[]) AS x(o, i, c, l, t, s, v, h)
ON CONFLICT (owner_id, id) DO UPDATE SET state = EXCLUDED.state, version = EXCLUDED.version, row_version = r.row_version + 1, updated_at = $10, written_by = $9,
  submitted_version = coalesce(EXCLUDED.submitted_version, r.submitted_version), edition = r.edition + EXCLUDED.edition,
  submitted_at = coalesce(EXCLUDED.submitted_at, r.submitted_at), receipt_hash = coalesce(EXCLUDED.receipt_hash, r.receipt_hash)
"""
EXPORT = """
SELECT c.number AS call, m.code AS member, l.call_position AS position, y.year, y.qty_min, y.qty_expected, y.qty_max, l.binding, l.needed_from, l.needed_to, l.place,
  l.price_today_cents AS price_today, l.existing_contract_end AS contract_end, l.budget_confirmed, l.deviation_reason,
  CASE WHEN r.submitted_version = l.version THEN 'submitted' ELSE 'draft' END AS state
FROM procurement.demand_response r JOIN procurement.demand_call c ON c.id = r.call_id JOIN kdnx.public_member m ON m.id = r.owner_id
JOIN procurement.demand_line l ON l.owner_id = r.owner_id AND l.response_id = r.id
  AND l.version = CASE WHEN r.owner_id = ANY ($1::uuid[]) THEN r.version ELSE r.submitted_version END
JOIN procurement.demand_line_year y ON (y.owner_id, y.response_id, y.version, y.ordinal) = (l.owner_id, l.response_id, l.version, l.ordinal)
WHERE r.state <> 'withdrawn' AND (r.owner_id = ANY ($1::uuid[]) OR r.lead_id = ANY ($1::uuid[]) OR $2)
ORDER BY c.number, m.code, l.call_position, y.year
"""


@dataclass(frozen=True)
class Head:
    """The head of an imported answer, in the order of the statement."""

    owner_id: UUID
    id: UUID
    call_id: UUID
    lead_id: UUID
    title: str
    state: str
    version: int
    receipt_hash: bytes | None


async def find_responses(
    conn: Conn, pairs: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Response]:
    """Answers by (owner, call), set-based."""
    rows = await conn.fetch(FIND_MANY, [p[0] for p in pairs], [p[1] for p in pairs])
    return {(r["owner_id"], r["call_id"]): one(Response, r) for r in rows}


async def list_lines_of(
    conn: Conn, versions: Sequence[tuple[UUID, UUID, int]]
) -> dict[UUID, list[Line]]:
    """Lines of many (owner, response, version), by response."""
    out: dict[UUID, list[Line]] = {}
    for r in await conn.fetch(
        LINES_OF_MANY, [v[0] for v in versions], [v[1] for v in versions], [v[2] for v in versions]
    ):
        out.setdefault(r["response_id"], []).append(to_line(r))
    return out


async def upsert_imported(conn: Conn, heads: Sequence[Head], principal: UUID | None) -> None:
    """Heads of imported answers."""
    columns = zip(*(astuple(h) for h in heads), strict=True)
    await conn.execute(UPSERT_IMPORTED, *(list(c) for c in columns), principal, conn.now)


async def list_export(
    conn: Conn, members: Sequence[UUID], *, sees_all: bool
) -> list[asyncpg.Record]:
    """Line by line and year what the viewer may see, in the columns of the file."""
    return await conn.fetch(EXPORT, list(members), sees_all)
