"""What settlement gives the exchange module."""

from exchange.netting import store
from exchange.netting.api import api
from exchange.netting.demo import STEPS as DEMO_STEPS
from exchange.netting.pages import DOORS
from exchange.netting.reading import find_runs
from kdnx.module import Check, NavEntry, SearchProvider
from kdnx.viewer import Permission

APIS = (api,)
TEMPLATES = {"netting": "exchange.netting"}
NAV = (NavEntry("Ausgleich", "/settlements", 47, Permission.LEDGER_READ, under="/bookings"),)
SEARCH = (SearchProvider("Ausgleiche", find_runs),)
CHECKS = (
    Check(
        "settlement_posted",
        "Jeder gezahlte Ausgleich steht mit genau seinen Zeilen im Buchungsbuch.",
        store.WRONG_RUNS,
    ),
    Check(
        "settlement_payments",
        "Die Zahlungen eines Ausgleichs bringen jedes Mitglied genau auf null.",
        store.WRONG_PAYMENTS,
    ),
)
__all__ = ["APIS", "CHECKS", "DEMO_STEPS", "DOORS", "NAV", "SEARCH", "TEMPLATES"]
