"""SQL of certificates."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from catalog.certificates.model import Certificate
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _

LIST_CERTIFICATES = """
SELECT id, offering_id, kind, title, issuer, number, scope, valid_from, valid_to, document_id, is_required, warned_days, row_version
FROM catalog.certificate WHERE offering_id = ANY ($1::uuid[]) ORDER BY offering_id, is_required DESC, valid_to DESC, id LIMIT 20000
"""
GET_CERTIFICATE = """
SELECT id, offering_id, kind, title, issuer, number, scope, valid_from, valid_to, document_id, is_required, warned_days, row_version
FROM catalog.certificate WHERE id = $1 AND offering_id = $2
"""
INSERT_CERTIFICATE = """
INSERT INTO catalog.certificate (id, offering_id, kind, title, issuer, number, scope, valid_from, valid_to, document_id, is_required,
  created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
"""
UPDATE_CERTIFICATE = """
UPDATE catalog.certificate SET kind = $3, title = $4, issuer = $5, number = $6, scope = $7, valid_from = $8, valid_to = $9, document_id = $10,
  is_required = $11, warned_days = CASE WHEN valid_to = $9 THEN warned_days END, row_version = row_version + 1, updated_at = $12
WHERE id = $1 AND row_version = $2
"""
DROP_CERTIFICATE = "DELETE FROM catalog.certificate WHERE id = $1 AND row_version = $2"
MARK_CERTIFIED = """
UPDATE catalog.offering SET certified_until = (SELECT max(c.valid_to) FROM catalog.certificate c WHERE c.offering_id = $1) WHERE id = $1
"""
LIST_TO_WARN = """
SELECT c.id, c.offering_id, c.kind, c.title, c.issuer, c.number, c.scope, c.valid_from, c.valid_to, c.document_id, c.is_required,
  c.warned_days, c.row_version FROM catalog.certificate c JOIN catalog.offering o ON o.id = c.offering_id
WHERE o.state IN ('published', 'suspended') AND c.valid_to >= $1::date AND (c.valid_to <= $1::date + 30 AND coalesce(c.warned_days, 99) > 30
  OR c.valid_to <= $1::date + 60 AND coalesce(c.warned_days, 99) > 60)
  AND NOT EXISTS (SELECT 1 FROM catalog.certificate n WHERE n.offering_id = c.offering_id AND n.kind = c.kind AND n.title = c.title
    AND n.valid_to > c.valid_to)
ORDER BY c.valid_to, c.id LIMIT $2 FOR UPDATE OF c SKIP LOCKED
"""
MARK_WARNED = "UPDATE catalog.certificate SET warned_days = x.d FROM unnest($1::uuid[], $2::int[]) AS x(i, d) WHERE id = x.i"
LIST_EXPIRED = """
SELECT o.id FROM catalog.offering o WHERE o.state = 'published' AND EXISTS (
  SELECT 1 FROM catalog.certificate c WHERE c.offering_id = o.id AND c.is_required AND c.valid_to < $1 AND NOT EXISTS (
    SELECT 1 FROM catalog.certificate n WHERE n.offering_id = o.id AND n.kind = c.kind AND n.title = c.title AND n.valid_to >= $1
      AND (n.valid_from IS NULL OR n.valid_from <= $1)))
ORDER BY o.id LIMIT $2 FOR UPDATE OF o SKIP LOCKED
"""


async def list_certificates(conn: Conn, offering_id: UUID) -> list[Certificate]:
    """The proofs of one offering, required ones first."""
    return many(Certificate, await conn.fetch(LIST_CERTIFICATES, [offering_id]))


async def list_by_offering(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, list[Certificate]]:
    """The proofs of many offerings, for comparison and export."""
    found: dict[UUID, list[Certificate]] = {}
    for c in many(Certificate, await conn.fetch(LIST_CERTIFICATES, list(ids))):
        found.setdefault(c.offering_id, []).append(c)
    return found


async def get_certificate(conn: Conn, offering_id: UUID, certificate_id: UUID) -> Certificate:
    """One proof of an offering; NotFound otherwise."""
    row = await conn.fetchrow(GET_CERTIFICATE, certificate_id, offering_id)
    return one(Certificate, row, _("Dieser Nachweis"))


async def insert_certificate(conn: Conn, c: Certificate) -> None:
    """A new proof."""
    await conn.execute(
        INSERT_CERTIFICATE, c.id, c.offering_id, c.kind, c.title, c.issuer, c.number, c.scope, c.valid_from, c.valid_to, c.document_id,
        c.is_required, conn.now,
    )  # fmt: skip


async def update_certificate(conn: Conn, c: Certificate) -> bool:
    """Write a proof read at `c.row_version`; False when it moved on. A new end is warned of anew."""
    done: int = await conn.execute(
        UPDATE_CERTIFICATE, c.id, c.row_version, c.kind, c.title, c.issuer, c.number, c.scope, c.valid_from, c.valid_to, c.document_id,
        c.is_required, conn.now,
    )  # fmt: skip
    return done == 1


async def drop_certificate(conn: Conn, c: Certificate) -> bool:
    """Take a proof away; False when it moved on."""
    return await conn.execute(DROP_CERTIFICATE, c.id, c.row_version) == 1


async def mark_certified(conn: Conn, offering_id: UUID) -> None:
    """Bring the facet's column in line: the last day on which some proof holds."""
    await conn.execute(MARK_CERTIFIED, offering_id)


async def list_to_warn(conn: Conn, today: date, limit: int) -> list[Certificate]:
    """Proofs that end within sixty or thirty days and were not warned of at that stage; locked."""
    return many(Certificate, await conn.fetch(LIST_TO_WARN, today, limit))


async def mark_warned(conn: Conn, ids: Sequence[UUID], days: Sequence[int]) -> None:
    """They were warned of at these stages."""
    await conn.execute(MARK_WARNED, list(ids), list(days))


async def list_expired(conn: Conn, today: date, limit: int) -> list[UUID]:
    """Published offerings with a required proof that ended and was not renewed; locked."""
    return [r["id"] for r in await conn.fetch(LIST_EXPIRED, today, limit)]
