"""What the test of orders gives the exchange module."""

from exchange.clearing.demo import STEPS as DEMO_STEPS
from exchange.clearing.pages import DOORS, order_section, orders_section
from kdnx.module import Slot

TEMPLATES = {"clearing": "exchange.clearing"}
SLOTS = (
    Slot("order.sections", 8, order_section),
    Slot("cooperation.sections", 10, orders_section),
)
__all__ = ["DEMO_STEPS", "DOORS", "SLOTS", "TEMPLATES"]
