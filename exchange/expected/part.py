"""What comparing a booking with its order gives the exchange module."""

from exchange.expected.pages import booking_facts
from kdnx.module import Slot

TEMPLATES = {"expected": "exchange.expected"}
SLOTS = (Slot("booking.facts", 10, booking_facts),)
__all__ = ["SLOTS", "TEMPLATES"]
