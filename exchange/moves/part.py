"""What the named moves give the exchange module."""

from exchange.moves.api import api
from exchange.moves.pages import DOORS

APIS = (api,)
TEMPLATES: dict[str, str] = {}
__all__ = ["APIS", "DOORS", "TEMPLATES"]
