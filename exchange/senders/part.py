"""What senders give the exchange module."""

from exchange.senders.pages import DOORS

APIS = ()
TEMPLATES = {"senders": "exchange.senders"}
__all__ = ["APIS", "DOORS", "TEMPLATES"]
