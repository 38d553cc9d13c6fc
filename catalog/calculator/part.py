"""What the calculator gives the catalogue module."""

from catalog.calculator.api import api
from catalog.calculator.pages import DOORS as PAGE_DOORS
from catalog.calculator.pages import SLOTS as PAGE_SLOTS

APIS = (api,)
DOORS = PAGE_DOORS
SLOTS = PAGE_SLOTS
TEMPLATES = {"calculator": "catalog.calculator"}
