"""A running contract of the pair whose tax case is open and whose activity nobody else may read."""

from datetime import date
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.ids import named_id, new_id
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast

SYSTEM = Viewer(scope=Scope.SYSTEM)
INSERT_ORDER = """
WITH head AS (
  INSERT INTO exchange.service_order (owner_id, id, number, recipient_id, route, hub_id, state, current_version, origin, created_at, updated_at)
  VALUES ($1, $2, 'L-2020-7072', $3, 'hub', $4, 'active', 1, 'legacy', $5, $5) RETURNING 1),
version AS (
  INSERT INTO exchange.order_version (owner_id, order_id, version, offering_id, offering_version, category_id, title, starts_on, valid_from,
    notice_months, billing, surcharge_pct, surcharge_fee_cents, silence, confirm_days, legal_route, legal_reason, note, yearly_net_cents, activity_group,
    authored_by, authored_at, hash)
  SELECT $1, $2, 1, $6, 1, $7, $8, $9, $9, 3, 'month', 2.5, 0, 'escalate', 30, 'joint_108_4', $8, $8, $10, $8, $3, $5, sha256('x') FROM head RETURNING 1),
signed AS (
  INSERT INTO exchange.order_approval (owner_id, order_id, version, side, member_id, origin, approved_at)
  SELECT $1, $2, 1, 'recipient', $3, 'legacy', $5 FROM version RETURNING 1)
INSERT INTO exchange.order_counter (owner_id, order_id, last_booking) SELECT $1, $2, 0 FROM signed
"""


async def plant_tax(conn: Conn, cast: Cast, offering: UUID, mark: str, cents: int) -> UUID:
    """The order; its title, its activity group and its yearly value carry the marker."""
    await conn.act_as(SYSTEM)
    order = new_id()
    await conn.execute(
        INSERT_ORDER, cast.nord.id, order, cast.sued.id, cast.hub.id, conn.now, offering,
        named_id("category", "hosting"), f"Steuerfall {mark}", date(2020, 1, 1), cents,
    )  # fmt: skip
    return order
