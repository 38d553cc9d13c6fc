"""What positions give the exchange module."""

from exchange.positions.api import api
from exchange.positions.pages import DOORS
from kdnx.module import NavEntry
from kdnx.viewer import Permission

APIS = (api,)
TEMPLATES = {"positions": "exchange.positions"}
NAV = (NavEntry("Kontostand", "/positions", 46, Permission.LEDGER_READ, under="/bookings"),)
__all__ = ["APIS", "DOORS", "NAV", "TEMPLATES"]
