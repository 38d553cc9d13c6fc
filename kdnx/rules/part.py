"""What dated rules give the platform."""

from kdnx.module import Check
from kdnx.rules.api import api
from kdnx.rules.pages import DOORS
from kdnx.rules.store import MISSING_TODAY

APIS = (api,)
TEMPLATES = {"rules": "kdnx.rules"}
CHECKS = (Check("rules", "Für heute gilt jede Regel, die das Programm braucht.", MISSING_TODAY),)
__all__ = ["APIS", "CHECKS", "DOORS", "TEMPLATES"]
