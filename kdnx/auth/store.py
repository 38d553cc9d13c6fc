"""SQL of sessions, persons and their mandates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from kdnx.auth.model import Grant, OpenSession, SessionRow
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe
from kdnx.viewer import Role

FIND_SESSION = """
SELECT s.id_hash, s.person_id, s.client_id, s.member_id, s.scope, s.csrf_token, s.seen_at, s.on_behalf_of,
  coalesce(p.display_name, c.label, '') AS name, coalesce(p.theme, '') AS theme, coalesce(m.name, '') AS member_name,
  coalesce(m.state = 'active', false) AS is_active,
  coalesce(m.id = (SELECT h.member_id FROM kdnx.hub_term h WHERE h.valid_from <= $3 ORDER BY h.valid_from DESC LIMIT 1), false) AS is_hub,
  ARRAY(SELECT f.member_id FROM kdnx.public_final_successor f WHERE f.final_id = s.member_id ORDER BY f.member_id <> s.member_id, f.member_id) AS members,
  ARRAY(SELECT DISTINCT g.role FROM kdnx.role_grant g
    WHERE g.person_id = coalesce(s.on_behalf_of, s.person_id) AND g.member_id = s.member_id
      AND g.valid_from <= $3 AND (g.valid_to IS NULL OR g.valid_to > $3)
      AND (s.on_behalf_of IS NULL OR EXISTS (SELECT FROM kdnx.deputy d
        WHERE d.person_id = s.on_behalf_of AND d.deputy_id = s.person_id AND d.member_id = s.member_id AND g.role = ANY (d.roles)
          AND d.ended_at IS NULL AND d.valid_from <= $3 AND d.valid_to > $3))) AS roles,
  coalesce(ARRAY(SELECT unnest(c.scopes) INTERSECT SELECT unnest(coalesce(s.scopes, c.scopes))), '{}') AS scopes
FROM kdnx.session s
LEFT JOIN kdnx.person p ON p.id = s.person_id
LEFT JOIN kdnx.client c ON c.id = s.client_id
LEFT JOIN kdnx.member m ON m.id = s.member_id
WHERE s.id_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2
  AND (s.person_id IS NULL OR p.erased_at IS NULL)
  AND (s.client_id IS NULL OR (c.revoked_at IS NULL AND (c.valid_to IS NULL OR c.valid_to > $3)))
"""
INSERT_SESSION = """
INSERT INTO kdnx.session (id_hash, person_id, client_id, member_id, scope, csrf_token, user_agent, on_behalf_of, scopes,
  provider_id, provider_sid, sign_out_hint, created_at, seen_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)
"""
LIST_GRANTS = """
WITH hub AS (SELECT h.member_id FROM kdnx.hub_term h WHERE h.valid_from <= $2 ORDER BY h.valid_from DESC LIMIT 1)
SELECT g.person_id, g.member_id, m.name AS member_name, g.role, g.valid_from, g.valid_to, g.limit_cents,
  g.member_id = (SELECT hub.member_id FROM hub) AS is_hub, NULL::uuid AS on_behalf_of, '' AS absent_name
FROM kdnx.role_grant g JOIN kdnx.member m ON m.id = g.member_id AND m.state = 'active'
WHERE g.person_id = ANY ($1) AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to > $2)
UNION ALL
SELECT d.deputy_id, d.member_id, m.name, g.role, greatest(d.valid_from, g.valid_from), least(d.valid_to, g.valid_to), g.limit_cents,
  d.member_id = (SELECT hub.member_id FROM hub), d.person_id, p.display_name
FROM kdnx.deputy d
JOIN kdnx.role_grant g ON g.person_id = d.person_id AND g.member_id = d.member_id AND g.role = ANY (d.roles)
JOIN kdnx.member m ON m.id = d.member_id AND m.state = 'active'
JOIN kdnx.person p ON p.id = d.person_id
WHERE d.deputy_id = ANY ($1) AND d.ended_at IS NULL AND d.valid_from <= $2 AND d.valid_to > $2
  AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to > $2)
"""
LIST_PERSONAS = """
SELECT id, display_name FROM kdnx.person WHERE is_persona AND erased_at IS NULL
ORDER BY kdnx.sort_key(display_name), id LIMIT 500
"""
FIND_PERSONA = "SELECT id FROM kdnx.person WHERE id = $1 AND is_persona AND erased_at IS NULL"
IS_DEMO = "SELECT coalesce((SELECT is_demo FROM kdnx.alliance), false)"
LIST_SIGN_IN_WAYS = """
SELECT slug, label FROM kdnx.identity_provider WHERE state = 'active' ORDER BY kdnx.sort_key(label), slug LIMIT 200
"""
INSERT_PERSON = """
INSERT INTO kdnx.person (id, issuer, subject, display_name, email, is_persona, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
"""
SET_LOOKS = """
UPDATE kdnx.person SET theme = $2, language = $3, row_version = row_version + 1, updated_at = $4 WHERE id = $1
"""
LANGUAGE_OF = "SELECT language FROM kdnx.person WHERE id = $1"
REVOKE_SESSION = "UPDATE kdnx.session SET revoked_at = $2, sign_out_hint = NULL WHERE id_hash = $1 AND revoked_at IS NULL"
REVOKE_OWN = """
UPDATE kdnx.session SET revoked_at = $3, sign_out_hint = NULL
WHERE person_id = $1 AND encode(id_hash, 'hex') = $2 AND revoked_at IS NULL
"""
REVOKE_OTHERS = """
UPDATE kdnx.session SET revoked_at = $3, sign_out_hint = NULL WHERE person_id = $1 AND id_hash <> $2 AND revoked_at IS NULL
"""
LAST_MANDATE = """
SELECT member_id, scope, on_behalf_of FROM kdnx.session WHERE person_id = $1 AND member_id IS NOT NULL ORDER BY created_at DESC LIMIT 1
"""
SESSION_ORIGIN = (
    "SELECT provider_id, provider_sid, sign_out_hint FROM kdnx.session WHERE id_hash = $1"
)
KEEP_END = """
UPDATE kdnx.session SET expires_at = (SELECT o.expires_at FROM kdnx.session o WHERE o.id_hash = $2) WHERE id_hash = $1
"""
LIST_SESSIONS = """
SELECT encode(s.id_hash, 'hex') AS id, s.user_agent, coalesce(m.name, '') AS member_name, s.created_at, s.seen_at, s.expires_at,
  s.id_hash = $2 AS is_this
FROM kdnx.session s LEFT JOIN kdnx.member m ON m.id = s.member_id
WHERE s.person_id = $1 AND s.revoked_at IS NULL AND s.expires_at > $3 ORDER BY s.seen_at DESC LIMIT 50
"""
TOUCH = "UPDATE kdnx.session SET seen_at = $2 WHERE id_hash = $1 AND seen_at < $2"
HIT = """
INSERT INTO kdnx.rate (key, window_start, hits)
VALUES (CASE WHEN EXISTS (SELECT FROM kdnx.session s WHERE s.id_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $4) THEN $2 ELSE $3 END,
  date_trunc('minute', $4::timestamptz), 1)
ON CONFLICT (key, window_start) DO UPDATE SET hits = kdnx.rate.hits + 1 RETURNING hits
"""
# both in one round trip, for every API call that reads begins with them; `found` is FIND_SESSION word for word (tested)
HIT_AND_FIND = """
WITH counted AS (
  INSERT INTO kdnx.rate (key, window_start, hits)
  VALUES (CASE WHEN EXISTS (SELECT FROM kdnx.session s WHERE s.id_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2) THEN $4 ELSE $5 END,
    date_trunc('minute', $2::timestamptz), 1)
  ON CONFLICT (key, window_start) DO UPDATE SET hits = kdnx.rate.hits + 1 RETURNING hits),
found AS (
SELECT s.id_hash, s.person_id, s.client_id, s.member_id, s.scope, s.csrf_token, s.seen_at, s.on_behalf_of,
  coalesce(p.display_name, c.label, '') AS name, coalesce(p.theme, '') AS theme, coalesce(m.name, '') AS member_name,
  coalesce(m.state = 'active', false) AS is_active,
  coalesce(m.id = (SELECT h.member_id FROM kdnx.hub_term h WHERE h.valid_from <= $3 ORDER BY h.valid_from DESC LIMIT 1), false) AS is_hub,
  ARRAY(SELECT f.member_id FROM kdnx.public_final_successor f WHERE f.final_id = s.member_id ORDER BY f.member_id <> s.member_id, f.member_id) AS members,
  ARRAY(SELECT DISTINCT g.role FROM kdnx.role_grant g
    WHERE g.person_id = coalesce(s.on_behalf_of, s.person_id) AND g.member_id = s.member_id
      AND g.valid_from <= $3 AND (g.valid_to IS NULL OR g.valid_to > $3)
      AND (s.on_behalf_of IS NULL OR EXISTS (SELECT FROM kdnx.deputy d
        WHERE d.person_id = s.on_behalf_of AND d.deputy_id = s.person_id AND d.member_id = s.member_id AND g.role = ANY (d.roles)
          AND d.ended_at IS NULL AND d.valid_from <= $3 AND d.valid_to > $3))) AS roles,
  coalesce(ARRAY(SELECT unnest(c.scopes) INTERSECT SELECT unnest(coalesce(s.scopes, c.scopes))), '{}') AS scopes
FROM kdnx.session s
LEFT JOIN kdnx.person p ON p.id = s.person_id
LEFT JOIN kdnx.client c ON c.id = s.client_id
LEFT JOIN kdnx.member m ON m.id = s.member_id
WHERE s.id_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2
  AND (s.person_id IS NULL OR p.erased_at IS NULL)
  AND (s.client_id IS NULL OR (c.revoked_at IS NULL AND (c.valid_to IS NULL OR c.valid_to > $3)))
)
SELECT counted.hits, found.* FROM counted LEFT JOIN found ON true
"""
DROP_RATES = "DELETE FROM kdnx.rate WHERE window_start < $1::timestamptz - interval '1 hour'"
DROP_SESSIONS = "DELETE FROM kdnx.session WHERE expires_at < $1::timestamptz - interval '30 days'"
INSERT_SECURITY_EVENT = """
INSERT INTO kdnx.security_event (id, at, kind, detail, person_id, request_id) VALUES ($1, $2, $3, $4, $5, $6)
"""


async def find_session(conn: Conn, id_hash: bytes) -> SessionRow | None:
    """A living session with its mandate of today, or None."""
    return maybe(SessionRow, await conn.fetchrow(FIND_SESSION, id_hash, conn.now, conn.today))


async def insert_session(conn: Conn, values: Sequence[object], expires_at: datetime) -> None:
    """A new session; `values` in the order of the columns up to `sign_out_hint`."""
    await conn.execute(INSERT_SESSION, *values, conn.now, expires_at)


async def list_grants(conn: Conn, person_ids: Sequence[UUID]) -> dict[UUID, list[Grant]]:
    """What each of these people holds today, own roles and deputised ones."""
    found: dict[UUID, list[Grant]] = {p: [] for p in person_ids}
    for row in await conn.fetch(LIST_GRANTS, list(person_ids), conn.today):
        found[row["person_id"]].append(_grant(row))
    return found


def _grant(row: asyncpg.Record) -> Grant:
    values = {k: row[k] for k in Grant.__dataclass_fields__}
    return Grant(**{**values, "role": Role(row["role"]), "is_hub": bool(row["is_hub"])})


async def list_personas(conn: Conn) -> list[tuple[UUID, str]]:
    """People of the demonstration: id and name."""
    return [(r["id"], r["display_name"]) for r in await conn.fetch(LIST_PERSONAS)]


async def find_persona(conn: Conn, person_id: UUID) -> UUID | None:
    """The id when it is a person of the demonstration."""
    found: UUID | None = await conn.fetchval(FIND_PERSONA, person_id)
    return found


async def read_is_demo(conn: Conn) -> bool:
    """The alliance holds invented data only."""
    return bool(await conn.fetchval(IS_DEMO))


async def list_sign_in_ways(conn: Conn) -> list[dict[str, str]]:
    """Short name and label of every provider in use."""
    return [dict(r) for r in await conn.fetch(LIST_SIGN_IN_WAYS)]


async def insert_person(
    conn: Conn,
    person_id: UUID,
    issuer: str,
    subject: str,
    display_name: str,
    email: str,
    *,
    is_persona: bool,
) -> None:
    """A new person."""
    await conn.execute(
        INSERT_PERSON, person_id, issuer, subject, display_name, email, is_persona, conn.now
    )


async def set_looks(conn: Conn, person_id: UUID, theme: str, language: str) -> None:
    """Theme and language of a person."""
    await conn.execute(SET_LOOKS, person_id, theme, language, conn.now)


async def read_language(conn: Conn, person_id: UUID) -> str:
    """The language a person chose."""
    return str(await conn.fetchval(LANGUAGE_OF, person_id) or "de")


async def revoke_session(conn: Conn, id_hash: bytes) -> int:
    """End one session."""
    return await conn.execute(REVOKE_SESSION, id_hash, conn.now)


async def revoke_own(conn: Conn, person_id: UUID, session: str) -> int:
    """End one session of this person by its public id; 0 when it is not theirs."""
    return await conn.execute(REVOKE_OWN, person_id, session, conn.now)


async def revoke_others(conn: Conn, person_id: UUID, id_hash: bytes) -> int:
    """End all sessions of this person but one; how many."""
    return await conn.execute(REVOKE_OTHERS, person_id, id_hash, conn.now)


async def find_last_mandate(conn: Conn, person_id: UUID) -> tuple[UUID, str, UUID | None] | None:
    """Member, kind and absent person of the session begun last."""
    row = await conn.fetchrow(LAST_MANDATE, person_id)
    return None if row is None else (row["member_id"], row["scope"], row["on_behalf_of"])


async def get_session_origin(conn: Conn, id_hash: bytes) -> dict[str, Any]:
    """Which provider began it, under which session there, and how to sign out there."""
    return dict(await conn.fetchrow(SESSION_ORIGIN, id_hash) or {})


async def keep_end(conn: Conn, id_hash: bytes, old_hash: bytes) -> None:
    """A session that follows another ends with it."""
    await conn.execute(KEEP_END, id_hash, old_hash)


async def list_sessions(conn: Conn, person_id: UUID, id_hash: bytes) -> list[OpenSession]:
    """Where this person is signed in."""
    return many(OpenSession, await conn.fetch(LIST_SESSIONS, person_id, id_hash, conn.now))


async def touch_session(conn: Conn, id_hash: bytes) -> None:
    """Remember that it was used now."""
    await conn.execute(TOUCH, id_hash, conn.now)


async def hit(conn: Conn, id_hash: bytes, known_key: str, other_key: str) -> int:
    """Count one request of this minute, by session when it lives, else by `other_key`; the new count."""
    return int(await conn.fetchval(HIT, id_hash, known_key, other_key, conn.now))


async def hit_and_find(
    conn: Conn, id_hash: bytes, known_key: str, other_key: str
) -> tuple[int, SessionRow | None]:
    """As `hit`, and the living session as `find_session` reads it, in one statement."""
    row = await conn.fetchrow(HIT_AND_FIND, id_hash, conn.now, conn.today, known_key, other_key)
    assert row is not None  # noqa: S101  # what was counted comes back
    return row["hits"], None if row["id_hash"] is None else maybe(SessionRow, row)


async def drop_old(conn: Conn) -> int:
    """Forget old counters, and sessions 30 days after their end."""
    return await conn.execute(DROP_RATES, conn.now) + await conn.execute(DROP_SESSIONS, conn.now)


async def insert_security_event(
    conn: Conn, event_id: UUID, kind: str, detail: str, person_id: UUID | None
) -> None:
    """Keep what happened at the door."""
    await conn.execute(
        INSERT_SECURITY_EVENT, event_id, conn.now, kind, detail, person_id, conn.request_id
    )
