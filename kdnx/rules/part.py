"""What dated rules give the platform."""

from kdnx.rules.api import api
from kdnx.rules.pages import DOORS

APIS = (api,)
TEMPLATES = {"rules": "kdnx.rules"}
__all__ = ["APIS", "DOORS", "TEMPLATES"]
