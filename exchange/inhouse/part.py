"""What the in-house monitor gives the exchange module."""

from exchange.inhouse.api import api
from exchange.inhouse.demo import STEPS as DEMO_STEPS
from exchange.inhouse.pages import DOORS
from exchange.inhouse.succession import SUCCESSIONS
from exchange.inhouse.tiles import TILES
from kdnx.module import NavEntry
from kdnx.viewer import Permission

APIS = (api,)
TEMPLATES = {"inhouse": "exchange.inhouse"}
NAV = (NavEntry("Inhouse", "/inhouse", 46, Permission.ORDER_READ, under="/orders"),)
__all__ = ["APIS", "DEMO_STEPS", "DOORS", "NAV", "SUCCESSIONS", "TEMPLATES", "TILES"]
