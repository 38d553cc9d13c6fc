"""What the ledger gives the exchange module."""

from exchange.ledger import files, store
from exchange.ledger.actions import cut_today
from exchange.ledger.api import api
from exchange.ledger.commands import COMMANDS
from exchange.ledger.pages import DOORS
from kdnx.module import Check, DueJob, NavEntry
from kdnx.viewer import Permission

APIS = (api,)
TEMPLATES = {"ledger": "exchange.ledger"}
NAV = (NavEntry("Buchungsbuch", "/transfers", 45, Permission.LEDGER_READ, under="/bookings"),)
# the invariants of model.md 8: I1, I4, I5, I6, I10
CHECKS = (
    Check(
        "ledger_transit",
        "Der Durchlauf der Drehscheibe ist je Buchung null.",
        store.UNBALANCED_TRANSIT,
    ),
    Check(
        "ledger_chain",
        "Jede Buchungszeile passt zu ihrer Prüfsumme und schließt an die vorige an.",
        store.BROKEN_CHAIN,
    ),
    Check("ledger_heads", "Jeder Kettenkopf ist die letzte Zeile seiner Kette.", store.WRONG_HEAD),
    Check("ledger_cuts", "Jeder Tagesabdruck gilt noch.", store.WRONG_CUT),
    Check(
        "ledger_rights",
        "Niemand, als der sich die Anwendung anmeldet, kann Buchungen ändern oder löschen.",
        store.OPEN_GATES,
    ),
)
DUE_JOBS = (DueJob("ledger.cut", cut_today, every_minutes=60),)
FILE_KINDS = (files.KIND,)
__all__ = ["APIS", "CHECKS", "COMMANDS", "DOORS", "DUE_JOBS", "FILE_KINDS", "NAV", "TEMPLATES"]
