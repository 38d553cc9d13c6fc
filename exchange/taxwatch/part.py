"""What the tax watch gives the exchange module."""

from exchange.taxwatch.actions import DUE_JOBS
from exchange.taxwatch.api import api
from exchange.taxwatch.pages import DOORS
from kdnx.module import NavEntry
from kdnx.viewer import Permission

NAV = (NavEntry("Steuerblick", "/tax-watch", 49, Permission.ORDER_READ, under="/orders"),)
APIS = (api,)
TEMPLATES = {"taxwatch": "exchange.taxwatch"}
__all__ = ["APIS", "DOORS", "DUE_JOBS", "NAV", "TEMPLATES"]
