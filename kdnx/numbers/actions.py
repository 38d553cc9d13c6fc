"""Draw and assign readable numbers in the writing transaction."""

from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.numbers import store


async def draw(conn: Conn, series: str, year: int, count: int = 1) -> list[str]:
    """`count` numbers like 'L-2026-0042', gapless within series and year."""
    last = await store.draw(conn, series, year, count)
    return [f"{series}-{year}-{n:04d}" for n in range(last - count + 1, last + 1)]


async def assign(conn: Conn, number: str, kind: str, owner_id: UUID, object_id: UUID) -> None:
    """Make one number findable."""
    await store.assign(conn, [number], kind, [owner_id], [object_id])


async def assign_many(conn: Conn, kind: str, rows: Sequence[tuple[str, UUID, UUID]]) -> None:
    """Make many (number, owner, object) findable in one statement."""
    if rows:
        await store.assign(
            conn, [r[0] for r in rows], kind, [r[1] for r in rows], [r[2] for r in rows]
        )
