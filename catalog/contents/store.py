"""SQL of versions: content, prices, audiences, contacts."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.contents.model import Audience, Contact, Version
from catalog.prices.model import PriceItem, Tier
from catalog.prices.schemas import read_terms, terms_values
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _
from kdnx.viewer import Scope, Viewer

SEES_ALL = {Scope.OFFICE, Scope.AUDIT, Scope.SYSTEM}


GET_VERSIONS = """
SELECT v.* FROM catalog.offering_version v JOIN catalog.offering o ON o.id = v.offering_id
WHERE v.offering_id = ANY ($1::uuid[]) AND ($2::int IS NULL OR v.version = $2)
  AND (v.approved_at IS NOT NULL OR v.version = o.draft_version)
  AND ($3 OR o.owner_id = ANY ($4::uuid[])
    OR (v.approved_at IS NOT NULL AND v.audience_keys && (SELECT catalog.audience_keys_of($4::uuid[]))))
ORDER BY v.offering_id, v.version DESC LIMIT 50000
"""


LIST_PRICES = """
SELECT offering_id, version, ordinal, kind, base, per, unit_price_micro, label, tier_mode, tiers, pro_rata, frozen_until,
  index_clause, valid_from, terms FROM catalog.price_item WHERE offering_id = ANY ($1::uuid[]) ORDER BY offering_id, version, ordinal
"""


# who else is named is the owner's business: a reader learns that it is named itself
LIST_AUDIENCES = """
SELECT a.offering_id, a.version, a.ordinal, a.kind, a.legal_basis, a.tax_code, a.levels, a.regions,
  CASE WHEN $2 OR o.owner_id = ANY ($3::uuid[]) THEN a.member_ids
    ELSE ARRAY(SELECT m FROM unnest(a.member_ids) m WHERE m = ANY ($3::uuid[])) END AS member_ids
FROM catalog.audience a JOIN catalog.offering o ON o.id = a.offering_id
WHERE a.offering_id = ANY ($1::uuid[]) ORDER BY a.offering_id, a.version, a.ordinal
"""


LIST_CONTACTS = """
SELECT offering_id, role, name, email, phone, deputy, deputy_email FROM catalog.offering_contact
WHERE offering_id = ANY ($1::uuid[]) ORDER BY array_position(ARRAY['lead', 'deputy', 'technical', 'contract'], role)
"""


INSERT_VERSION = """
INSERT INTO catalog.offering_version (offering_id, version, category_id, title, summary, description, prerequisites, attributes,
  sla, site, protection_level, lead_time_days, capacity, notice_months, min_term_months, valid_from, valid_to, cpv, leika,
  audience_keys, origin, author, editors, content_hash, created_at, updated_at, schema_version, capacity_amount, capacity_unit)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $25, $26, $27, $28)
ON CONFLICT (offering_id, version) DO UPDATE SET category_id = EXCLUDED.category_id, title = EXCLUDED.title,
  summary = EXCLUDED.summary, description = EXCLUDED.description, prerequisites = EXCLUDED.prerequisites,
  attributes = EXCLUDED.attributes, sla = EXCLUDED.sla, site = EXCLUDED.site, protection_level = EXCLUDED.protection_level,
  lead_time_days = EXCLUDED.lead_time_days, capacity = EXCLUDED.capacity, notice_months = EXCLUDED.notice_months,
  min_term_months = EXCLUDED.min_term_months, valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to, cpv = EXCLUDED.cpv,
  leika = EXCLUDED.leika, audience_keys = EXCLUDED.audience_keys, origin = EXCLUDED.origin, author = EXCLUDED.author, editors = EXCLUDED.editors,
  content_hash = EXCLUDED.content_hash, updated_at = EXCLUDED.updated_at,
  schema_version = EXCLUDED.schema_version, capacity_amount = EXCLUDED.capacity_amount, capacity_unit = EXCLUDED.capacity_unit
"""


DROP_PRICES = "DELETE FROM catalog.price_item p USING unnest($1::uuid[], $2::int[]) AS x(i, v) WHERE p.offering_id = x.i AND p.version = x.v"


DROP_AUDIENCES = "DELETE FROM catalog.audience a USING unnest($1::uuid[], $2::int[]) AS x(i, v) WHERE a.offering_id = x.i AND a.version = x.v"


DROP_CONTACTS = "DELETE FROM catalog.offering_contact WHERE offering_id = ANY ($1::uuid[])"


INSERT_PRICE = """
INSERT INTO catalog.price_item (offering_id, version, ordinal, kind, base, per, unit_price_micro, label, tier_mode, tiers, pro_rata,
  frozen_until, index_clause, valid_from, terms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""


INSERT_AUDIENCE = """
INSERT INTO catalog.audience (offering_id, version, ordinal, kind, legal_basis, tax_code, member_ids, levels, regions)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


INSERT_CONTACT = "INSERT INTO catalog.offering_contact (offering_id, role, name, email, phone, deputy, deputy_email) VALUES ($1, $2, $3, $4, $5, $6, $7)"


MARK_SUBMITTED = "UPDATE catalog.offering_version SET submitted_by = $3, updated_at = $4 WHERE offering_id = $1 AND version = $2"


APPROVE_VERSION = """
UPDATE catalog.offering_version SET approver = $3, approved_at = $4, updated_at = $4
WHERE offering_id = $1 AND version = $2 AND content_hash = $5 AND approved_at IS NULL
"""


def sees_all(viewer: Viewer) -> bool:
    """Office, audit and the system see every offering."""
    return viewer.scope in SEES_ALL


async def list_versions(conn: Conn, viewer: Viewer, offering_id: UUID) -> list[Version]:
    """All versions this viewer may read, newest first, with prices and audiences."""
    return await load_versions(conn, viewer, [offering_id])


async def get_version(conn: Conn, viewer: Viewer, offering_id: UUID, version: int) -> Version:
    """One version with prices and audiences; NotFound otherwise."""
    found = await load_versions(conn, viewer, [offering_id], version)
    return found[0] if found else one(Version, None, _("Diese Fassung"))


async def load_versions(
    conn: Conn, viewer: Viewer, ids: Sequence[UUID], version: int | None = None
) -> list[Version]:
    """Versions of many offerings with prices and audiences in three statements."""
    rows = await conn.fetch(
        GET_VERSIONS, list(ids), version, sees_all(viewer), list(viewer.members)
    )
    prices: dict[tuple[UUID, int], list[PriceItem]] = {}
    for row in await conn.fetch(LIST_PRICES, list(ids)):
        prices.setdefault((row["offering_id"], row["version"]), []).append(_price(row))
    audiences: dict[tuple[UUID, int], list[Audience]] = {}
    for row in await conn.fetch(LIST_AUDIENCES, list(ids), sees_all(viewer), list(viewer.members)):
        audiences.setdefault((row["offering_id"], row["version"]), []).extend(many(Audience, [row]))
    return [
        replace(v, prices=tuple(prices.get((v.offering_id, v.version), ())),
                audiences=tuple(audiences.get((v.offering_id, v.version), ())))
        for v in many(Version, rows)
    ]  # fmt: skip


def _price(row: Any) -> PriceItem:
    tiers = [Tier(Decimal(t["from_quantity"]), t["unit_price_micro"]) for t in row["tiers"]]
    return replace(many(PriceItem, [row])[0], tiers=tuple(tiers), terms=read_terms(row["terms"]))


async def list_contacts(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, list[Contact]]:
    """Contacts by offering, the responsible person first."""
    found: dict[UUID, list[Contact]] = {}
    for row in await conn.fetch(LIST_CONTACTS, list(ids)):
        found.setdefault(row["offering_id"], []).extend(many(Contact, [row]))
    return found


async def write_versions(conn: Conn, versions: Sequence[Version]) -> None:
    """Write draft versions whole: content, prices, audiences (row security keeps approved ones as they are)."""
    keys = [v.offering_id for v in versions], [v.version for v in versions]
    await conn.executemany(INSERT_VERSION, [_version_row(conn, v) for v in versions])
    await conn.execute(DROP_PRICES, *keys)
    await conn.execute(DROP_AUDIENCES, *keys)
    await conn.executemany(INSERT_PRICE, [
        (v.offering_id, v.version, i.ordinal, i.kind, i.base, i.per, i.unit_price_micro, i.label, i.tier_mode,
         [{"from_quantity": f"{t.from_quantity:f}", "unit_price_micro": t.unit_price_micro} for t in i.tiers],
         i.pro_rata, i.frozen_until, i.index_clause, i.valid_from, terms_values(i.terms))
        for v in versions for i in v.prices
    ])  # fmt: skip
    await conn.executemany(INSERT_AUDIENCE, [
        (v.offering_id, v.version, a.ordinal, a.kind, a.legal_basis, a.tax_code, list(a.member_ids), list(a.levels), list(a.regions))
        for v in versions for a in v.audiences
    ])  # fmt: skip


def _version_row(conn: Conn, v: Version) -> tuple[object, ...]:
    keys = sorted(set().union(*(a.keys() for a in v.audiences)))
    return (
        v.offering_id, v.version, v.category_id, v.title, v.summary, v.description, v.prerequisites, v.attributes, v.sla, v.site,
        v.protection_level, v.lead_time_days, v.capacity, v.notice_months, v.min_term_months, v.valid_from, v.valid_to,
        list(v.cpv), list(v.leika), keys, v.origin, v.author, list(v.editors), v.content_hash, conn.now,
        v.schema_version, v.capacity_amount, v.capacity_unit,
    )  # fmt: skip


async def write_contacts(conn: Conn, contacts: Sequence[tuple[UUID, Sequence[Contact]]]) -> None:
    """Replace the contacts of these offerings."""
    await conn.execute(DROP_CONTACTS, [i for i, _c in contacts])
    await conn.executemany(
        INSERT_CONTACT,
        [
            (i, c.role, c.name, c.email, c.phone, c.deputy, c.deputy_email)
            for i, cs in contacts
            for c in cs
        ],
    )


async def mark_submitted(
    conn: Conn, offering_id: UUID, version: int, person_id: UUID | None
) -> None:
    """Who asked for the second person."""
    await conn.execute(MARK_SUBMITTED, offering_id, version, person_id, conn.now)


async def approve_version(conn: Conn, v: Version, approver: UUID | None) -> bool:
    """From now on the version never changes; False when its content is not the one that was read."""
    return (
        await conn.execute(
            APPROVE_VERSION,
            v.offering_id,
            v.version,
            approver,
            v.approved_at or conn.now,
            v.content_hash,
        )
        == 1
    )


async def approve_imported(conn: Conn, versions: Sequence[Version]) -> None:
    """Versions of history that the office brings in: approved elsewhere, so without an approver here."""
    await conn.executemany(
        APPROVE_VERSION,
        [(v.offering_id, v.version, None, v.approved_at, v.content_hash) for v in versions],
    )
