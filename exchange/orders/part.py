"""What orders give the exchange module."""

from collections.abc import Sequence

from exchange.orders import store
from exchange.orders.actions import ALL_SCOPES
from exchange.orders.api import api
from exchange.orders.model import LABELS, RUNNING, OrderState
from exchange.orders.pages import DOORS
from kdnx.db.conn import Conn
from kdnx.module import Hit, NavEntry, SearchProvider, Tile, TileData
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Viewer
from kdnx.web.formats import eur

P = Permission


async def find_orders(conn: Conn, viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Orders by number, offering or party."""
    if not viewer.may(P.ORDER_READ):
        return []
    rows = await store.list_orders(
        conn, viewer.members, sees_all=viewer.scope in ALL_SCOPES, text=text, limit=limit
    )
    return [
        Hit(
            f"{o.number or ''} {o.title}".strip(), f"/orders/{o.id}", "Leistungsschein",
            f"{o.provider_short} → {o.recipient_short}, {LABELS[OrderState(o.state)]}",
        )
        for o in rows
    ]  # fmt: skip


async def start_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """What runs for my member."""
    if not viewer.members or not viewer.may(P.ORDER_READ):
        return []
    rows = await store.count_orders(conn, viewer.members, sees_all=False)
    running = [r for r in rows if r["state"] in RUNNING]
    if not running:
        return []
    count = sum(int(str(r["orders"])) for r in running)
    cents = sum(int(str(r["cents"])) for r in running)
    finding = _("{amount} netto im Jahr, geliefert und bezogen").format(amount=eur(cents))
    title = ngettext("Laufender Leistungsschein", "Laufende Leistungsscheine", count)
    return [TileData(title, str(count), finding, "/orders?state=active")]


APIS = (api,)
TEMPLATES = {"orders": "exchange.orders"}
NAV = (NavEntry("Leistungsscheine", "/orders", 35, P.ORDER_READ),)
SEARCH = (SearchProvider("Leistungsscheine", find_orders),)
TILES = (Tile("start", 25, start_tiles),)
__all__ = ["APIS", "DOORS", "NAV", "SEARCH", "TEMPLATES", "TILES"]
