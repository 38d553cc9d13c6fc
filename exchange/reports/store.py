"""SQL of the volume report; the definition itself is the view exchange.volume, its parts exchange.volume_part."""

from collections.abc import Collection, Sequence
from uuid import UUID

from exchange.reports.model import By, Cell, Freeze
from kdnx.db.conn import Conn
from kdnx.db.rows import maybe

# $2 names the parts that make up the year (model.PARTS): the database leaves the others out
VOLUME = """
SELECT NULL::uuid AS provider_id, CASE WHEN $3 = 'recipient' THEN recipient_id END AS recipient_id, CASE WHEN $3 = 'category' THEN category_id END AS category_id, NULL::uuid AS offering_id, CASE WHEN $3 = 'month' THEN service_month END AS month,
  sum(cents)::bigint AS cents
FROM exchange.volume_part WHERE service_year = $1 AND part = ANY ($2::text[])
GROUP BY 1, 2, 3, 4, 5
"""
# the two everybody asks for: each part summed in the order of its index before the parts are added; an open year's rows are read once
VOLUME_BY_PAIR = """
SELECT provider_id, recipient_id, NULL::uuid AS category_id, NULL::uuid AS offering_id, NULL::int AS month, sum(cents)::bigint AS cents FROM (
  SELECT owner_id AS provider_id, recipient_id, sum(cents)::bigint AS cents FROM exchange.volume_year WHERE service_year = $1 AND 'sum' = ANY ($2::text[]) GROUP BY 1, 2
  UNION ALL SELECT provider_id, recipient_id, sum(cents)::bigint FROM exchange.volume
    WHERE service_year = $1 AND book_year > service_year AND 'sum' = ANY ($2::text[]) AND 'late' = ANY ($2::text[]) GROUP BY 1, 2
  UNION ALL SELECT provider_id, recipient_id, sum(cents)::bigint FROM exchange.volume
    WHERE service_year = $1 AND 'in_year' = ANY ($2::text[]) AND ('late' = ANY ($2::text[]) OR book_year = service_year) GROUP BY 1, 2) x
GROUP BY provider_id, recipient_id
"""
VOLUME_BY_PROVIDER = """
SELECT provider_id, NULL::uuid AS recipient_id, NULL::uuid AS category_id, NULL::uuid AS offering_id, NULL::int AS month, sum(cents)::bigint AS cents FROM (
  SELECT owner_id AS provider_id, sum(cents)::bigint AS cents FROM exchange.volume_year WHERE service_year = $1 AND 'sum' = ANY ($2::text[]) GROUP BY 1
  UNION ALL SELECT provider_id, sum(cents)::bigint FROM exchange.volume
    WHERE service_year = $1 AND book_year > service_year AND 'sum' = ANY ($2::text[]) AND 'late' = ANY ($2::text[]) GROUP BY 1
  UNION ALL SELECT provider_id, sum(cents)::bigint FROM exchange.volume
    WHERE service_year = $1 AND 'in_year' = ANY ($2::text[]) AND ('late' = ANY ($2::text[]) OR book_year = service_year) GROUP BY 1) x
GROUP BY provider_id
"""
VOLUME_BY_OFFERING = """
SELECT NULL::uuid AS provider_id, NULL::uuid AS recipient_id, NULL::uuid AS category_id, offering_id, NULL::int AS month, sum(cents)::bigint AS cents
FROM exchange.volume_part WHERE service_year = $1 AND part = ANY ($2::text[])
GROUP BY offering_id
"""
ALONE = {By.OFFERING: VOLUME_BY_OFFERING, By.PAIR: VOLUME_BY_PAIR, By.PROVIDER: VOLUME_BY_PROVIDER}
PUBLIC_VOLUME = """
SELECT CASE WHEN $3 IN ('provider', 'pair') THEN provider_id END AS provider_id, CASE WHEN $3 IN ('recipient', 'pair') THEN recipient_id END AS recipient_id,
  CASE WHEN $3 = 'category' THEN category_id END AS category_id, NULL::uuid AS offering_id, NULL::int AS month, sum(cents)::bigint AS cents
FROM exchange.public_volume_part WHERE service_year = $1 AND part = ANY ($2::text[]) GROUP BY 1, 2, 3
"""
# $3: the years among them that are frozen; a year has its sums or its rows, never both
YEARS = """
SELECT service_year AS year, sum(cents)::bigint AS cents FROM exchange.volume_part
WHERE service_year BETWEEN $1 AND $2 AND (part = 'sum' AND service_year = ANY ($3::int[])
  OR part = 'in_year' AND service_year = ANY ($4::int[]) OR part = 'late' AND $5) GROUP BY 1 ORDER BY 1
"""
PUBLIC_YEARS = """
SELECT service_year AS year, sum(cents)::bigint AS cents FROM exchange.public_volume_part
WHERE service_year BETWEEN $1 AND $2 AND (part = 'sum' AND service_year = ANY ($3::int[])
  OR part = 'in_year' AND service_year = ANY ($4::int[]) OR part = 'late' AND $5) GROUP BY 1 ORDER BY 1
"""
FIND_FREEZE = "SELECT year, definition, rule_valid_from, rule_version, wording, source, frozen_at FROM exchange.volume_freeze WHERE year = $1"
FROZEN_YEARS = "SELECT year FROM exchange.volume_freeze WHERE year BETWEEN $1 AND $2"
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
# a frozen figure that is not its rows: the rollup against the ledger, the sums against the rollup cell by cell, a close without its freeze
WRONG_ROLLUP = """
SELECT r.service_year FROM (SELECT service_year, sum(cents) AS s FROM exchange.volume_rollup WHERE definition = 'v1' GROUP BY 1) r
WHERE r.s <> (SELECT coalesce(sum(v.cents), 0) FROM exchange.volume v WHERE v.service_year = r.service_year AND v.book_year = r.service_year)
UNION SELECT coalesce(y.service_year, r.service_year) FROM exchange.volume_year y
FULL JOIN (SELECT service_year, owner_id, recipient_id, category_id, sum(cents) AS cents FROM exchange.volume_rollup WHERE definition = 'v1' GROUP BY 1, 2, 3, 4) r
  ON (r.service_year, r.owner_id, r.recipient_id, r.category_id) = (y.service_year, y.owner_id, y.recipient_id, y.category_id)
WHERE y.cents IS DISTINCT FROM r.cents
UNION SELECT c.year FROM exchange.year_close c WHERE NOT EXISTS (SELECT FROM exchange.volume_freeze f WHERE f.year = c.year)
"""


async def read_cells(
    conn: Conn, year: int, parts: Sequence[str], by: By, *, public: bool
) -> list[Cell]:
    """Sums of a year over its parts; `public` reads the committee's face."""
    if public:
        rows = await conn.fetch(PUBLIC_VOLUME, year, parts, by.value)
    elif by in ALONE:
        rows = await conn.fetch(ALONE[by], year, parts)
    else:
        rows = await conn.fetch(VOLUME, year, parts, by.value)
    return [Cell._make(r) for r in rows]


async def read_years(
    conn: Conn, first: int, last: int, frozen: Collection[int], *, late: bool, public: bool
) -> dict[int, int]:
    """Cents by service year: the frozen years by their sums, the others by their rows, `late` with what came after."""
    is_open = [y for y in range(first, last + 1) if y not in frozen]
    sql = PUBLIC_YEARS if public else YEARS
    rows = await conn.fetch(sql, first, last, list(frozen), is_open, late)
    return {r["year"]: r["cents"] for r in rows}


async def find_freeze(conn: Conn, year: int) -> Freeze | None:
    """By which definition and when the year was frozen; None while it is open."""
    return maybe(Freeze, await conn.fetchrow(FIND_FREEZE, year))


async def frozen_years(conn: Conn, first: int, last: int) -> list[int]:
    """The closed years among them."""
    return [r["year"] for r in await conn.fetch(FROZEN_YEARS, first, last)]


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
