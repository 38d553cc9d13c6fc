"""What notices give the platform."""

from kdnx.notices.api import api
from kdnx.notices.pages import DOORS, TILES

APIS = (api,)
TEMPLATES = {"notices": "kdnx.notices"}
__all__ = ["APIS", "DOORS", "TEMPLATES", "TILES"]
