"""What amendments give the exchange module."""

from exchange.amendments import pages, renewal_pages
from exchange.amendments.api import api
from exchange.amendments.demo import STEPS as DEMO_STEPS
from exchange.amendments.due import DUE_JOBS, SUCCESSIONS
from exchange.amendments.pages import order_section
from kdnx.module import Slot

APIS = (api,)
DOORS = (*pages.DOORS, *renewal_pages.DOORS)
TEMPLATES = {"amendments": "exchange.amendments"}
SLOTS = (Slot("order.sections", 25, order_section),)
__all__ = ["APIS", "DEMO_STEPS", "DOORS", "DUE_JOBS", "SLOTS", "SUCCESSIONS", "TEMPLATES"]
