"""What journals give the exchange module."""

from exchange.journals.api import api
from exchange.journals.pages import DOORS
from kdnx.module import NavEntry
from kdnx.viewer import Permission

APIS = (api,)
TEMPLATES = {"journals": "exchange.journals"}
NAV = (NavEntry("Journal", "/journals", 49, Permission.LEDGER_READ, under="/bookings"),)
__all__ = ["APIS", "DOORS", "NAV", "TEMPLATES"]
