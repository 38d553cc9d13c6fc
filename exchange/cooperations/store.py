"""SQL of cooperations, consents, yearly amounts, checks and lights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from exchange.cooperations.model import Cooperation, Joint, YearAmounts
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.ids import new_id
from kdnx.text import _

GET = "SELECT * FROM exchange.cooperation WHERE id = $1"
LOCK = "SELECT * FROM exchange.cooperation WHERE id = $1 FOR UPDATE"
# keyset by title and id
LIST = """
SELECT c.* FROM exchange.cooperation c WHERE ($1::uuid[] IS NULL OR c.party_ids && $1)
  AND ($2::text IS NULL OR (c.title, c.id) > ($2, $3::uuid)) ORDER BY c.title, c.id LIMIT $4
"""
LIST_FACES = """
SELECT p.owner_id, p.id, p.title, p.state, p.valid_from, p.valid_to FROM exchange.public_cooperation p
WHERE ($1::text IS NULL OR (p.title, p.id) > ($1, $2::uuid)) ORDER BY p.title, p.id LIMIT $3
"""
LIGHTS = """
SELECT cooperation_id, CASE WHEN last_year < $2 - 1 AND $3 THEN 'grey' ELSE light END AS light
FROM exchange.public_cooperation_light WHERE award_year = $2 AND cooperation_id = ANY ($1::uuid[])
"""
INSERT = """
INSERT INTO exchange.cooperation (owner_id, id, title, activities, goals, public_interest, no_advantage, agreement, agreed_on, valid_from, valid_to, party_ids,
  state, author_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'draft', $13, $14, $14)
"""
UPDATE = """
UPDATE exchange.cooperation SET title = $3, activities = $4, goals = $5, public_interest = $6, no_advantage = $7, agreement = $8, agreed_on = $9,
  valid_from = $10, valid_to = $11, party_ids = $12, state = $13, round = $14, end_reason = $15, author_id = $16, row_version = row_version + 1, updated_at = $17
WHERE owner_id = $1 AND id = $2 AND row_version = $18
"""
INSERT_CONSENT = """
INSERT INTO exchange.cooperation_consent (owner_id, cooperation_id, round, member_id, person_id, agreed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
LIST_CONSENTS = "SELECT member_id, agreed_at FROM exchange.cooperation_consent WHERE owner_id = $1 AND cooperation_id = $2 AND round = $3"
LIST_YEARS = """
SELECT * FROM exchange.cooperation_year WHERE cooperation_id = $1 AND owner_id = ANY ($2::uuid[]) ORDER BY year DESC, version DESC, owner_id LIMIT 1000
"""
SIGNED_YEARS = """
SELECT owner_id, year, market_cents, total_cents FROM exchange.cooperation_year
WHERE cooperation_id = $1 AND owner_id = ANY ($2::uuid[]) AND state = 'signed' ORDER BY owner_id, year LIMIT 5000
"""
FIND_OPEN = "SELECT * FROM exchange.cooperation_year WHERE owner_id = $1 AND cooperation_id = $2 AND year = $3 AND state = 'entered'"
LAST_VERSION = "SELECT coalesce(max(version), 0) FROM exchange.cooperation_year WHERE owner_id = $1 AND cooperation_id = $2 AND year = $3"
INSERT_YEAR = """
INSERT INTO exchange.cooperation_year (owner_id, cooperation_id, year, version, id, basis, market_cents, total_cents, evidence, state, author_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'entered', $10, $11, $11)
"""
UPDATE_YEAR = """
UPDATE exchange.cooperation_year SET basis = $5, market_cents = $6, total_cents = $7, evidence = $8, state = $9, author_id = $10, signer_id = $11,
  signed_at = $12, row_version = row_version + 1, updated_at = $13
WHERE owner_id = $1 AND cooperation_id = $2 AND year = $3 AND version = $4 AND row_version = $14
"""
SUPERSEDE = """
UPDATE exchange.cooperation_year SET state = 'superseded', row_version = row_version + 1, updated_at = $4
WHERE owner_id = $1 AND cooperation_id = $2 AND year = $3 AND state = 'signed'
"""
INSERT_CHECK = """
INSERT INTO exchange.cooperation_check (owner_id, cooperation_id, award_year, id, checked_at, market_cents, total_cents, worst_id, worst_market_cents,
  worst_total_cents, headroom_cents, last_year, party_ids, light, rule_ids) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""
FINAL = (
    "SELECT member_id, final_id FROM kdnx.public_final_successor WHERE member_id = ANY ($1::uuid[])"
)
LIST_OVER = "SELECT * FROM exchange.cooperation WHERE state = 'active' AND valid_to < $1 ORDER BY owner_id, id LIMIT $2 FOR UPDATE SKIP LOCKED"
LIST_ACTIVE = "SELECT * FROM exchange.cooperation WHERE state = 'active' AND ($1::uuid[] IS NULL OR party_ids && $1) ORDER BY owner_id, id LIMIT 5000"


@dataclass(frozen=True)
class Face:
    """What everybody who may list a cooperation knows of it."""

    owner_id: UUID
    id: UUID
    title: str
    state: str
    valid_from: date
    valid_to: date | None


async def get_cooperation(conn: Conn, cooperation_id: UUID, *, locked: bool = False) -> Cooperation:
    """One agreement; NotFound where the viewer may not know of it."""
    sql = LOCK if locked else GET
    return one(Cooperation, await conn.fetchrow(sql, cooperation_id), _("Diese Zusammenarbeit"))


async def list_cooperations(
    conn: Conn, members: Sequence[UUID] | None, after: tuple[str, UUID] | None, limit: int
) -> list[Cooperation]:
    """Agreements of these parties (None: all the viewer sees) by title, after a title and id."""
    title, key = after or (None, None)
    given = None if members is None else list(members)
    return many(Cooperation, await conn.fetch(LIST, given, title, key, limit))


async def list_faces(conn: Conn, after: tuple[str, UUID] | None, limit: int) -> list[Face]:
    """What the committee sees: titles and terms of concluded agreements."""
    title, key = after or (None, None)
    return many(Face, await conn.fetch(LIST_FACES, title, key, limit))


async def lights_of(
    conn: Conn, ids: Sequence[UUID], award_year: int, *, is_due: bool
) -> dict[UUID, str]:
    """The kept lights of these agreements for an award year; those never checked are missing."""
    rows = await conn.fetch(LIGHTS, list(ids), award_year, is_due)
    return {r["cooperation_id"]: r["light"] for r in rows}


async def insert_cooperation(conn: Conn, c: Cooperation) -> None:
    """A new draft."""
    await conn.execute(
        INSERT, c.owner_id, c.id, c.title, c.activities, c.goals, c.public_interest, c.no_advantage, c.agreement, c.agreed_on,
        c.valid_from, c.valid_to, list(c.party_ids), c.author_id, conn.now,
    )  # fmt: skip


async def update_cooperation(conn: Conn, c: Cooperation) -> bool:
    """Write it over the version `c.row_version`; False when somebody was faster."""
    return await conn.execute(
        UPDATE, c.owner_id, c.id, c.title, c.activities, c.goals, c.public_interest, c.no_advantage, c.agreement, c.agreed_on,
        c.valid_from, c.valid_to, list(c.party_ids), c.state, c.round, c.end_reason, c.author_id, conn.now, c.row_version,
    ) == 1  # fmt: skip


async def insert_consent(conn: Conn, c: Cooperation, member_id: UUID, person_id: UUID) -> None:
    """A party agrees to the text as it is proposed now; twice is once."""
    await conn.execute(INSERT_CONSENT, c.owner_id, c.id, c.round, member_id, person_id, conn.now)


async def list_consents(conn: Conn, c: Cooperation) -> dict[UUID, datetime]:
    """Which party agreed when, in this round."""
    rows = await conn.fetch(LIST_CONSENTS, c.owner_id, c.id, c.round)
    return {r["member_id"]: r["agreed_at"] for r in rows}


async def list_years(conn: Conn, cooperation_id: UUID, houses: Sequence[UUID]) -> list[YearAmounts]:
    """All versions of these houses' amounts, the last year first; only what the viewer may read."""
    return many(YearAmounts, await conn.fetch(LIST_YEARS, cooperation_id, list(houses)))


async def signed_years(
    conn: Conn, cooperation_id: UUID, houses: Sequence[UUID]
) -> dict[UUID, dict[int, tuple[int, int]]]:
    """(market, total) in cents of each signed year, by house; only what the viewer may read."""
    found: dict[UUID, dict[int, tuple[int, int]]] = {}
    for r in await conn.fetch(SIGNED_YEARS, cooperation_id, list(houses)):
        found.setdefault(r["owner_id"], {})[r["year"]] = (r["market_cents"], r["total_cents"])
    return found


async def find_open(
    conn: Conn, owner_id: UUID, cooperation_id: UUID, year: int
) -> YearAmounts | None:
    """The version of a year that waits for its second signature."""
    return maybe(YearAmounts, await conn.fetchrow(FIND_OPEN, owner_id, cooperation_id, year))


async def last_version(conn: Conn, owner_id: UUID, cooperation_id: UUID, year: int) -> int:
    """The highest version of a year; 0 without any."""
    return int(await conn.fetchval(LAST_VERSION, owner_id, cooperation_id, year))


async def insert_year(conn: Conn, y: YearAmounts) -> None:
    """New amounts that wait for the second signature."""
    await conn.execute(
        INSERT_YEAR, y.owner_id, y.cooperation_id, y.year, y.version, y.id, y.basis, y.market_cents, y.total_cents, y.evidence,
        y.author_id, conn.now,
    )  # fmt: skip


async def update_year(conn: Conn, y: YearAmounts) -> bool:
    """Write them over the version `y.row_version`; False when somebody was faster."""
    return await conn.execute(
        UPDATE_YEAR, y.owner_id, y.cooperation_id, y.year, y.version, y.basis, y.market_cents, y.total_cents, y.evidence,
        y.state, y.author_id, y.signer_id, y.signed_at, conn.now, y.row_version,
    ) == 1  # fmt: skip


async def supersede(conn: Conn, y: YearAmounts) -> None:
    """The signed version of the year counts no longer."""
    await conn.execute(SUPERSEDE, y.owner_id, y.cooperation_id, y.year, conn.now)


async def insert_check(conn: Conn, c: Cooperation, t: Joint, rule_ids: Sequence[UUID]) -> None:
    """Keep a test; only the system may."""
    w = t.worst
    await conn.execute(
        INSERT_CHECK, c.owner_id, c.id, t.award_year, new_id(), conn.now, t.market_cents, t.total_cents, w.party_id if w else None,
        w.market_cents if w else None, w.total_cents if w else None, t.headroom_cents, t.years[-1],
        [p.party_id for p in t.parts], t.light.value, list(rule_ids),
    )  # fmt: skip


async def final_of(conn: Conn, members: Sequence[UUID]) -> Mapping[UUID, UUID]:
    """The house that acts today for each member."""
    return {r["member_id"]: r["final_id"] for r in await conn.fetch(FINAL, list(members))}


async def list_over(conn: Conn, today: date, limit: int) -> list[Cooperation]:
    """Agreements whose last day has passed, locked; those another worker holds are left out."""
    return many(Cooperation, await conn.fetch(LIST_OVER, today, limit))


async def list_active(conn: Conn, members: Sequence[UUID] | None = None) -> list[Cooperation]:
    """Agreements in force that the viewer sees, of these parties or all."""
    given = None if members is None else list(members)
    return many(Cooperation, await conn.fetch(LIST_ACTIVE, given))
