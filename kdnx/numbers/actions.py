"""Draw and assign readable numbers in the writing transaction."""

import re
from collections.abc import Sequence
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.numbers import store


async def draw(conn: Conn, series: str, year: int, count: int = 1) -> list[str]:
    """`count` numbers like 'L-2026-0042', gapless within series and year."""
    last = await store.draw(conn, series, year, count)
    return [f"{series}-{year}-{n:04d}" for n in range(last - count + 1, last + 1)]


async def take_over(conn: Conn, numbers: Sequence[str]) -> None:
    """Numbers that come from outside are never drawn again: their series go on behind them."""
    tops: dict[tuple[str, int], int] = {}
    for number in numbers:
        if found := re.fullmatch(r"([A-Z]{1,4})-(\d{4})-(\d{1,9})", number):
            key = (found[1], int(found[2]))
            tops[key] = max(tops.get(key, 0), int(found[3]))
    if tops:
        await store.raise_series(conn, [(s, y, n) for (s, y), n in sorted(tops.items())])


async def assign(conn: Conn, number: str, kind: str, owner_id: UUID, object_id: UUID) -> None:
    """Make one number findable."""
    await store.assign(conn, [number], kind, [owner_id], [object_id])


async def assign_many(conn: Conn, kind: str, rows: Sequence[tuple[str, UUID, UUID]]) -> None:
    """Make many (number, owner, object) findable in one statement."""
    if rows:
        await store.assign(
            conn, [r[0] for r in rows], kind, [r[1] for r in rows], [r[2] for r in rows]
        )
