"""SQL of roll-overs."""

from collections.abc import Sequence
from uuid import UUID

from catalog.rollover.model import Rollover, RolloverLine
from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.errors import Conflict
from kdnx.text import _
from kdnx.viewer import Viewer

INSERT = """
INSERT INTO catalog.rollover (owner_id, id, number, state, valid_from, change_pct, rounding_micro, frozen_until, reason, author,
  created_at, updated_at) VALUES ($1, $2, $3, 'submitted', $4, $5, $6, $7, $8, $9, $10, $10)
"""
INSERT_LINES = """
INSERT INTO catalog.rollover_line (owner_id, rollover_id, offering_id, ordinal, result, note)
SELECT $1, $2, * FROM unnest($3::uuid[], $4::int[], $5::text[], $6::text[])
"""
GET = "SELECT * FROM catalog.rollover WHERE id = $1 AND owner_id = ANY ($2::uuid[])"
LOCK = "SELECT * FROM catalog.rollover WHERE id = $1 AND owner_id = ANY ($2::uuid[]) FOR UPDATE"
LIST = """
SELECT * FROM catalog.rollover WHERE owner_id = ANY ($1::uuid[]) ORDER BY created_at DESC, id DESC LIMIT 50
"""
LIST_LINES = """
SELECT l.*, o.title, o.number FROM catalog.rollover_line l JOIN catalog.offering o ON o.id = l.offering_id
WHERE l.rollover_id = $1 ORDER BY l.ordinal LIMIT 1000
"""
MARK = """
UPDATE catalog.rollover SET state = $3, approver = $4, decided_at = $5, decision = $6, row_version = row_version + 1, updated_at = $5
WHERE owner_id = $1 AND id = $2 AND row_version = $7
"""
MARK_LINE = "UPDATE catalog.rollover_line SET result = $4, note = $5 WHERE owner_id = $1 AND rollover_id = $2 AND offering_id = $3"


async def insert(conn: Conn, r: Rollover) -> None:
    """A new batch; its lines follow."""
    await conn.execute(
        INSERT, r.owner_id, r.id, r.number, r.valid_from, r.change_pct, r.rounding_micro, r.frozen_until,
        r.reason, r.author, conn.now,
    )  # fmt: skip


async def insert_lines(conn: Conn, r: Rollover, lines: Sequence[RolloverLine]) -> None:
    """The offerings of a batch in one statement."""
    await conn.execute(
        INSERT_LINES, r.owner_id, r.id, [x.offering_id for x in lines], [x.ordinal for x in lines],
        [x.result for x in lines], [x.note for x in lines],
    )  # fmt: skip


async def get(conn: Conn, viewer: Viewer, rollover_id: UUID) -> Rollover:
    """A batch of the viewer's own house; NotFound otherwise."""
    row = await conn.fetchrow(GET, rollover_id, list(viewer.members))
    return one(Rollover, row, _("Diese Fortschreibung"))


async def lock(conn: Conn, viewer: Viewer, rollover_id: UUID) -> Rollover:
    """As `get`, locked."""
    row = await conn.fetchrow(LOCK, rollover_id, list(viewer.members))
    return one(Rollover, row, _("Diese Fortschreibung"))


async def list_rollovers(conn: Conn, viewer: Viewer) -> list[Rollover]:
    """The last fifty batches of the viewer's own house, newest first."""
    return many(Rollover, await conn.fetch(LIST, list(viewer.members)))


async def list_lines(conn: Conn, rollover_id: UUID) -> list[RolloverLine]:
    """The offerings of a batch in their order."""
    return many(RolloverLine, await conn.fetch(LIST_LINES, rollover_id))


async def mark(conn: Conn, r: Rollover) -> None:
    """Write the decision of a batch read at `r.row_version`; Conflict when it moved on."""
    done = await conn.execute(
        MARK, r.owner_id, r.id, r.state, r.approver, conn.now, r.decision, r.row_version
    )
    if not done:
        raise Conflict(_("Diese Fortschreibung wurde im selben Augenblick geändert."))


async def mark_line(conn: Conn, line: RolloverLine) -> None:
    """Write what became of one offering."""
    await conn.execute(
        MARK_LINE, line.owner_id, line.rollover_id, line.offering_id, line.result, line.note
    )
