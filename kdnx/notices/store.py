"""SQL of notices, their settings and the outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many
from kdnx.notices.model import Notice, Outgoing

TELL = "SELECT coalesce(sum(kdnx.tell($1, o, $3, $4, $5, $6)), 0)::int FROM unnest($2::uuid[]) o"
LIST_MINE = """
SELECT * FROM kdnx.notice WHERE person_id = $1 AND ($2 OR read_at IS NULL)
  AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
ORDER BY created_at DESC, id DESC LIMIT $5
"""
COUNT_UNREAD = "SELECT count(*)::int FROM (SELECT 1 FROM kdnx.notice WHERE person_id = $1 AND read_at IS NULL LIMIT 1000) x"
MARK_READ = "UPDATE kdnx.notice SET read_at = $3 WHERE person_id = $1 AND read_at IS NULL AND ($2::uuid IS NULL OR id = $2)"
HAS_NOTICE = "SELECT EXISTS (SELECT 1 FROM kdnx.notice WHERE person_id = $1 AND id = $2)"
LIST_SETTINGS = "SELECT topic, mail FROM kdnx.notice_setting WHERE person_id = $1 LIMIT 100"
SAVE_SETTING = """
INSERT INTO kdnx.notice_setting (person_id, topic, mail, updated_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id, topic) DO UPDATE SET mail = excluded.mail, updated_at = excluded.updated_at
"""
CLAIM = """
UPDATE kdnx.outbox o SET attempts = o.attempts + 1, due = $1::timestamptz + least(interval '6 hours', interval '1 minute' * power(2, o.attempts))
FROM kdnx.outbox w LEFT JOIN kdnx.person p ON p.id = w.person_id AND p.erased_at IS NULL
WHERE o.owner_id = w.owner_id AND o.id = w.id AND (w.owner_id, w.id) IN (
  SELECT owner_id, id FROM kdnx.outbox WHERE state = 'waiting' AND due <= $1 AND kind IN ('mail', 'digest') ORDER BY due, id LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING o.owner_id, o.id, o.kind, o.body, o.attempts, o.person_id, coalesce(p.email, '') AS email
"""
DIGEST_ITEMS = """
SELECT * FROM kdnx.notice WHERE person_id = $1 AND owner_id = $2 AND mail = 'daily' AND mailed_at IS NULL AND read_at IS NULL ORDER BY created_at, id LIMIT 200
"""
MARK_MAILED = "UPDATE kdnx.notice SET mailed_at = $3 WHERE owner_id = $1 AND id = ANY ($2::uuid[])"
FINISH = "UPDATE kdnx.outbox SET state = $3, done_at = $4, last_error = $5 WHERE owner_id = $1 AND id = $2"
NOTE_ERROR = "UPDATE kdnx.outbox SET last_error = $3 WHERE owner_id = $1 AND id = $2"

SWEEP_NOTICES = """
DELETE FROM kdnx.notice WHERE (owner_id, id) IN (SELECT owner_id, id FROM kdnx.notice WHERE created_at < $1 ORDER BY created_at LIMIT 1000)
"""
SWEEP_OUTBOX = """
DELETE FROM kdnx.outbox WHERE (owner_id, id) IN (
  SELECT owner_id, id FROM kdnx.outbox WHERE state <> 'waiting' AND done_at < $1 ORDER BY done_at LIMIT 1000)
"""


async def tell(
    conn: Conn, notice: Mapping[str, object], owner_ids: Sequence[UUID], roles: Sequence[str],
    person_ids: Sequence[UUID], digest_at: datetime,
) -> int:  # fmt: skip
    """Make the notice for people of the members in these roles or by name, with mail as they set it."""
    count: int = await conn.fetchval(
        TELL, dict(notice), list(owner_ids), list(roles), list(person_ids), conn.now, digest_at
    )
    return count


async def list_mine(
    conn: Conn, person_id: UUID, *, read: bool, before: tuple[datetime, UUID] | None, limit: int
) -> list[Notice]:
    """A person's notices, newest first; with `read` also those already read."""
    at, last = before or (None, None)
    return many(Notice, await conn.fetch(LIST_MINE, person_id, read, at, last, limit))


async def count_unread(conn: Conn, person_id: UUID) -> int:
    """How many are unread (bounded at 1000)."""
    count: int = await conn.fetchval(COUNT_UNREAD, person_id)
    return count


async def mark_read(conn: Conn, person_id: UUID, notice_id: UUID | None) -> int:
    """Mark one or (None) all as read; how many there were."""
    return await conn.execute(MARK_READ, person_id, notice_id, conn.now)


async def has_notice(conn: Conn, person_id: UUID, notice_id: UUID) -> bool:
    """The person has that notice."""
    return bool(await conn.fetchval(HAS_NOTICE, person_id, notice_id))


async def list_settings(conn: Conn, person_id: UUID) -> dict[str, str]:
    """What the person set, by topic."""
    return {r["topic"]: r["mail"] for r in await conn.fetch(LIST_SETTINGS, person_id)}


async def save_settings(conn: Conn, person_id: UUID, settings: Mapping[str, str]) -> None:
    """Keep what the person set, by topic."""
    await conn.executemany(
        SAVE_SETTING, [(person_id, topic, mail, conn.now) for topic, mail in settings.items()]
    )


async def claim(conn: Conn, limit: int) -> list[Outgoing]:
    """Take due rows: their `due` moves on, so a dead worker's rows come back and failures wait longer."""
    return many(Outgoing, await conn.fetch(CLAIM, conn.now, limit))


async def digest_items(conn: Conn, person_id: UUID, owner_id: UUID) -> list[Notice]:
    """What the next daily mail of a person holds."""
    return many(Notice, await conn.fetch(DIGEST_ITEMS, person_id, owner_id))


async def finish(
    conn: Conn, row: Outgoing, state: str, *, notices: Sequence[UUID] = (), error: str = ""
) -> None:
    """End a row: sent, given_up or not_needed; `notices` went with it."""
    await conn.execute(FINISH, row.owner_id, row.id, state, conn.now, error[:500])
    if notices:
        await conn.execute(MARK_MAILED, row.owner_id, list(notices), conn.now)


async def note_error(conn: Conn, row: Outgoing, error: str) -> None:
    """Why it did not go out this time."""
    await conn.execute(NOTE_ERROR, row.owner_id, row.id, error[:500])


async def sweep_notices(conn: Conn, before: datetime) -> int:
    """Delete a batch of notices older than that; how many."""
    return await conn.execute(SWEEP_NOTICES, before)


async def sweep_outbox(conn: Conn, before: datetime) -> int:
    """Delete a batch of finished rows older than that; how many."""
    return await conn.execute(SWEEP_OUTBOX, before)
