"""What succession and the proofs of orders give the exchange module."""

from exchange.continuation import store
from exchange.continuation.actions import SUCCESSIONS
from kdnx.module import Check

APIS = ()
DOORS = ()
TEMPLATES: dict[str, str] = {}
CHECKS = (
    Check(
        "order_offering",
        "Jeder Leistungsschein nennt eine Leistung des Katalogs.",
        store.STRAY_OFFERINGS,
    ),
    Check(
        "order_legs",
        "Jede Fassung hat zwei Verträge über die Drehscheibe oder einen unmittelbaren, zwischen ihren Parteien.",
        store.WRONG_LEGS,
    ),
    Check(
        "order_continued",
        "Jeder übergegangene Leistungsschein hat genau eine Fortsetzung gleicher Nummer.",
        store.LOST_CONTINUATIONS,
    ),
    Check(
        "order_signed",
        "Jeder freigegebene Leistungsschein trägt alle Freigaben seiner Fassung.",
        store.UNSIGNED_ORDERS,
    ),
)
__all__ = ["APIS", "CHECKS", "DOORS", "SUCCESSIONS", "TEMPLATES"]
