"""What invoices give the exchange module."""

from exchange.invoices import checks
from exchange.invoices.api import api
from exchange.invoices.commands import EXPORTS
from exchange.invoices.demo import STEPS as DEMO_STEPS
from exchange.invoices.pages import DOORS, booking_section, order_section
from exchange.invoices.reading import find_invoices
from kdnx.module import Check, NavEntry, SearchProvider, Slot
from kdnx.viewer import Permission

APIS = (api,)
TEMPLATES = {"invoices": "exchange.invoices"}
NAV = (NavEntry("Rechnungen", "/invoices", 46, Permission.BOOKING_READ, under="/bookings"),)
SLOTS = (
    Slot("order.sections", 55, order_section),
    Slot("booking.sections", 50, booking_section),
)
SEARCH = (SearchProvider("Rechnungen", find_invoices),)
# I8 of model.md 8
CHECKS = (
    Check(
        "invoice_sums",
        "Jede Rechnung ist die Summe ihrer bestätigten Buchungen, und ihre Umsatzsteuer ist gebucht.",
        checks.WRONG_INVOICES,
    ),
    Check("invoice_numbers", "Die Rechnungsnummern haben keine Lücke.", checks.GAPS),
    Check(
        "invoice_objected",
        "Was auf einer widersprochenen Gutschrift stand, ist wieder frei.",
        checks.STILL_BILLED,
    ),
)
__all__ = [
    "APIS", "CHECKS", "DEMO_STEPS", "DOORS", "EXPORTS", "NAV", "SEARCH", "SLOTS", "TEMPLATES",
]  # fmt: skip
