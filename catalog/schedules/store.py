"""SQL of announced prices."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.prices.model import Tier
from catalog.schedules.model import Scheduled
from kdnx.db.conn import Conn
from kdnx.db.rows import many
from kdnx.errors import Conflict
from kdnx.text import _

LIST_OF = """
SELECT * FROM catalog.scheduled_price WHERE offering_id = ANY ($1::uuid[]) AND ($2 OR state IN ('proposed', 'approved'))
ORDER BY offering_id, valid_from, ordinal LIMIT 5000
"""
LOCK_BEGIN = """
SELECT * FROM catalog.scheduled_price WHERE offering_id = $1 AND valid_from = $2 AND state = ANY ($3::text[])
ORDER BY ordinal FOR UPDATE
"""
PUT = """
INSERT INTO catalog.scheduled_price (offering_id, ordinal, valid_from, owner_id, state, unit, unit_price_micro, tiers, frozen_until,
  reason, rollover_id, author, created_at, updated_at)
VALUES ($1, $2, $3, $4, 'proposed', $5, $6, $7, $8, $9, $10, $11, $12, $12)
ON CONFLICT (offering_id, ordinal, valid_from) DO UPDATE SET owner_id = EXCLUDED.owner_id, state = 'proposed', unit = EXCLUDED.unit,
  unit_price_micro = EXCLUDED.unit_price_micro, tiers = EXCLUDED.tiers, frozen_until = EXCLUDED.frozen_until, reason = EXCLUDED.reason,
  rollover_id = EXCLUDED.rollover_id, author = EXCLUDED.author, approver = NULL, approved_at = NULL, note = '',
  row_version = catalog.scheduled_price.row_version + 1, updated_at = EXCLUDED.updated_at
WHERE catalog.scheduled_price.state IN ('proposed', 'rejected', 'cancelled', 'lapsed')
"""
MARK = """
UPDATE catalog.scheduled_price SET state = $4, approver = $5, approved_at = $6, version = $7, note = $8,
  row_version = row_version + 1, updated_at = $9
WHERE offering_id = $1 AND ordinal = $2 AND valid_from = $3 AND row_version = $10
"""
LIST_DUE = """
SELECT DISTINCT offering_id, valid_from FROM catalog.scheduled_price
WHERE state IN ('proposed', 'approved') AND valid_from <= $1 ORDER BY valid_from, offering_id LIMIT $2
"""
OF_ROLLOVER = """
SELECT * FROM catalog.scheduled_price WHERE rollover_id = $1 ORDER BY offering_id, ordinal LIMIT 5000
"""


async def list_scheduled(
    conn: Conn, ids: Sequence[UUID], *, with_past: bool = False
) -> list[Scheduled]:
    """The announced prices of these offerings by day; without the past only proposed and approved ones."""
    return [_read(r) for r in await conn.fetch(LIST_OF, list(ids), with_past)]


async def lock_begin(
    conn: Conn, offering_id: UUID, begin: date, states: Sequence[str]
) -> list[Scheduled]:
    """What is to begin on one day in these states, locked."""
    return [_read(r) for r in await conn.fetch(LOCK_BEGIN, offering_id, begin, list(states))]


async def put(conn: Conn, rows: Sequence[Scheduled]) -> None:
    """Propose prices; Conflict when one of them is announced already and therefore fixed."""
    for s in rows:
        done = await conn.execute(
            PUT, s.offering_id, s.ordinal, s.valid_from, s.owner_id, s.unit, s.unit_price_micro,
            [{"from_quantity": f"{t.from_quantity:f}", "unit_price_micro": t.unit_price_micro} for t in s.tiers],
            s.frozen_until, s.reason, s.rollover_id, s.author, conn.now,
        )  # fmt: skip
        if not done:
            raise Conflict(
                _("Für diesen Tag ist schon ein Preis angekündigt."),
                remedy=_("Nehmen Sie ihn zuerst zurück, oder wählen Sie einen anderen Tag."),
            )


async def mark(conn: Conn, s: Scheduled) -> None:
    """Write the state of a row read at `s.row_version`; Conflict when it moved on."""
    done = await conn.execute(
        MARK, s.offering_id, s.ordinal, s.valid_from, s.state, s.approver, s.approved_at, s.version,
        s.note, conn.now, s.row_version,
    )  # fmt: skip
    if not done:
        raise Conflict(_("Dieser Preis wurde im selben Augenblick geändert."))


async def list_due(conn: Conn, today: date, limit: int) -> list[tuple[UUID, date]]:
    """(offering, day) of prices whose day has come, the earliest first."""
    return [(r["offering_id"], r["valid_from"]) for r in await conn.fetch(LIST_DUE, today, limit)]


async def list_of_rollover(conn: Conn, rollover_id: UUID) -> list[Scheduled]:
    """The prices that one roll-over proposed."""
    return [_read(r) for r in await conn.fetch(OF_ROLLOVER, rollover_id)]


def _read(row: Any) -> Scheduled:
    tiers = [Tier(Decimal(t["from_quantity"]), t["unit_price_micro"]) for t in row["tiers"]]
    return replace(many(Scheduled, [row])[0], tiers=tuple(tiers))
