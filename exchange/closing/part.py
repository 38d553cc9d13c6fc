"""What the close gives the exchange module."""

from exchange.closing import store
from exchange.closing.api import api
from exchange.closing.demo import STEPS as DEMO_STEPS
from exchange.closing.pages import DOORS, closing_tiles, late_tiles
from kdnx.module import Check, NavEntry, Tile
from kdnx.viewer import Permission

APIS = (api,)
NAV = (NavEntry("Abschlüsse", "/closings", 48, Permission.LEDGER_READ, under="/bookings"),)
TEMPLATES = {"closing": "exchange.closing"}
TILES = (Tile("start", 65, closing_tiles), Tile("reports", 65, late_tiles))
CHECKS = (
    Check(
        "closing_cells",
        "Das festgeschriebene Volumen eines Jahres entspricht Zelle für Zelle dem Buchungsbuch.",
        store.WRONG_CELLS,
    ),
    Check(
        "closing_gate",
        "Eine abgeschlossene Periode liegt in jeder Kette hinter der Sperre.",
        store.OPEN_GATE,
    ),
    Check("closing_root", "Die Prüfsumme jedes Jahresabschlusses gilt noch.", store.WRONG_ROOT),
)
__all__ = ["APIS", "CHECKS", "DEMO_STEPS", "DOORS", "NAV", "TEMPLATES", "TILES"]
