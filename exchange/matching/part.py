"""What the comparison with a member's own books gives the exchange module."""

from exchange.matching.pages import DOORS

APIS = ()
TEMPLATES = {"matching": "exchange.matching"}
__all__ = ["APIS", "DOORS", "TEMPLATES"]
