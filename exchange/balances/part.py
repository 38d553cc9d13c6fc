"""What balances give the exchange module."""

from exchange.balances.api import api
from exchange.balances.pages import DOORS

APIS = (api,)
TEMPLATES = {"balances": "exchange.balances"}
__all__ = ["APIS", "DOORS", "TEMPLATES"]
