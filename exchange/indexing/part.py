"""What prices that follow an index give the exchange module."""

from exchange.indexing.actions import DUE_JOBS
from exchange.indexing.api import api
from exchange.indexing.demo import STEPS as DEMO_STEPS
from exchange.indexing.pages import DOORS, order_section
from kdnx.module import NavEntry, Slot
from kdnx.viewer import Permission

APIS = (api,)
NAV = (NavEntry("Indexschritte", "/index-steps", 39, Permission.ORDER_READ, under="/orders"),)
TEMPLATES = {"indexing": "exchange.indexing"}
SLOTS = (Slot("order.sections", 27, order_section),)
__all__ = ["APIS", "DEMO_STEPS", "DOORS", "DUE_JOBS", "NAV", "SLOTS", "TEMPLATES"]
