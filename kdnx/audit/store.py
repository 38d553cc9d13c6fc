"""SQL of the audit trail and the change feed's rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from kdnx.db.conn import Conn

APPEND_AUDIT = "SELECT kdnx.append_audit($1)"
# one round trip; the heads are locked by the last part of it
APPEND_BOTH = """
WITH feed AS (
  INSERT INTO kdnx.change (owner_id, id, at, kind, object_id, row_version, op, audience, party_ids)
  SELECT (e->>'owner_id')::uuid, (e->>'id')::uuid, $3, e->>'kind', (e->>'object_id')::uuid, (e->>'row_version')::int,
    e->>'op', e->>'audience', ARRAY(SELECT jsonb_array_elements_text(e->'party_ids')::uuid)
  FROM jsonb_array_elements($2::jsonb) e RETURNING 1)
SELECT CASE WHEN n >= 0 THEN kdnx.append_audit($1) END FROM (SELECT count(*) AS n FROM feed) f
"""
INSERT_CHANGES = """
INSERT INTO kdnx.change (owner_id, id, at, kind, object_id, row_version, op, audience, party_ids)
SELECT (e->>'owner_id')::uuid, (e->>'id')::uuid, $2, e->>'kind', (e->>'object_id')::uuid, (e->>'row_version')::int,
  e->>'op', e->>'audience', ARRAY(SELECT jsonb_array_elements_text(e->'party_ids')::uuid)
FROM jsonb_array_elements($1::jsonb) e
"""
LIST_EVENTS_OF_OBJECT = """
SELECT e.at, e.action, e.role, e.reason, e.person_id, p.display_name AS person, m.short_name AS member
FROM kdnx.audit_event e
LEFT JOIN kdnx.person p ON p.id = e.person_id LEFT JOIN kdnx.member m ON m.id = e.owner_id
WHERE e.object_id = $1 ORDER BY e.at DESC, e.seq DESC LIMIT $2
"""
LIST_EVENTS = """
SELECT e.owner_id, e.seq, e.at, e.action, e.role, e.object_kind, e.object_id, e.reason, e.request_id,
  p.display_name AS person, m.short_name AS member
FROM kdnx.audit_event e
LEFT JOIN kdnx.person p ON p.id = e.person_id LEFT JOIN kdnx.member m ON m.id = e.owner_id
WHERE ($1::timestamptz IS NULL OR (e.at, e.owner_id, e.seq) < ($1, coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'), coalesce($5::bigint, 0)))
  AND ($2::text IS NULL OR e.action ILIKE $2 || '%' OR e.object_kind = $2 OR e.action = ANY ($6::text[]))
  AND ($7::uuid IS NULL OR e.owner_id = $7)
ORDER BY e.at DESC, e.owner_id DESC, e.seq DESC LIMIT $3
"""
BROKEN_CHAIN = """
WITH e AS (SELECT *, lag(hash) OVER (PARTITION BY owner_id ORDER BY seq) AS prev, lag(seq) OVER (PARTITION BY owner_id ORDER BY seq) AS prev_seq FROM kdnx.audit_event)
SELECT owner_id, seq FROM e WHERE seq <> coalesce(prev_seq, 0) + 1
  OR hash <> sha256(coalesce(prev, sha256(convert_to('kdnx.audit.v1|' || owner_id::text, 'UTF8'))) || convert_to(concat_ws('|',
    'kdnx.audit.v1', owner_id, seq, id, (extract(epoch FROM at) * 1000000)::bigint, coalesce(person_id::text, ''), role, coalesce(on_behalf_of::text, ''),
    action, object_kind, object_id, coalesce(party_id::text, ''), coalesce(encode(before_hash, 'hex'), ''), coalesce(encode(after_hash, 'hex'), ''),
    coalesce(reason, ''), request_id, array_to_string(rule_ids, ',')), 'UTF8'))
ORDER BY 1, 2 LIMIT 20
"""


async def append_audit(
    conn: Conn, rows: Sequence[dict[str, object]], changes: Sequence[dict[str, object]]
) -> None:
    """Append all events, and the rows of the change feed; the function locks the heads in owner order."""
    if changes:
        await conn.fetchval(APPEND_BOTH, list(rows), list(changes), conn.now)
    else:
        await conn.fetchval(APPEND_AUDIT, list(rows))


async def insert_changes(conn: Conn, rows: Sequence[dict[str, object]]) -> None:
    """Rows of the change feed."""
    await conn.execute(INSERT_CHANGES, list(rows), conn.now)


async def list_events_of_object(
    conn: Conn, object_id: UUID, limit: int = 50
) -> list[asyncpg.Record]:
    """What happened to one object, newest first, as far as the viewer may see."""
    return await conn.fetch(LIST_EVENTS_OF_OBJECT, object_id, limit)


async def list_events(
    conn: Conn,
    *,
    before: datetime | None,
    text: str | None,
    limit: int,
    place: tuple[UUID, int] | None = None,
    actions: Sequence[str] = (),
    owner_id: UUID | None = None,
) -> list[asyncpg.Record]:
    """The trail, newest first; `before` (with `place`: owner and seq of that row) is where to go on.

    `text` is the beginning of an action or an object kind; `actions` are whole actions that count as well.
    """
    return await conn.fetch(
        LIST_EVENTS, before, text, limit, *(place or (None, None)), list(actions), owner_id
    )
