"""What self-billing gives the exchange module."""

from exchange.selfbilling.api import api
from exchange.selfbilling.demo import STEPS as DEMO_STEPS
from exchange.selfbilling.merging import SUCCESSIONS
from exchange.selfbilling.pages import DOORS

APIS = (api,)
TEMPLATES = {"selfbilling": "exchange.selfbilling"}
__all__ = ["APIS", "DEMO_STEPS", "DOORS", "SUCCESSIONS", "TEMPLATES"]
