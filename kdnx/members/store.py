"""SQL of the member register."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.errors import Refused
from kdnx.members.model import Alliance, Link, Member, Term
from kdnx.text import _

LIST_MEMBERS = """
SELECT m.*, (SELECT p.provider_level FROM kdnx.member_profile p WHERE p.member_id = m.id AND p.valid_from <= $2 ORDER BY p.valid_from DESC LIMIT 1) AS provider_level,
  (SELECT l.leitweg_id FROM kdnx.leitweg l WHERE l.member_id = m.id AND l.valid_from <= $2 ORDER BY l.valid_from DESC, l.leitweg_id LIMIT 1) AS leitweg_id,
  m.id = (SELECT h.member_id FROM kdnx.hub_term h WHERE h.valid_from <= $2 ORDER BY h.valid_from DESC LIMIT 1) AS is_hub
FROM kdnx.member m WHERE ($1::uuid[] IS NULL OR m.id = ANY ($1)) AND ($3::text IS NULL OR m.code = $3) ORDER BY kdnx.sort_key(m.name), m.code LIMIT 1000
"""
HUB_ON = (
    "SELECT member_id FROM kdnx.hub_term WHERE valid_from <= $1 ORDER BY valid_from DESC LIMIT 1"
)
SUCCEEDED = "SELECT member_id FROM kdnx.public_final_successor WHERE final_id = $1 ORDER BY member_id <> $1, member_id"

ALLIANCE = "SELECT name, short_name, is_demo FROM kdnx.alliance"


async def read_alliance(conn: Conn) -> Alliance | None:
    """The alliance this installation serves, or None before setup."""
    return maybe(Alliance, await conn.fetchrow(ALLIANCE))


async def list_members(conn: Conn, ids: Sequence[UUID] | None = None) -> list[Member]:
    """All members in German order, or those with these ids."""
    return many(
        Member, await conn.fetch(LIST_MEMBERS, None if ids is None else list(ids), conn.today, None)
    )


async def get_member(conn: Conn, member_id: UUID) -> Member:
    """One member; NotFound otherwise."""
    return one(
        Member,
        await conn.fetchrow(LIST_MEMBERS, [member_id], conn.today, None),
        _("Dieses Mitglied"),
    )


async def find_member_by_code(conn: Conn, code: str) -> Member | None:
    """The member with this code ('M07'), or None."""
    return maybe(Member, await conn.fetchrow(LIST_MEMBERS, None, conn.today, code.strip().upper()))


async def hub_on(conn: Conn, day: date) -> UUID:
    """Which member is the hub on that day; Refused when the alliance has none."""
    hub = await conn.fetchval(HUB_ON, day)
    if hub is None:
        raise Refused(
            _("Für diesen Tag ist keine Drehscheibe festgelegt."),
            remedy=_("Die Drehscheibe wird in der Verwaltung unter Mitglieder festgelegt."),
        )
    found: UUID = hub
    return found


async def acting_members(conn: Conn, member_id: UUID) -> tuple[UUID, ...]:
    """The member itself first, then everything it legally succeeded (model.md 4, 5)."""
    rows = await conn.fetch(SUCCEEDED, member_id)
    return tuple(r["member_id"] for r in rows) or (member_id,)


# --- detail of one member -------------------------------------------------------------------
SUCCESSIONS = """
SELECT s.predecessor_id, p.name AS predecessor, s.successor_id, n.name AS successor, s.effective_on, s.kind, s.basis
FROM kdnx.succession s JOIN kdnx.member p ON p.id = s.predecessor_id JOIN kdnx.member n ON n.id = s.successor_id
WHERE $1::uuid IS NULL OR $1 IN (s.predecessor_id, s.successor_id) ORDER BY s.effective_on DESC, p.code LIMIT 200
"""
TERMS = """
SELECT label, valid_from, valid_to, note FROM (
  SELECT 'membership' AS label, valid_from, valid_to, reason AS note FROM kdnx.membership WHERE member_id = $1
  UNION ALL SELECT 'unit', valid_from, valid_to, name FROM kdnx.unit WHERE member_id = $1
  UNION ALL SELECT 'leitweg', valid_from, NULL, leitweg_id FROM kdnx.leitweg WHERE member_id = $1
  UNION ALL SELECT 'level', valid_from, NULL, provider_level FROM kdnx.member_profile WHERE member_id = $1
  UNION ALL SELECT 'tax', valid_from, NULL, regime FROM kdnx.tax_status WHERE member_id = $1
  UNION ALL SELECT 'hub', valid_from, valid_to, '' FROM kdnx.public_hub WHERE member_id = $1
  UNION ALL SELECT 'owner', valid_from, NULL, owner_name || coalesce(' (' || share::text || ' %)', '') FROM kdnx.member_owner WHERE member_id = $1) x
ORDER BY label, valid_from DESC, note LIMIT 500
"""
UPDATE_MEMBER = """
UPDATE kdnx.member SET name = $3, short_name = $4, seat = $5, inhabitants = $6, inhabitants_as_of = $7, focus = $8, vat_id = $9, iban = $10, lei = $11,
  website = $12, street = $13, postal_code = $14, email = $15, tax_case = $16, row_version = row_version + 1, updated_at = $17
WHERE id = $1 AND row_version = $2
"""
UPSERT_MEMBERS = """
INSERT INTO kdnx.member AS m (id, code, name, short_name, legal_form, legal_personality, seat, ags, nuts3, inhabitants, inhabitants_as_of, focus, vat_id, iban, lei,
  website, street, postal_code, email, tax_case, state, created_at, updated_at)
SELECT id, code, name, short_name, legal_form, legal_personality, seat, ags, nuts3, inhabitants, inhabitants_as_of, coalesce(focus, ''), vat_id, iban, lei,
  website, coalesce(street, ''), coalesce(postal_code, ''), coalesce(email, ''), tax_case, state, $2, $2
FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, code text, name text, short_name text, legal_form text, legal_personality bool, seat text, ags text, nuts3 text,
  inhabitants int, inhabitants_as_of date, focus text, vat_id text, iban text, lei text, website text, street text, postal_code text, email text, tax_case text, state text)
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, short_name = EXCLUDED.short_name, legal_form = EXCLUDED.legal_form, legal_personality = EXCLUDED.legal_personality,
  seat = EXCLUDED.seat, ags = EXCLUDED.ags, nuts3 = EXCLUDED.nuts3, inhabitants = EXCLUDED.inhabitants, inhabitants_as_of = EXCLUDED.inhabitants_as_of, focus = EXCLUDED.focus,
  vat_id = EXCLUDED.vat_id, iban = EXCLUDED.iban, lei = EXCLUDED.lei, website = EXCLUDED.website, street = EXCLUDED.street, postal_code = EXCLUDED.postal_code,
  email = EXCLUDED.email, tax_case = EXCLUDED.tax_case, row_version = m.row_version + 1, updated_at = $2
"""
INSERT_MEMBERSHIPS = """
INSERT INTO kdnx.membership (member_id, valid_from, reason) SELECT i, d, $3 FROM unnest($1::uuid[], $2::date[]) x(i, d) ON CONFLICT DO NOTHING
"""
INSERT_LEITWEGE = """
INSERT INTO kdnx.leitweg (member_id, leitweg_id, valid_from) SELECT i, l, d FROM unnest($1::uuid[], $2::text[], $3::date[]) x(i, l, d) ON CONFLICT DO NOTHING
"""
INSERT_LEVELS = """
INSERT INTO kdnx.member_profile (member_id, valid_from, provider_level, entered_by) SELECT i, d, l, $4 FROM unnest($1::uuid[], $2::date[], $3::text[]) x(i, d, l) ON CONFLICT DO NOTHING
"""
EXPORT_MEMBERS = """
SELECT m.*, m.inhabitants AS inhabitants_served, m.tax_case AS vat_case,
  (SELECT min(valid_from) FROM kdnx.membership s WHERE s.member_id = m.id) AS member_since,
  (SELECT leitweg_id FROM kdnx.leitweg l WHERE l.member_id = m.id ORDER BY l.valid_from DESC, l.leitweg_id LIMIT 1) AS leitweg_id,
  (SELECT provider_level FROM kdnx.member_profile p WHERE p.member_id = m.id AND p.valid_from <= $1 ORDER BY p.valid_from DESC LIMIT 1) AS provider_level
FROM kdnx.member m ORDER BY m.code LIMIT 5000
"""
SEARCH_MEMBERS = """
SELECT id, code, name, seat FROM kdnx.public_member WHERE sort_key LIKE '%' || kdnx.sort_key($1) || '%' OR code = upper($1) OR kdnx.sort_key(seat) LIKE kdnx.sort_key($1) || '%'
ORDER BY sort_key LIMIT $2
"""


async def list_successions(conn: Conn, member_id: UUID | None = None) -> list[Link]:
    """All successions, or those of one member, newest first."""
    return many(Link, await conn.fetch(SUCCESSIONS, member_id))


async def list_terms(conn: Conn, member_id: UUID) -> list[Term]:
    """Every dated fact of a member; `label` is the kind."""
    return many(Term, await conn.fetch(TERMS, member_id))


async def update_member(
    conn: Conn, member_id: UUID, version: int, values: Sequence[object]
) -> bool:
    """Write the master data; False when somebody was faster."""
    return await conn.execute(UPDATE_MEMBER, member_id, version, *values, conn.now) == 1


async def upsert_members(conn: Conn, rows: Sequence[dict[str, object]]) -> None:
    """Write members by code in one statement."""
    await conn.execute(UPSERT_MEMBERS, list(rows), conn.now)


async def insert_memberships(
    conn: Conn, rows: Sequence[tuple[UUID, date]], reason: str = ""
) -> None:
    """Begin memberships."""
    await conn.execute(INSERT_MEMBERSHIPS, [r[0] for r in rows], [r[1] for r in rows], reason)


async def insert_leitwege(conn: Conn, rows: Sequence[tuple[UUID, str, date]]) -> None:
    """Leitweg-IDs with their first day."""
    await conn.execute(
        INSERT_LEITWEGE, [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]
    )


async def insert_levels(
    conn: Conn, rows: Sequence[tuple[UUID, date, str]], person: UUID | None
) -> None:
    """Provider levels with their first day."""
    await conn.execute(
        INSERT_LEVELS, [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], person
    )


async def export_members(conn: Conn) -> list[dict[str, object]]:
    """Every member in the columns of the file."""
    return [dict(r) for r in await conn.fetch(EXPORT_MEMBERS, conn.today)]


async def search_members(conn: Conn, text: str, limit: int) -> list[dict[str, object]]:
    """Members by name, code or seat."""
    return [dict(r) for r in await conn.fetch(SEARCH_MEMBERS, text, limit)]


# --- the alliance and its hub ---------------------------------------------------------------
INSERT_ALLIANCE = "INSERT INTO kdnx.alliance (id, name, short_name, is_demo, created_at) VALUES (1, $1, $2, $3, $4)"
SET_HUB = "INSERT INTO kdnx.hub_term (member_id, valid_from) VALUES ($1, $2)"
LIST_HUBS = "SELECT h.valid_from, h.valid_to, m.id, m.name FROM kdnx.public_hub h JOIN kdnx.member m ON m.id = h.member_id ORDER BY h.valid_from DESC"


async def insert_alliance(
    conn: Conn, name: str, short_name: str, is_demo: bool
) -> None:  # as the column
    """The one row."""
    await conn.execute(INSERT_ALLIANCE, name, short_name, is_demo, conn.now)


async def set_hub(conn: Conn, member_id: UUID, valid_from: date) -> None:
    """The hub from that day on."""
    await conn.execute(SET_HUB, member_id, valid_from)


async def list_hubs(conn: Conn) -> list[dict[str, object]]:
    """Who was and will be the hub."""
    return [dict(r) for r in await conn.fetch(LIST_HUBS)]
