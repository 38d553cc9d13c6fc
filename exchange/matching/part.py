"""What the comparison with a member's own books gives the exchange module."""

from exchange.matching.api import api
from exchange.matching.demo import STEPS as DEMO_STEPS
from exchange.matching.pages import DOORS

APIS = (api,)
TEMPLATES = {"matching": "exchange.matching"}
__all__ = ["APIS", "DEMO_STEPS", "DOORS", "TEMPLATES"]
