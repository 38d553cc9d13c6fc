"""What the watch over unbilled bookings gives the exchange module."""

from exchange.unbilled.actions import run_unbilled
from kdnx.module import DueJob

APIS = ()
DOORS = ()
TEMPLATES: dict[str, str] = {}
DUE_JOBS = (DueJob("invoices.unbilled", run_unbilled, every_minutes=360),)
__all__ = ["APIS", "DOORS", "DUE_JOBS", "TEMPLATES"]
