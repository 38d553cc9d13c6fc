"""What running orders give the exchange module."""

from exchange.running.actions import DUE_JOBS
from exchange.running.api import api
from exchange.running.pages import termination_section
from kdnx.module import Slot

APIS = (api,)
DOORS = ()
TEMPLATES = {"running": "exchange.running"}
SLOTS = (Slot("order.sections", 30, termination_section),)
__all__ = ["APIS", "DOORS", "DUE_JOBS", "SLOTS", "TEMPLATES"]
