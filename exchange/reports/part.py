"""What the reports give the exchange module."""

from collections.abc import Sequence

from exchange.reports import store
from exchange.reports.api import api
from exchange.reports.commands import COMMANDS
from exchange.reports.model import Basis, growth
from exchange.reports.pages import DOORS
from exchange.reports.reading import read_years
from kdnx.db.conn import Conn
from kdnx.module import Check, NavEntry, Tile, TileData
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.formats import eur_short, pct


async def start_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """The volume of the last full and the running year."""
    if not viewer.may(Permission.REPORT_READ):
        return []
    years = await read_years(conn, viewer, Basis.CURRENT)
    last = conn.today.year - 1
    change = growth(years.of(last), years.of(last - 1))
    own = viewer.scope == Scope.MEMBER
    title = _("Leistungsaustausch Ihres Hauses") if own else _("Leistungsaustausch")
    finding = _("{year}: {amount}").format(year=last, amount=eur_short(years.of(last)))
    if change is not None:
        sign = "+" if change > 0 else ""
        finding += _(" ({change} gegenüber {year})").format(
            change=sign + pct(change), year=last - 1
        )
    return [TileData(f"{title} {last + 1}", eur_short(years.of(last + 1)), finding, "/reports")]


APIS = (api,)
TEMPLATES = {"reports": "exchange.reports"}
NAV = (NavEntry("Auswertung", "/reports", 50, Permission.REPORT_READ),)
TILES = (Tile("start", 60, start_tiles),)
# I10 of model.md 8
CHECKS = (
    Check(
        "report_closed_year",
        "Der Bericht eines abgeschlossenen Jahres entspricht seinen Buchungen.",
        store.WRONG_ROLLUP,
    ),
)
__all__ = ["APIS", "CHECKS", "COMMANDS", "DOORS", "NAV", "TEMPLATES", "TILES"]
