"""What the test of orders gives the exchange module."""

from exchange.clearing import cap_pages, pages
from exchange.clearing.asking import DUE_JOBS
from exchange.clearing.cap_pages import cap_section
from exchange.clearing.demo import STEPS as DEMO_STEPS
from exchange.clearing.pages import order_section, orders_section
from kdnx.module import Slot

TEMPLATES = {"clearing": "exchange.clearing"}
DOORS = (*pages.DOORS, *cap_pages.DOORS)
SLOTS = (
    Slot("order.sections", 22, cap_section),
    Slot("order.sections", 8, order_section),
    Slot("cooperation.sections", 10, orders_section),
)
__all__ = ["DEMO_STEPS", "DOORS", "DUE_JOBS", "SLOTS", "TEMPLATES"]
