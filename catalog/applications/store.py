"""SQL of declarations: what is used now, new rows, who has reported, and what the exchange knows."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from catalog.applications.model import Proposal, Report, Use
from kdnx.db.conn import Conn
from kdnx.db.rows import many

# the newest row that has begun; one that says "no longer used" counts as the newest and is left out
LIST_OWN = """
SELECT * FROM (SELECT DISTINCT ON (owner_id, capability_id, product_id) owner_id, capability_id, product_id, mode, from_member_id, users,
    yearly_cents, used_since, contract_end, valid_from, row_version
  FROM catalog.application_use WHERE owner_id = ANY ($1::uuid[]) AND valid_from <= $2
  ORDER BY owner_id, capability_id, product_id, valid_from DESC) x WHERE mode IS NOT NULL OR $3 ORDER BY owner_id, capability_id, product_id
"""
LIST_ALL = """
SELECT owner_id, capability_id, product_id, mode, from_member_id, users, used_since, contract_end, valid_from FROM catalog.public_application
WHERE mode IS NOT NULL AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) AND ($2::uuid IS NULL OR capability_id = $2)
ORDER BY capability_id, owner_id, product_id
"""
LIST_HISTORY = """
SELECT owner_id, capability_id, product_id, mode, from_member_id, users, yearly_cents, used_since, contract_end, valid_from, row_version
FROM catalog.application_use WHERE owner_id = $1 AND capability_id = $2 ORDER BY valid_from DESC, product_id LIMIT 200
"""
LOCK_HOUSE = "SELECT pg_advisory_xact_lock(hashtextextended('application|' || $1::text, 7))"
WRITE_USES = """
INSERT INTO catalog.application_use (owner_id, capability_id, product_id, valid_from, mode, from_member_id, users, yearly_cents, used_since,
  contract_end, declared_by, created_at, updated_at)
SELECT x.o, x.c, x.p, x.d, x.m, x.f, x.u, x.y, x.s, x.e, $11, $12, $12
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::date[], $5::text[], $6::uuid[], $7::int[], $8::bigint[], $9::date[], $10::date[])
  AS x(o, c, p, d, m, f, u, y, s, e)
ON CONFLICT (owner_id, capability_id, product_id, valid_from) DO UPDATE SET mode = EXCLUDED.mode, from_member_id = EXCLUDED.from_member_id,
  users = EXCLUDED.users, yearly_cents = EXCLUDED.yearly_cents, used_since = EXCLUDED.used_since, contract_end = EXCLUDED.contract_end,
  declared_by = EXCLUDED.declared_by, row_version = application_use.row_version + 1, updated_at = EXCLUDED.updated_at
"""
LIST_REPORTS = "SELECT owner_id, confirmed_on, reminded_on, row_version FROM catalog.application_report ORDER BY owner_id LIMIT 1000"
CONFIRM = """
INSERT INTO catalog.application_report (owner_id, confirmed_on, confirmed_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (owner_id) DO UPDATE SET confirmed_on = EXCLUDED.confirmed_on, confirmed_by = EXCLUDED.confirmed_by, reminded_on = NULL,
  row_version = application_report.row_version + 1, updated_at = EXCLUDED.updated_at
"""
LIST_DUE = """
SELECT owner_id, confirmed_on, reminded_on, row_version FROM catalog.application_report WHERE confirmed_on <= $1 AND reminded_on IS NULL
ORDER BY confirmed_on, owner_id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
MARK_REMINDED = (
    "UPDATE catalog.application_report SET reminded_on = $2 WHERE owner_id = ANY ($1::uuid[])"
)
LIST_PROPOSALS = """
SELECT DISTINCT ON (l.capability_id, o.owner_id) l.capability_id, o.owner_id AS provider_id, o.id AS offering_id, o.title, u.valid_from, l.product_id
FROM catalog.offering_use u JOIN catalog.visible_offering o ON o.id = u.offering_id
JOIN catalog.offering_capability l ON l.offering_id = o.id
WHERE u.recipient_id = $1 AND u.valid_from <= $2 AND (u.valid_to IS NULL OR u.valid_to > $2) AND NOT u.opted_out
  AND NOT EXISTS (SELECT 1 FROM catalog.public_application a WHERE a.owner_id = $1 AND a.capability_id = l.capability_id
    AND a.from_member_id = o.owner_id AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to > $2))
ORDER BY l.capability_id, o.owner_id, u.valid_from
"""


async def list_own(conn: Conn, owner_ids: Sequence[UUID], *, with_ended: bool = False) -> list[Use]:
    """What these members use today, with cost where row security lets the viewer see the row."""
    return many(Use, await conn.fetch(LIST_OWN, list(owner_ids), conn.today, with_ended))


async def list_all(conn: Conn, capability_id: UUID | None = None) -> list[Use]:
    """What every member uses today, without cost and with doubles of products resolved."""
    return many(Use, await conn.fetch(LIST_ALL, conn.today, capability_id))


async def list_history(conn: Conn, owner_id: UUID, capability_id: UUID) -> list[Use]:
    """Every declaration of a member for a task, the newest first."""
    return many(Use, await conn.fetch(LIST_HISTORY, owner_id, capability_id))


async def lock_house(conn: Conn, owner_id: UUID) -> None:
    """One writer a member until the end of the transaction."""
    await conn.execute(LOCK_HOUSE, str(owner_id))


async def write_uses(
    conn: Conn, uses: Sequence[Use], valid_from: date, declared_by: UUID | None
) -> None:
    """New rows that hold from that day; a row of the same day is replaced."""
    columns = [
        [getattr(u, name) for u in uses]
        for name in (
            "mode",
            "from_member_id",
            "users",
            "yearly_cents",
            "used_since",
            "contract_end",
        )
    ]
    await conn.execute(
        WRITE_USES, [u.owner_id for u in uses], [u.capability_id for u in uses], [u.product_id for u in uses],
        [valid_from] * len(uses), *columns, declared_by, conn.now,
    )  # fmt: skip


async def list_reports(conn: Conn) -> dict[UUID, Report]:
    """By member, when it last confirmed."""
    return {r.owner_id: r for r in many(Report, await conn.fetch(LIST_REPORTS))}


async def confirm(conn: Conn, owner_id: UUID, person_id: UUID | None) -> None:
    """The member's declarations are complete as of today."""
    await conn.execute(CONFIRM, owner_id, conn.today, person_id, conn.now)


async def list_due(conn: Conn, confirmed_until: date, limit: int) -> list[Report]:
    """Reports last confirmed on or before that day whose member was not reminded; locked."""
    return many(Report, await conn.fetch(LIST_DUE, confirmed_until, limit))


async def mark_reminded(conn: Conn, owner_ids: Sequence[UUID]) -> None:
    """They were reminded today."""
    await conn.execute(MARK_REMINDED, list(owner_ids), conn.today)


async def list_proposals(conn: Conn, owner_id: UUID) -> list[Proposal]:
    """Offerings the member receives whose task it has not declared from that provider."""
    return many(Proposal, await conn.fetch(LIST_PROPOSALS, owner_id, conn.today))
