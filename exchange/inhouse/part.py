"""What the in-house monitor gives the exchange module."""

from exchange.inhouse.api import api
from exchange.inhouse.demo import STEPS as DEMO_STEPS
from exchange.inhouse.pages import DOORS, order_section
from kdnx.module import NavEntry, Slot
from kdnx.viewer import Permission

APIS = (api,)
TEMPLATES = {"inhouse": "exchange.inhouse"}
NAV = (NavEntry("Inhouse", "/inhouse", 46, Permission.ORDER_READ),)
SLOTS = (Slot("order.sections", 8, order_section),)
__all__ = ["APIS", "DEMO_STEPS", "DOORS", "NAV", "SLOTS", "TEMPLATES"]
