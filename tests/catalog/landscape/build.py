"""Short builders of the landscape's tests."""

from typing import Any
from uuid import UUID

from catalog.applications.actions import declare_uses
from catalog.applications.model import Mode, Use
from catalog.capabilities.actions import add_product
from catalog.capabilities.model import Product
from kdnx.db.conn import Conn
from kdnx.ids import named_id
from kdnx.viewer import Viewer

REGISTER = named_id("capability", "resident_register")
PAYROLL = named_id("capability", "payroll")


async def a_product(
    conn: Conn, viewer: Viewer, name: str = "Melde-Kompass", vendor: str = "Musterhaus"
) -> Product:
    """A product everybody may name."""
    await conn.act_as(viewer)
    return await add_product(conn, viewer, name, vendor)


async def declared(
    conn: Conn, viewer: Viewer, product: UUID, *, task: UUID = REGISTER, **over: Any
) -> Use:
    """The viewer's house says what it runs."""
    values = {"mode": Mode.OWN.value, "users": 100, "yearly_cents": 1_000_000, **over}
    use = Use(viewer.owner_id, task, product, **values)
    await conn.act_as(viewer)
    await declare_uses(conn, viewer, viewer.owner_id, [use])
    return use
