"""What accepting gives the exchange module."""

from exchange.acceptance import store
from exchange.acceptance.api import api
from exchange.acceptance.demo import STEPS as DEMO_STEPS
from exchange.acceptance.pages import DOORS, accept_action, interest_of_order, order_of_interest
from kdnx.module import Check, Slot

APIS = (api,)
TEMPLATES = {"acceptance": "exchange.acceptance"}
SLOTS = (
    Slot("interest.actions", 10, accept_action),
    Slot("interest.sections", 10, order_of_interest),
    Slot("order.sections", 5, interest_of_order),
)
CHECKS = (
    Check(
        "acceptance_order",
        "Zu jeder Annahme gehört ein Leistungsschein mit den angebotenen Bedingungen.",
        store.WITHOUT_TERMS,
    ),
)
__all__ = ["APIS", "CHECKS", "DEMO_STEPS", "DOORS", "SLOTS", "TEMPLATES"]
