"""SQL of offerings that go over to a successor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from catalog.offerings.model import Offering
from kdnx.db.conn import Conn
from kdnx.db.rows import many

LIST_REMAINING = "SELECT * FROM catalog.offering WHERE owner_id = $1 AND state <> 'retired' ORDER BY reference LIMIT 100000"
LOCK_REMAINING = """
SELECT * FROM catalog.offering WHERE owner_id = $1 AND state <> 'retired' ORDER BY id FOR UPDATE
"""
LAST_VERSIONS = """
SELECT offering_id, max(version)::int AS last FROM catalog.offering_version WHERE offering_id = ANY ($1::uuid[]) GROUP BY 1
"""
LIST_REFERENCES = "SELECT reference FROM catalog.offering WHERE owner_id = $1"
# what was published is confirmed by the succession alone; an open draft keeps its authors
COPY_VERSIONS = """
INSERT INTO catalog.offering_version (offering_id, version, category_id, title, summary, description, prerequisites, attributes,
  sla, site, protection_level, lead_time_days, capacity, notice_months, min_term_months, valid_from, valid_to, cpv, leika,
  audience_keys, origin, author, editors, submitted_by, content_hash, created_at, updated_at, schema_version, capacity_amount, capacity_unit)
SELECT v.offering_id, x.to_version, v.category_id, v.title, v.summary, v.description, v.prerequisites, v.attributes, v.sla, v.site,
  v.protection_level, v.lead_time_days, v.capacity, v.notice_months, v.min_term_months, v.valid_from, v.valid_to, v.cpv, v.leika,
  v.audience_keys, 'entered', CASE WHEN x.is_draft THEN v.author END, CASE WHEN x.is_draft THEN v.editors ELSE '{}' END,
  CASE WHEN x.is_draft THEN v.submitted_by END, v.content_hash, $5::timestamptz, $5::timestamptz, v.schema_version, v.capacity_amount, v.capacity_unit
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::boolean[]) AS x(id, from_version, to_version, is_draft)
JOIN catalog.offering_version v ON v.offering_id = x.id AND v.version = x.from_version
"""
COPY_PRICES = """
INSERT INTO catalog.price_item (offering_id, version, ordinal, kind, base, per, unit_price_micro, label, tier_mode, tiers, pro_rata,
  frozen_until, index_clause, valid_from, terms)
SELECT p.offering_id, x.to_version, p.ordinal, p.kind, p.base, p.per, p.unit_price_micro, p.label, p.tier_mode, p.tiers, p.pro_rata,
  p.frozen_until, p.index_clause, p.valid_from, p.terms
FROM unnest($1::uuid[], $2::int[], $3::int[]) AS x(id, from_version, to_version)
JOIN catalog.price_item p ON p.offering_id = x.id AND p.version = x.from_version
"""
COPY_AUDIENCES = """
INSERT INTO catalog.audience (offering_id, version, ordinal, kind, legal_basis, tax_code, member_ids, levels, regions)
SELECT a.offering_id, x.to_version, a.ordinal, a.kind, a.legal_basis, a.tax_code, a.member_ids, a.levels, a.regions
FROM unnest($1::uuid[], $2::int[], $3::int[]) AS x(id, from_version, to_version)
JOIN catalog.audience a ON a.offering_id = x.id AND a.version = x.from_version
"""
APPROVE_COPIES = """
UPDATE catalog.offering_version v SET approver = $3, approved_at = $4, updated_at = $4
FROM unnest($1::uuid[], $2::int[]) AS x(id, version) WHERE v.offering_id = x.id AND v.version = x.version
"""
MOVE_HEADS = """
UPDATE catalog.offering o SET owner_id = $5, reference = x.reference, published_version = x.published, draft_version = x.draft,
  draft_submitted = o.draft_submitted AND x.published IS NULL, row_version = o.row_version + 1, updated_at = $6
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[]) AS x(id, reference, published, draft) WHERE o.id = x.id RETURNING o.*
"""
# nobody uses what has become its own
END_USES = """
UPDATE catalog.offering_use SET valid_to = $3, updated_at = $4
WHERE owner_id = $1 AND recipient_id = $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
"""

# what a predecessor offered is named by its own key in orders and files of the past
FIND_INHERITED = """
SELECT DISTINCT ON (x.owner, x.key) x.owner, x.key, o.id FROM unnest($1::uuid[], $2::text[]) AS x(owner, key)
JOIN kdnx.public_final_successor f ON f.member_id = x.owner AND f.final_id <> x.owner JOIN kdnx.public_member m ON m.id = x.owner
JOIN catalog.public_offering o ON o.owner_id = f.final_id AND (o.reference IN (x.key, x.key || '-' || m.code) OR o.number = x.key)
ORDER BY x.owner, x.key, length(o.reference) DESC
"""


@dataclass(frozen=True)
class Copy:
    """A version to copy within its offering."""

    offering_id: UUID
    from_version: int
    to_version: int
    is_draft: bool


async def list_remaining(conn: Conn, member_id: UUID) -> list[Offering]:
    """What the member still offers or drafts."""
    return many(Offering, await conn.fetch(LIST_REMAINING, member_id))


async def lock_remaining(conn: Conn, member_id: UUID) -> list[Offering]:
    """The same, locked."""
    return many(Offering, await conn.fetch(LOCK_REMAINING, member_id))


async def last_versions(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, int]:
    """The highest number of a version ever written, by offering."""
    return {r["offering_id"]: r["last"] for r in await conn.fetch(LAST_VERSIONS, list(ids))}


async def list_references(conn: Conn, owner_id: UUID) -> set[str]:
    """The references a member has given."""
    return {r["reference"] for r in await conn.fetch(LIST_REFERENCES, owner_id)}


async def copy_versions(conn: Conn, copies: Sequence[Copy], approver: UUID | None) -> None:
    """Write the copies with prices and audiences; those that are no drafts are approved at once."""
    ids = [c.offering_id for c in copies]
    old, new = [c.from_version for c in copies], [c.to_version for c in copies]
    await conn.execute(COPY_VERSIONS, ids, old, new, [c.is_draft for c in copies], conn.now)
    await conn.execute(COPY_PRICES, ids, old, new)
    await conn.execute(COPY_AUDIENCES, ids, old, new)
    final = [c for c in copies if not c.is_draft]
    await conn.execute(
        APPROVE_COPIES,
        [c.offering_id for c in final],
        [c.to_version for c in final],
        approver,
        conn.now,
    )


async def move_heads(conn: Conn, heads: Sequence[Offering], owner_id: UUID) -> list[Offering]:
    """The heads with their new reference and versions under the new owner, as they are then."""
    columns = (
        [h.id for h in heads], [h.reference for h in heads], [h.published_version for h in heads],
        [h.draft_version for h in heads],
    )  # fmt: skip
    return many(Offering, await conn.fetch(MOVE_HEADS, *columns, owner_id, conn.now))


async def end_uses(conn: Conn, owner_id: UUID, recipient_id: UUID, on: date) -> None:
    """What the recipient used of this owner ends on the day."""
    await conn.execute(END_USES, owner_id, recipient_id, on, conn.now)


async def find_inherited(
    conn: Conn, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], UUID]:
    """(predecessor, reference or number it had) → id of what its successor offers now."""
    rows = await conn.fetch(FIND_INHERITED, [k[0] for k in keys], [k[1] for k in keys])
    return {(r["owner"], r["key"]): r["id"] for r in rows}
