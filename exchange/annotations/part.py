"""What remarks give the exchange module."""

from exchange.annotations.api import api
from exchange.annotations.pages import DOORS, booking_section
from kdnx.module import Slot

APIS = (api,)
TEMPLATES = {"annotations": "exchange.annotations"}
SLOTS = (Slot("booking.sections", 70, booking_section),)
__all__ = ["APIS", "DOORS", "SLOTS", "TEMPLATES"]
