"""What offers give the exchange module."""

from exchange.offers.api import api
from exchange.offers.pages import DOORS

APIS = (api,)
TEMPLATES = {"offers": "exchange.offers"}
__all__ = ["APIS", "DOORS", "TEMPLATES"]
