"""SQL of what was kept and signed off for an order, and of the cooperation it names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import maybe

FIND_SIGNOFF = (
    "SELECT * FROM exchange.order_inhouse WHERE owner_id = $1 AND order_id = $2 AND version = $3"
)
INSERT_SIGNOFF = """
INSERT INTO exchange.order_inhouse (owner_id, order_id, version, award_year, entrusted_cents, total_cents, light, rule_ids, reason, signed_by, signed_at,
  cooperation_id, worst_market_cents, worst_total_cents) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
FIND_NAMED = "SELECT * FROM exchange.order_cooperation WHERE owner_id = $1 AND order_id = $2 AND version = $3"
# a running order that was changed rests on what its reviewed version named
FIND_LAST_NAMED = """
SELECT * FROM exchange.order_cooperation WHERE owner_id = $1 AND order_id = $2 AND version <= $3 ORDER BY version DESC LIMIT 1
"""
# whoever names another one before the review replaces it
UPSERT_NAMED = """
INSERT INTO exchange.order_cooperation AS n (owner_id, order_id, version, recipient_id, cooperation_owner_id, cooperation_id, title, named_by, named_at,
  created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9)
ON CONFLICT (owner_id, order_id, version) DO UPDATE SET cooperation_owner_id = EXCLUDED.cooperation_owner_id, cooperation_id = EXCLUDED.cooperation_id,
  title = EXCLUDED.title, named_by = EXCLUDED.named_by, named_at = EXCLUDED.named_at, row_version = n.row_version + 1, updated_at = EXCLUDED.updated_at
"""
KEEP_LIGHT = """
UPDATE exchange.order_cooperation SET light = $4, row_version = row_version + 1, updated_at = $5 WHERE owner_id = $1 AND order_id = $2 AND version = $3
"""
LIST_ORDERS = """
SELECT n.order_id, o.number, o.state, v.title, n.light FROM exchange.order_cooperation n
JOIN exchange.service_order o ON o.owner_id = n.owner_id AND o.id = n.order_id
JOIN exchange.order_version v ON v.owner_id = n.owner_id AND v.order_id = n.order_id AND v.version = n.version
WHERE n.cooperation_id = $1 AND o.number IS NOT NULL AND n.version = (SELECT max(l.version) FROM exchange.order_cooperation l
  WHERE l.owner_id = n.owner_id AND l.order_id = n.order_id AND l.version <= o.current_version) ORDER BY o.number LIMIT 200
"""


@dataclass(frozen=True)
class Signoff:
    """The test kept with a version of an order; cents. For a cooperation the joint amounts and those of the worst party."""

    owner_id: UUID
    order_id: UUID
    version: int
    award_year: int
    entrusted_cents: int
    total_cents: int
    light: str
    rule_ids: list[UUID]
    reason: str
    signed_by: UUID
    signed_at: datetime
    cooperation_id: UUID | None = None
    worst_market_cents: int | None = None
    worst_total_cents: int | None = None


@dataclass(frozen=True)
class Named:
    """The cooperation a version of an order rests on; `light` None until the review."""

    owner_id: UUID
    order_id: UUID
    version: int
    recipient_id: UUID
    cooperation_owner_id: UUID
    cooperation_id: UUID
    title: str
    named_by: UUID
    named_at: datetime
    light: str | None = None


@dataclass(frozen=True)
class Resting:
    """An order that names a cooperation, as its page lists it."""

    order_id: UUID
    number: str
    state: str
    title: str
    light: str | None


async def find_signoff(conn: Conn, owner_id: UUID, order_id: UUID, version: int) -> Signoff | None:
    """The test kept with a version of an order, as far as the viewer may read amounts."""
    return maybe(Signoff, await conn.fetchrow(FIND_SIGNOFF, owner_id, order_id, version))


async def insert_signoff(conn: Conn, s: Signoff) -> None:
    """Keep the test with the order; UniqueViolation when there is one."""
    await conn.execute(
        INSERT_SIGNOFF, s.owner_id, s.order_id, s.version, s.award_year, s.entrusted_cents, s.total_cents, s.light, s.rule_ids,
        s.reason, s.signed_by, s.signed_at, s.cooperation_id, s.worst_market_cents, s.worst_total_cents,
    )  # fmt: skip


async def find_named(conn: Conn, owner_id: UUID, order_id: UUID, version: int) -> Named | None:
    """The cooperation that a version of an order names."""
    return maybe(Named, await conn.fetchrow(FIND_NAMED, owner_id, order_id, version))


async def find_last_named(conn: Conn, owner_id: UUID, order_id: UUID, version: int) -> Named | None:
    """The cooperation of this version of an order or, where a change named none, of the last one before it."""
    return maybe(Named, await conn.fetchrow(FIND_LAST_NAMED, owner_id, order_id, version))


async def save_named(conn: Conn, n: Named) -> None:
    """Name it, or another one instead."""
    await conn.execute(
        UPSERT_NAMED, n.owner_id, n.order_id, n.version, n.recipient_id, n.cooperation_owner_id, n.cooperation_id, n.title,
        n.named_by, n.named_at,
    )  # fmt: skip


async def keep_light(conn: Conn, n: Named, light: str) -> None:
    """The light at the review, for the parties of the order."""
    await conn.execute(KEEP_LIGHT, n.owner_id, n.order_id, n.version, light, conn.now)


async def list_orders(conn: Conn, cooperation_id: UUID) -> list[Resting]:
    """The orders that rest on a cooperation and that the viewer sees, by number."""
    return [Resting(**dict(r)) for r in await conn.fetch(LIST_ORDERS, cooperation_id)]
