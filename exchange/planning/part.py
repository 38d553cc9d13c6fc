"""What planning gives the exchange module."""

from collections.abc import Sequence

from exchange.planning import calendar_pages, pages, store
from exchange.planning.api import api
from exchange.planning.demo import STEPS as DEMO_STEPS
from kdnx.db.conn import Conn
from kdnx.module import NavEntry, Tile, TileData
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.formats import day, eur_short


async def report_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """The total of the newest budget letters of the next year, for everybody who reads reports."""
    if not viewer.may(Permission.REPORT_READ):
        return []
    year = conn.today.year + 1
    found = await store.budget_total(conn, year)
    if found is None:
        return []
    cents, houses, as_of = found
    said = _("nach den Budgetbriefen von {n} Häusern, Stand {day}").format(n=houses, day=day(as_of))
    return [TileData(_("Vorschau {year}").format(year=year), eur_short(cents), said)]


APIS = (api,)
DOORS = (*calendar_pages.DOORS, *pages.DOORS)
TEMPLATES = {"planning": "exchange.planning"}
NAV = (NavEntry("Planung", "/planning", 48, Permission.ORDER_READ, under="/orders"),)
TILES = (Tile("reports", 70, report_tiles),)
__all__ = ["APIS", "DEMO_STEPS", "DOORS", "NAV", "TEMPLATES", "TILES"]
