"""What booking plans give the exchange module."""

from exchange.schedules import files
from exchange.schedules.actions import DUE_JOBS
from exchange.schedules.api import api
from exchange.schedules.demo import STEPS as DEMO_STEPS
from exchange.schedules.pages import DOORS, order_section
from kdnx.module import NavEntry, Slot
from kdnx.viewer import Permission

APIS = (api,)
# the catalogue has schedules of its own
NAV = (NavEntry("Vorschläge", "/schedules", 41, Permission.BOOKING_READ, under="/bookings"),)
TEMPLATES = {"bookingplans": "exchange.schedules"}
SLOTS = (Slot("order.sections", 40, order_section),)
FILE_KINDS = (files.KIND,)
__all__ = ["APIS", "DEMO_STEPS", "DOORS", "DUE_JOBS", "FILE_KINDS", "NAV", "SLOTS", "TEMPLATES"]
