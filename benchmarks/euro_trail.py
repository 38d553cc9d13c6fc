"""From a figure of the report to its rows, from a row to its proof, and a house's position, beside bare SQL.

usage: python -m benchmarks.euro_trail [transfers]
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import asyncpg

from benchmarks.ground import SYSTEM, Ground, emit, ground, median_ms
from exchange.positions.model import Moment
from exchange.positions.reading import read_position, read_rows
from exchange.trail.actions import walk_cell
from exchange.trail.model import Cell
from exchange.trail.store import find_transfer
from kdnx.db.conn import Conn
from kdnx.db.pool import transaction

FILL_MEMBERS = """
INSERT INTO kdnx.member (id, code, name, short_name, legal_form, legal_personality, seat, state, created_at, updated_at)
SELECT gen_random_uuid(), 'B' || n, 'Mitglied ' || n, 'M' || n, 'zweckverband', true, 'Ort', 'active', now(), now() FROM generate_series(1, 28) n
"""
FILL_ACCOUNTS = """
INSERT INTO exchange.account (id, kind, member_id, opened_at)
SELECT gen_random_uuid(), k, m.id, now() FROM kdnx.member m, unnest(ARRAY['direct_due', 'direct_owed']) k WHERE m.code LIKE 'B%'
"""
# direct supplies over ten years between all pairs; each row stands for itself, its chain is none
FILL = """
INSERT INTO exchange.transfer (owner_id, seq, id, kind, leg, debit_id, credit_id, cents, sign, book_year, book_month, service_year, service_month,
  recipient_id, category_id, offering_id, source, source_id, evidence, recorded_at, prev, hash)
SELECT p[o], 1 + n / 28, gen_random_uuid(), 'supply', 1, owed[r], due[o], 1 + (n::bigint * 7919) % 1000000, 1, 2017 + n % 10, 1 + (n / 10) % 12,
  2017 + n % 10, 1 + (n / 10) % 12, p[r], c[1 + n / 280 % 10], c[1 + n / 280 % 10], 'booking', gen_random_uuid(), sha256('x'),
  '2020-01-01'::timestamptz + n * interval '1 second', sha256('p'), sha256('h')
FROM generate_series(0, $1::int - 1) n CROSS JOIN LATERAL (SELECT 1 + n % 28 AS o, 1 + (n % 28 + 1 + n / 28 % 27) % 28 AS r) w,
  (SELECT array_agg(m.id ORDER BY m.id) AS p, array_agg(d.id ORDER BY m.id) AS due, array_agg(w.id ORDER BY m.id) AS owed FROM kdnx.member m
    JOIN exchange.account d ON d.member_id = m.id AND d.kind = 'direct_due' JOIN exchange.account w ON w.member_id = m.id AND w.kind = 'direct_owed'
    WHERE m.code LIKE 'B%') a, (SELECT array_agg(id) AS c FROM catalog.category) cat
"""
PICK = "SELECT owner_id, recipient_id, seq, service_year, category_id FROM exchange.transfer ORDER BY owner_id, seq LIMIT 1"
BARE_CELL = """
SELECT id, cents, sum(sign * cents) OVER () FROM exchange.transfer WHERE kind = 'supply' AND service_year = $1 AND owner_id = $2 AND recipient_id = $3 ORDER BY id LIMIT 51
"""
BARE_YEAR = """
SELECT count(*), sum(sign * cents) FROM exchange.transfer WHERE kind = 'supply' AND service_year = $1
"""
BARE_ROW = "SELECT * FROM exchange.transfer WHERE owner_id = $1 AND seq = $2"
BARE_FOLD = """
SELECT owner_id, recipient_id, sum(cents) FROM exchange.transfer
WHERE (debit_id IN (SELECT id FROM exchange.account WHERE member_id = $1) OR credit_id IN (SELECT id FROM exchange.account WHERE member_id = $1))
  AND recorded_at < $2 GROUP BY 1, 2
"""


async def fill(g: Ground, count: int) -> None:
    """Rows written by the owner in one statement."""
    owner = await asyncpg.connect(g.owner_dsn)
    await owner.execute(FILL_MEMBERS)
    await owner.execute(FILL_ACCOUNTS)
    await owner.execute(FILL, count, timeout=2400)
    await owner.execute("VACUUM ANALYZE exchange.transfer", timeout=600)
    await owner.close()


async def lane(
    g: Ground,
    case: str,
    count: int,
    ours: Callable[[Conn], Awaitable[object]],
    bare: Callable[[], Awaitable[object]],
) -> None:
    """One reading as the office does it, beside the bare statement in the same run."""

    async def work() -> None:
        async with transaction(g.pool, SYSTEM, read_only=True) as conn:
            await conn.act_as(g.cast.office)
            await ours(conn)

    theirs, mine = await median_ms(7, bare), await median_ms(7, work)
    emit(case, "asyncpg", n=count, concurrency=1, value=theirs, unit="ms")
    emit(case, "kdnx", n=count, concurrency=1, value=mine, unit="ms")
    emit(case, "ratio", n=count, concurrency=1, value=mine / theirs, unit="kdnx/asyncpg")


async def main(count: int) -> None:
    """The cell of a pair, the cell of a year, one row with its proof, and a position with its first rows."""
    async with ground(pool_size=4) as g:
        await fill(g, count)
        owner = await asyncpg.connect(g.owner_dsn)
        row = await owner.fetchrow(PICK)
        assert row is not None  # it was just filled
        office, member, seq = g.cast.office, row["owner_id"], row["seq"]
        year = row["service_year"]
        pair = Cell(year, "current", (member,), (row["recipient_id"],))
        moment = Moment(day=date(2020, 1, 5))

        async def position(conn: Conn) -> None:
            found = await read_position(conn, office, member, moment)
            await read_rows(
                conn, found, cursor=None, limit=50, secret="bench"
            )  # signs a cursor nobody keeps

        await lane(
            g, "trail_pair", count, lambda c: walk_cell(c, office, pair),
            lambda: owner.fetch(BARE_CELL, year, member, row["recipient_id"]),
        )  # fmt: skip
        await lane(
            g, "trail_year", count, lambda c: walk_cell(c, office, Cell(year)), lambda: owner.fetch(BARE_YEAR, year)
        )  # fmt: skip
        await lane(
            g, "trail_row", count, lambda c: _row(c, member, seq), lambda: owner.fetchrow(BARE_ROW, member, seq)
        )  # fmt: skip
        await lane(
            g, "position", count, position, lambda: owner.fetch(BARE_FOLD, member, moment.before)
        )
        await owner.close()


async def _row(conn: Conn, member: UUID, seq: int) -> object:
    return await find_transfer(conn, member, seq, None, None)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
