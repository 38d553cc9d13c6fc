"""SQL of declarations, checks and lights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.inhouse.model import Declaration, Standing
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.ids import new_id

LOCK_MEMBER = "SELECT pg_advisory_xact_lock(hashtextextended('declaration|' || $1::uuid::text, 0))"
LIST_DECLARATIONS = """
SELECT * FROM exchange.declaration WHERE owner_id = ANY ($1::uuid[]) ORDER BY year DESC, version DESC, owner_id LIMIT 500
"""
FIND_DECLARATION = (
    "SELECT * FROM exchange.declaration WHERE owner_id = $1 AND year = $2 AND version = $3"
)
FIND_OPEN = "SELECT * FROM exchange.declaration WHERE owner_id = $1 AND year = $2 AND state IN ('draft', 'signed_once')"
LAST_VERSION = (
    "SELECT coalesce(max(version), 0) FROM exchange.declaration WHERE owner_id = $1 AND year = $2"
)
LIST_SIGNED = """
SELECT owner_id, year, total_cents - market_cents AS entrusted, total_cents AS total FROM exchange.declaration
WHERE owner_id = ANY ($1::uuid[]) AND state = 'signed' AND year >= $2 ORDER BY owner_id, year LIMIT 20000
"""
INSERT_DECLARATION = """
INSERT INTO exchange.declaration (owner_id, year, version, id, basis, total_cents, kdnx_cents, owners_cents, kdn_members_cents, other_public_cents,
  third_party_cents, market_cents, evidence, state, author_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'draft', $14, $15, $15)
"""
UPDATE_DECLARATION = """
UPDATE exchange.declaration SET basis = $4, total_cents = $5, kdnx_cents = $6, owners_cents = $7, kdn_members_cents = $8, other_public_cents = $9,
  third_party_cents = $10, market_cents = $11, evidence = $12, state = $13, author_id = $14, signer_1 = $15, signed_1_at = $16, signer_2 = $17,
  signed_2_at = $18, row_version = row_version + 1, updated_at = $19
WHERE owner_id = $1 AND year = $2 AND version = $3 AND row_version = $20 RETURNING row_version
"""
SUPERSEDE = """
UPDATE exchange.declaration SET state = 'superseded', row_version = row_version + 1, updated_at = $3
WHERE owner_id = $1 AND year = $2 AND state = 'signed'
"""
LEDGER_SUMS = """
SELECT service_year AS year, sum(cents)::bigint AS cents FROM exchange.volume WHERE provider_id = ANY ($1::uuid[]) AND service_year >= $2 GROUP BY service_year
"""
INSERT_CHECK = """
INSERT INTO exchange.inhouse_check (owner_id, award_year, id, checked_at, entrusted_cents, total_cents, headroom_cents, light, rule_ids, last_year)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
LIST_LIGHTS = """
SELECT m.id AS member_id, m.name, CASE WHEN l.light IS NULL OR (l.last_year < $1 - 1 AND $3) THEN 'grey' ELSE l.light END AS light, l.checked_at,
  coalesce(l.last_year < $1 - 1 AND NOT $3, false) AS is_provisional FROM kdnx.public_member m
LEFT JOIN exchange.public_inhouse_light l ON l.owner_id = m.id AND l.award_year = $1
WHERE m.id = ANY ($2::uuid[]) ORDER BY kdnx.sort_key(m.name), m.id LIMIT 500
"""


@dataclass(frozen=True)
class MemberLight:
    """A member and its light; `checked_at` None where nothing was ever checked; provisional: without the last year."""

    member_id: UUID
    name: str
    light: str
    checked_at: datetime | None
    is_provisional: bool


async def lock_member(conn: Conn, owner_id: UUID) -> None:
    """One at a time writes a member's declarations."""
    await conn.execute(LOCK_MEMBER, owner_id)


async def list_declarations(conn: Conn, houses: Sequence[UUID]) -> list[Declaration]:
    """All versions of these houses, the last year first."""
    return many(Declaration, await conn.fetch(LIST_DECLARATIONS, list(houses)))


async def get_declaration(conn: Conn, owner_id: UUID, year: int, version: int) -> Declaration:
    """One version; NotFound."""
    return one(Declaration, await conn.fetchrow(FIND_DECLARATION, owner_id, year, version))


async def find_open(conn: Conn, owner_id: UUID, year: int) -> Declaration | None:
    """The version of a year that is not signed yet."""
    return maybe(Declaration, await conn.fetchrow(FIND_OPEN, owner_id, year))


async def last_version(conn: Conn, owner_id: UUID, year: int) -> int:
    """The highest version of a year; 0 without any."""
    return int(await conn.fetchval(LAST_VERSION, owner_id, year))


async def signed_years(
    conn: Conn, houses: Sequence[UUID], first: int
) -> dict[UUID, dict[int, tuple[int, int]]]:
    """(entrusted, total) in cents of each signed year since `first`, by house; only what the viewer may read."""
    found: dict[UUID, dict[int, tuple[int, int]]] = {}
    for r in await conn.fetch(LIST_SIGNED, list(houses), first):
        found.setdefault(r["owner_id"], {})[r["year"]] = (r["entrusted"], r["total"])
    return found


async def ledger_sums(conn: Conn, houses: Sequence[UUID], first: int) -> dict[int, int]:
    """What the ledger knows of the supplies of these houses, net cents by service year."""
    return {r["year"]: r["cents"] for r in await conn.fetch(LEDGER_SUMS, list(houses), first)}


async def insert_declaration(conn: Conn, d: Declaration) -> None:
    """A new draft."""
    await conn.execute(
        INSERT_DECLARATION, d.owner_id, d.year, d.version, d.id, d.basis, d.total_cents, d.kdnx_cents, d.owners_cents, d.kdn_members_cents,
        d.other_public_cents, d.third_party_cents, d.market_cents, d.evidence, d.author_id, conn.now,
    )  # fmt: skip


async def update_declaration(conn: Conn, d: Declaration) -> bool:
    """Write it over the version `d.row_version`; False when somebody was faster."""
    return await conn.fetchval(
        UPDATE_DECLARATION, d.owner_id, d.year, d.version, d.basis, d.total_cents, d.kdnx_cents, d.owners_cents, d.kdn_members_cents,
        d.other_public_cents, d.third_party_cents, d.market_cents, d.evidence, d.state, d.author_id, d.signer_1, d.signed_1_at,
        d.signer_2, d.signed_2_at, conn.now, d.row_version,
    ) is not None  # fmt: skip


async def supersede(conn: Conn, owner_id: UUID, year: int) -> None:
    """The signed version of a year counts no longer."""
    await conn.execute(SUPERSEDE, owner_id, year, conn.now)


async def insert_check(conn: Conn, owner_id: UUID, s: Standing, rule_ids: list[UUID]) -> None:
    """Keep a test."""
    await conn.execute(
        INSERT_CHECK, owner_id, s.award_year, new_id(), conn.now, s.entrusted_cents, s.total_cents, s.headroom_cents, s.light, rule_ids,
        s.years[-1],
    )  # fmt: skip


async def list_lights(
    conn: Conn, award_year: int, members: Sequence[UUID], *, is_due: bool
) -> list[MemberLight]:
    """The light of each member for an award year; grey where nothing is known, or the last year is overdue."""
    return many(MemberLight, await conn.fetch(LIST_LIGHTS, award_year, list(members), is_due))
