"""What the trail gives the exchange module."""

from exchange.trail.api import api
from exchange.trail.pages import DOORS, object_section
from kdnx.module import Slot

APIS = (api,)
TEMPLATES = {"trail": "exchange.trail"}
SLOTS = (
    Slot("order.sections", 70, object_section),
    Slot("booking.sections", 60, object_section),
)
__all__ = ["APIS", "DOORS", "SLOTS", "TEMPLATES"]
