"""SQL of the volume report; the definition itself is the view exchange.volume."""

from collections.abc import Sequence
from uuid import UUID

from exchange.reports.model import By, Cell
from kdnx.db.conn import Conn
from kdnx.db.rows import many

VOLUME = """
SELECT CASE WHEN $3 IN ('provider', 'pair') THEN provider_id END AS provider_id, CASE WHEN $3 IN ('recipient', 'pair') THEN recipient_id END AS recipient_id,
  CASE WHEN $3 = 'category' THEN category_id END AS category_id, NULL::uuid AS offering_id, CASE WHEN $3 = 'month' THEN service_month END AS month,
  sum(cents)::bigint AS cents
FROM exchange.volume WHERE service_year = $1 AND ($2 = 'current' OR book_year = service_year)
GROUP BY 1, 2, 3, 4, 5
"""
VOLUME_BY_OFFERING = """
SELECT NULL::uuid AS provider_id, NULL::uuid AS recipient_id, NULL::uuid AS category_id, offering_id, NULL::int AS month, sum(cents)::bigint AS cents
FROM exchange.volume WHERE service_year = $1 AND ($2 = 'current' OR book_year = service_year)
GROUP BY offering_id
"""
PUBLIC_VOLUME = """
SELECT CASE WHEN $3 IN ('provider', 'pair') THEN provider_id END AS provider_id, CASE WHEN $3 IN ('recipient', 'pair') THEN recipient_id END AS recipient_id,
  CASE WHEN $3 = 'category' THEN category_id END AS category_id, NULL::uuid AS offering_id, NULL::int AS month,
  sum(CASE WHEN $2 = 'current' THEN current_cents ELSE reported_cents END)::bigint AS cents
FROM exchange.public_volume_year WHERE service_year = $1 GROUP BY 1, 2, 3
"""
YEARS = """
SELECT service_year AS year, sum(cents)::bigint AS cents FROM exchange.volume
WHERE service_year BETWEEN $1 AND $2 AND ($3 = 'current' OR book_year = service_year) GROUP BY 1 ORDER BY 1
"""
PUBLIC_YEARS = """
SELECT service_year AS year, sum(CASE WHEN $3 = 'current' THEN current_cents ELSE reported_cents END)::bigint AS cents
FROM exchange.public_volume_year WHERE service_year BETWEEN $1 AND $2 GROUP BY 1 ORDER BY 1
"""
OPEN_YEAR = """
SELECT coalesce(sum(net_cents) FILTER (WHERE sign = 1), 0)::bigint FROM exchange.booking
WHERE service_year = $1 AND state IN ('proposed', 'disputed')
"""
PUBLIC_OPEN_YEAR = "SELECT coalesce(sum(open_cents), 0)::bigint FROM exchange.public_open_year WHERE service_year = $1"
IS_CLOSED = "SELECT count(*) = 12 FROM exchange.period WHERE year = $1 AND month <= 12 AND state IN ('closed', 'locked')"
MEMBER_NAMES = "SELECT id, code, short_name FROM kdnx.public_member"
CATEGORY_NAMES = "SELECT id, code, name FROM catalog.public_category"
OFFERING_NAMES = """
SELECT DISTINCT ON (offering_id) offering_id, title FROM exchange.order_version WHERE offering_id = ANY ($1::uuid[])
ORDER BY offering_id, authored_at DESC
"""
FINAL_SUCCESSORS = "SELECT member_id, final_id FROM kdnx.public_final_successor"
WRONG_ROLLUP = """
SELECT r.service_year FROM (SELECT service_year, sum(cents) AS s FROM exchange.volume_rollup GROUP BY 1) r
WHERE r.s <> (SELECT coalesce(sum(v.cents), 0) FROM exchange.volume v WHERE v.service_year = r.service_year AND v.book_year = r.service_year)
"""


async def read_cells(conn: Conn, year: int, basis: str, by: By, *, public: bool) -> list[Cell]:
    """Sums of a year; `public` reads the committee's face."""
    if public:
        return many(Cell, await conn.fetch(PUBLIC_VOLUME, year, basis, by.value))
    if by == By.OFFERING:
        return many(Cell, await conn.fetch(VOLUME_BY_OFFERING, year, basis))
    return many(Cell, await conn.fetch(VOLUME, year, basis, by.value))


async def read_years(
    conn: Conn, first: int, last: int, basis: str, *, public: bool
) -> dict[int, int]:
    """Cents by service year."""
    rows = await conn.fetch(PUBLIC_YEARS if public else YEARS, first, last, basis)
    return {r["year"]: r["cents"] for r in rows}


async def read_open(conn: Conn, year: int, *, public: bool) -> int:
    """Cents proposed or disputed for a service year."""
    found: int = await conn.fetchval(PUBLIC_OPEN_YEAR if public else OPEN_YEAR, year)
    return found


async def is_closed(conn: Conn, year: int) -> bool:
    """All twelve periods of the year are closed."""
    found: bool = await conn.fetchval(IS_CLOSED, year)
    return found


async def member_names(conn: Conn) -> dict[UUID, tuple[str, str]]:
    """Code and short name of each member, the ended ones too."""
    return {r["id"]: (r["code"], r["short_name"]) for r in await conn.fetch(MEMBER_NAMES)}


async def category_names(conn: Conn) -> dict[UUID, tuple[str, str]]:
    """Code and name of each category."""
    return {r["id"]: (r["code"], r["name"]) for r in await conn.fetch(CATEGORY_NAMES)}


async def offering_names(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Titles as the visible orders carry them."""
    return {r["offering_id"]: r["title"] for r in await conn.fetch(OFFERING_NAMES, list(ids))}


async def final_successors(conn: Conn) -> dict[UUID, UUID]:
    """Who each member became in the end."""
    return {r["member_id"]: r["final_id"] for r in await conn.fetch(FINAL_SUCCESSORS)}
