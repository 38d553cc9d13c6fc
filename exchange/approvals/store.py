"""SQL of approvals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many

LIST_APPROVALS = """
SELECT a.owner_id, a.order_id, a.version, a.side, a.member_id, m.short_name AS member_name, a.person_id, a.author_id, a.origin, a.note, a.approved_at
FROM exchange.order_approval a JOIN kdnx.public_member m ON m.id = a.member_id
WHERE a.owner_id = $1 AND a.order_id = $2 ORDER BY a.version DESC, a.approved_at, a.side
"""
INSERT_APPROVALS = """
INSERT INTO exchange.order_approval (owner_id, order_id, version, side, member_id, person_id, author_id, origin, note, approved_at)
SELECT x.o, x.i, x.v, x.s, x.m, x.p, x.a, x.g, x.n, $10
FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::text[]) x(o, i, v, s, m, p, a, g, n)
"""


@dataclass(frozen=True)
class Approval:
    """Who signed a version for which side."""

    owner_id: UUID
    order_id: UUID
    version: int
    side: str
    member_id: UUID
    person_id: UUID | None = None
    author_id: UUID | None = None
    origin: str = "signed"
    note: str = ""
    approved_at: datetime | None = None
    member_name: str = ""


async def list_approvals(conn: Conn, owner_id: UUID, order_id: UUID) -> list[Approval]:
    """The signatures of all versions, newest version first."""
    return many(Approval, await conn.fetch(LIST_APPROVALS, owner_id, order_id))


async def insert_approvals(conn: Conn, rows: Sequence[Approval]) -> None:
    """Append signatures; UniqueViolation when a side or a person has signed this version."""
    await conn.execute(
        INSERT_APPROVALS, [r.owner_id for r in rows], [r.order_id for r in rows], [r.version for r in rows], [r.side for r in rows],
        [r.member_id for r in rows], [r.person_id for r in rows], [r.author_id for r in rows], [r.origin for r in rows],
        [r.note for r in rows], conn.now,
    )  # fmt: skip
