"""What invoices give the exchange module."""

from exchange.invoices import store
from exchange.invoices.api import api
from exchange.invoices.demo import STEPS as DEMO_STEPS
from exchange.invoices.pages import DOORS
from kdnx.module import Check, NavEntry
from kdnx.viewer import Permission

APIS = (api,)
TEMPLATES = {"invoices": "exchange.invoices"}
NAV = (NavEntry("Rechnungen", "/invoices", 46, Permission.BOOKING_READ),)
# I8 of model.md 8
CHECKS = (
    Check(
        "invoice_sums",
        "Jede Rechnung ist die Summe ihrer bestätigten Buchungen, und ihre Umsatzsteuer ist gebucht.",
        store.WRONG_INVOICES,
    ),
    Check("invoice_numbers", "Die Rechnungsnummern haben keine Lücke.", store.GAPS),
)
__all__ = ["APIS", "CHECKS", "DEMO_STEPS", "DOORS", "NAV", "TEMPLATES"]
