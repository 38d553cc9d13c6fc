"""What cost shares give the exchange module."""

from exchange.shares import store
from exchange.shares.api import api
from exchange.shares.demo import STEPS as DEMO_STEPS
from exchange.shares.pages import DOORS
from kdnx.module import Check, NavEntry
from kdnx.viewer import Permission

APIS = (api,)
NAV = (NavEntry("Spitzabrechnung", "/cost-pools", 43, Permission.BOOKING_READ, under="/bookings"),)
TEMPLATES = {"shares": "exchange.shares"}
CHECKS = (
    Check(
        "cost_share_sum",
        "Die Anteile jeder Spitzabrechnung ergeben auf den Cent die tatsächlichen Kosten.",
        store.WRONG_SUMS,
    ),
    Check(
        "cost_share_booking",
        "Jeder Anteil abzüglich der Abschläge ist genau einmal gebucht.",
        store.WRONG_BOOKINGS,
    ),
)
__all__ = ["APIS", "CHECKS", "DEMO_STEPS", "DOORS", "NAV", "TEMPLATES"]
