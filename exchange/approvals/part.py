"""What approvals give the exchange module."""

from exchange.approvals.api import api
from exchange.approvals.pages import DOORS, approval_section
from kdnx.module import Slot

APIS = (api,)
TEMPLATES = {"approvals": "exchange.approvals"}
SLOTS = (Slot("order.sections", 10, approval_section),)
__all__ = ["APIS", "DOORS", "SLOTS", "TEMPLATES"]
