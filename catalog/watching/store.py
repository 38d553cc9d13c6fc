"""SQL of watches and of what happened to offerings."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from catalog.watching.model import Event, Watched
from kdnx.db.conn import Conn
from kdnx.db.rows import many

INSERT_WATCH = """
INSERT INTO catalog.watch (owner_id, offering_id, person_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
DROP_WATCH = "DELETE FROM catalog.watch WHERE offering_id = $1 AND person_id = $2 AND owner_id = ANY ($3::uuid[])"
IS_WATCHED = "SELECT EXISTS (SELECT 1 FROM catalog.watch WHERE offering_id = $1 AND person_id = $2 AND owner_id = ANY ($3::uuid[]))"
LIST_WATCHED = """
SELECT w.offering_id, w.created_at, o.id IS NOT NULL AS is_visible, o.title, o.number, o.state, o.owner_id, o.price_base, o.price_per,
  o.price_micro, o.published_version, e.at AS last_at, e.kind AS last_kind
FROM (SELECT offering_id, min(created_at) AS created_at FROM catalog.watch WHERE person_id = $1 AND owner_id = ANY ($2::uuid[]) GROUP BY 1) w
LEFT JOIN catalog.visible_offering o ON o.id = w.offering_id
LEFT JOIN LATERAL (SELECT at, kind FROM catalog.offering_event e WHERE e.offering_id = o.id ORDER BY at DESC, id DESC LIMIT 1) e ON true
WHERE $3::timestamptz IS NULL OR (w.created_at, w.offering_id) < ($3, $4::uuid)
ORDER BY w.created_at DESC, w.offering_id DESC LIMIT $5
"""
LIST_EVENTS = """
SELECT e.id, e.offering_id, e.kind, e.at, o.title, o.number, o.owner_id, e.version, e.note
FROM catalog.offering_event e JOIN catalog.visible_offering o ON o.id = e.offering_id
WHERE e.offering_id IN (SELECT offering_id FROM catalog.watch WHERE person_id = $1 AND owner_id = ANY ($2::uuid[]))
  AND ($3::timestamptz IS NULL OR (e.at, e.id) < ($3, $4::uuid))
ORDER BY e.at DESC, e.id DESC LIMIT $5
"""
INSERT_EVENT = """
INSERT INTO catalog.offering_event (owner_id, id, offering_id, at, version, note, kind) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
LIST_WATCHERS = (
    "SELECT owner_id, person_id FROM catalog.watchers_of($1, $2::text[], $3) ORDER BY 1, 2"
)
COUNT_OF_HOUSE = (
    "SELECT count(DISTINCT (offering_id, person_id))::int FROM catalog.watch WHERE owner_id = $1"
)


async def insert_watch(conn: Conn, owner_id: UUID, offering_id: UUID, person_id: UUID) -> None:
    """From now on this person is told; once more changes nothing."""
    await conn.execute(INSERT_WATCH, owner_id, offering_id, person_id, conn.now)


async def drop_watch(
    conn: Conn, members: Sequence[UUID], offering_id: UUID, person_id: UUID
) -> int:
    """No longer; how many watches there were."""
    return await conn.execute(DROP_WATCH, offering_id, person_id, list(members))


async def is_watched(
    conn: Conn, members: Sequence[UUID], offering_id: UUID, person_id: UUID
) -> bool:
    """The person watches it for one of these members."""
    return bool(await conn.fetchval(IS_WATCHED, offering_id, person_id, list(members)))


async def list_watched(
    conn: Conn,
    members: Sequence[UUID],
    person_id: UUID,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Watched]:
    """What a person watches, the latest first."""
    at, last = after or (None, None)
    rows = await conn.fetch(LIST_WATCHED, person_id, list(members), at, last, limit)
    return many(Watched, rows)


async def list_events(
    conn: Conn,
    members: Sequence[UUID],
    person_id: UUID,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Event]:
    """What happened to the watched offerings that may be seen, newest first."""
    at, last = after or (None, None)
    rows = await conn.fetch(LIST_EVENTS, person_id, list(members), at, last, limit)
    return many(Event, rows)


async def insert_event(
    conn: Conn,
    owner_id: UUID,
    event_id: UUID,
    offering_id: UUID,
    *,
    kind: str,
    version: int | None,
    note: str,
) -> None:
    """Keep what happened."""
    await conn.execute(INSERT_EVENT, owner_id, event_id, offering_id, conn.now, version, note, kind)


async def list_watchers(
    conn: Conn, offering_id: UUID, told_roles: Sequence[str]
) -> dict[UUID, list[UUID]]:
    """Who watches and may see it, by member; without those who are told in one of these roles anyway."""
    found: dict[UUID, list[UUID]] = {}
    for row in await conn.fetch(LIST_WATCHERS, offering_id, list(told_roles), conn.today):
        found.setdefault(row["owner_id"], []).append(row["person_id"])
    return found


async def count_of_house(conn: Conn, member_id: UUID) -> int:
    """How many watches the people of a member keep."""
    return int(await conn.fetchval(COUNT_OF_HOUSE, member_id))
