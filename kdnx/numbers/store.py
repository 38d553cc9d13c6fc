"""SQL of the number series."""

from uuid import UUID

from kdnx.db.conn import Conn

DRAW = """
INSERT INTO kdnx.number_series AS s (series, year, last) VALUES ($1, $2, $3)
ON CONFLICT (series, year) DO UPDATE SET last = s.last + $3 RETURNING s.last
"""
RAISE_SERIES = """
INSERT INTO kdnx.number_series AS s (series, year, last) SELECT x.s, x.y, x.n FROM unnest($1::text[], $2::int[], $3::bigint[]) x(s, y, n)
ON CONFLICT (series, year) DO UPDATE SET last = greatest(s.last, EXCLUDED.last)
"""
ASSIGN = """
INSERT INTO kdnx.number (number, kind, owner_id, object_id, assigned_at) SELECT n, $2, o, i, $5 FROM unnest($1::text[], $3::uuid[], $4::uuid[]) AS x(n, o, i)
ON CONFLICT (number) DO UPDATE SET owner_id = EXCLUDED.owner_id, object_id = EXCLUDED.object_id, assigned_at = EXCLUDED.assigned_at
"""
FIND_NUMBER = "SELECT kind, owner_id, object_id FROM kdnx.number WHERE upper(number) = upper($1)"


async def draw(conn: Conn, series: str, year: int, count: int) -> int:
    """Reserve `count` places; the last one comes back. A rollback gives them back."""
    last: int = await conn.fetchval(DRAW, series, year, count)
    return last


async def raise_series(conn: Conn, tops: list[tuple[str, int, int]]) -> None:
    """Let each (series, year) go on after `last` at least."""
    await conn.execute(
        RAISE_SERIES, [t[0] for t in tops], [t[1] for t in tops], [t[2] for t in tops]
    )


async def assign(
    conn: Conn, numbers: list[str], kind: str, owners: list[UUID], objects: list[UUID]
) -> None:
    """Point numbers at their objects; a successor takes its predecessor's number over."""
    await conn.execute(ASSIGN, numbers, kind, owners, objects, conn.now)


async def find_number(conn: Conn, number: str) -> tuple[str, UUID, UUID] | None:
    """(kind, owner, object) of a number, or None."""
    row = await conn.fetchrow(FIND_NUMBER, number.strip())
    return None if row is None else (row["kind"], row["owner_id"], row["object_id"])
