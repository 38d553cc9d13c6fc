"""What a pair plans and what is kept of its years: plans, letters, a feed, an index step and a frozen year."""

from uuid import UUID

import asyncpg

from exchange.planning.actions import issue_letters, make_feed, save_plan
from kdnx.clock import read_clock
from kdnx.db.conn import Conn
from kdnx.ids import named_id, new_id
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast

SYSTEM = Viewer(scope=Scope.SYSTEM)
STEP = """
INSERT INTO exchange.index_step (owner_id, amendment_id, label, order_id, series, since_month, since_value, month, value, rule_id, change_pct,
  share_pct, old_micro, new_micro, reason, created_at)
VALUES ($1, $2, $3, $4, $3, '2025-01', 100, '2026-01', 104, $5, 4, 100, 1, 2, $3, $6)
"""


async def plant_planning(
    conn: Conn, cast: Cast, order: UUID, amendment: UUID, mark: str, cents: int
) -> None:
    """Both houses' plans of next year with a letter each, Sued's calendar address, and how Nord's index step came about."""
    year = conn.today.year + 1
    for actor in (cast.nord, cast.sued):
        await conn.act_as(actor.viewer)
        await save_plan(conn, actor.viewer, year, order, cents, f"Plan {mark}", expected=0)
    await make_feed(conn, cast.sued.viewer)
    await conn.act_as(cast.office)
    await issue_letters(conn, cast.office, year, "Verbund")
    await conn.act_as(SYSTEM)
    await conn.execute(STEP, cast.nord.id, amendment, mark, order, new_id(), conn.now)


FREEZE = """
WITH f AS (INSERT INTO exchange.volume_freeze (year, definition, rule_valid_from, rule_version, wording, source, frozen_at)
  VALUES ($1, 'v1', '2000-01-01', 1, '', '', $2) RETURNING year)
INSERT INTO exchange.volume_year (service_year, owner_id, recipient_id, category_id, cents) SELECT year, $3, $4, $5, $6 FROM f
"""


async def plant_frozen_year(owner_dsn: str, cast: Cast, cents: int) -> None:
    """A closed year whose only figure is the pair's: no login of the application can write one by itself."""
    owner = await asyncpg.connect(owner_dsn)
    try:
        await owner.execute(
            FREEZE, 2019, read_clock(), cast.nord.id, cast.sued.id, named_id("category", "hosting"), cents
        )  # fmt: skip
    finally:
        await owner.close()
