"""SQL of the daily and yearly fingerprints as members keep them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from kdnx.db.conn import Conn

LIST_CLOSE_HEADS = "SELECT year, owner_id, seq, hash FROM exchange.year_close_head WHERE owner_id = ANY ($1::uuid[]) ORDER BY year, owner_id LIMIT 1000"
CLOSED_YEARS = "SELECT year FROM exchange.public_year_close ORDER BY year"
LIST_CUTS = "SELECT day, n, root, taken_at FROM exchange.ledger_cut WHERE $1::date IS NULL OR day < $1 ORDER BY day DESC LIMIT $2"
OWN_CUT_HEADS = """
SELECT day, owner_id, seq, hash FROM exchange.ledger_cut_head WHERE day = ANY ($1::date[]) AND owner_id = ANY ($2::uuid[]) ORDER BY day, owner_id
"""
# cuts nobody was told of, with a chain that grew since the cut before
UNTOLD_CUTS = """
SELECT c.day, c.n, EXISTS (SELECT 1 FROM exchange.ledger_cut_head h LEFT JOIN exchange.ledger_cut p ON p.n = c.n - 1
    LEFT JOIN exchange.ledger_cut_head b ON b.day = p.day AND b.owner_id = h.owner_id WHERE h.day = c.day AND h.seq > coalesce(b.seq, 0)) AS is_new
FROM exchange.ledger_cut c WHERE NOT EXISTS (SELECT 1 FROM exchange.ledger_digest d WHERE d.day = c.day) ORDER BY c.day LIMIT 20
"""
INSERT_DIGEST = "INSERT INTO exchange.ledger_digest (day, told, told_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


async def list_close_heads(conn: Conn, members: Sequence[UUID]) -> list[asyncpg.Record]:
    """year, owner_id, seq, hash of these chains at each close."""
    return await conn.fetch(LIST_CLOSE_HEADS, list(members))


async def list_cuts(conn: Conn, before: date | None, limit: int) -> list[asyncpg.Record]:
    """day, n, root, taken_at, newest first."""
    return await conn.fetch(LIST_CUTS, before, limit)


async def own_cut_heads(
    conn: Conn, days: Sequence[date], members: Sequence[UUID]
) -> dict[date, list[asyncpg.Record]]:
    """day → owner_id, seq, hash of these members' chains."""
    found: dict[date, list[asyncpg.Record]] = {}
    for r in await conn.fetch(OWN_CUT_HEADS, list(days), list(members)):
        found.setdefault(r["day"], []).append(r)
    return found


async def untold_cuts(conn: Conn) -> list[asyncpg.Record]:
    """day, n, is_new of cuts the members were not told of."""
    return await conn.fetch(UNTOLD_CUTS)


async def insert_digest(conn: Conn, day: date, told: int) -> bool:
    """Note that a cut was sent; False when somebody did it before."""
    return bool(await conn.execute(INSERT_DIGEST, day, told, conn.now))


async def closed_years(conn: Conn) -> list[int]:
    """Years with a record of their close."""
    return [r["year"] for r in await conn.fetch(CLOSED_YEARS)]
