"""Short builders of the exchange's tests: orders and bookings as their actions make them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from uuid import UUID

from exchange.bookings.actions import Proposal, propose_booking
from exchange.bookings.store import Row
from kdnx.audit.actions import finish
from kdnx.db.conn import Conn
from kdnx.db.pool import transaction
from kdnx.ids import named_id, new_id
from kdnx.viewer import Scope, Viewer
from tests.cast import Actor, Cast

SYSTEM = Viewer(scope=Scope.SYSTEM)
INSERT_ORDER = """
WITH head AS (
  INSERT INTO exchange.service_order (owner_id, id, number, recipient_id, route, hub_id, state, current_version, origin, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, 'active', 1, 'legacy', $7, $7) RETURNING 1),
version AS (
  INSERT INTO exchange.order_version (owner_id, order_id, version, offering_id, offering_version, category_id, title, starts_on, ends_on, valid_from,
    notice_months, billing, surcharge_pct, surcharge_fee_cents, silence, confirm_days, legal_route, yearly_net_cents, authored_by, authored_at, hash)
  SELECT $1, $2, 1, $8, 1, $9, 'Sicherung', $10, $11, $10, 3, 'month', $12, $13, $14, $15, $16, 0, $4, $7, sha256('x') FROM head RETURNING 1),
signed AS (
  INSERT INTO exchange.order_approval (owner_id, order_id, version, side, member_id, origin, approved_at)
  SELECT $1, $2, 1, 'recipient', $4, 'legacy', $7 FROM version RETURNING 1)
INSERT INTO exchange.order_counter (owner_id, order_id, last_booking) SELECT $1, $2, 0 FROM signed
"""


async def an_order(
    conn: Conn,
    cast: Cast,
    provider: Actor,
    recipient: Actor,
    *,
    number: str = "",
    route: str = "hub",
    surcharge_pct: str = "2.5",
    fee_cents: int = 0,
    silence: str = "escalate",
    confirm_days: int = 30,
    starts_on: date = date(2020, 1, 1),
    ends_on: date | None = None,
    category: str = "hosting",
    legal_route: str = "joint_108_4",
) -> UUID:
    """An active order; acts as the system and leaves the transaction so."""
    await conn.act_as(SYSTEM)
    order = new_id()
    number = number or f"L-2025-{order.hex[-6:]}"
    hub = cast.hub.id if route == "hub" else None
    await conn.execute(
        INSERT_ORDER, provider.id, order, number, recipient.id, route, hub, conn.now, named_id("offering", category),
        named_id("category", category), starts_on, ends_on, Decimal(surcharge_pct), fee_cents, silence, confirm_days,
        legal_route,
    )  # fmt: skip
    return order


async def a_booking(
    conn: Conn,
    provider: Actor,
    order: UUID,
    cents: int = 10_000_00,
    first: date = date(2026, 7, 1),
    last: date = date(2026, 7, 31),
    **over: object,
) -> Row:
    """A proposed booking of the provider; the transaction acts as the provider afterwards."""
    await conn.act_as(provider.viewer)
    return await propose_booking(conn, provider.viewer, Proposal(order, first, last, cents, **over))  # type: ignore[arg-type]  # fields of Proposal


@asynccontextmanager
async def committed(pool: object, viewer: Viewer) -> AsyncIterator[Conn]:
    """A transaction that really commits, audit included."""
    async with transaction(pool, viewer, finish=finish) as conn:  # type: ignore[arg-type]  # asyncpg.Pool
        yield conn
