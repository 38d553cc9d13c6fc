"""What documents give the platform."""

from kdnx.documents.api import api
from kdnx.documents.pages import DOORS

APIS = (api,)
TEMPLATES = {"documents": "kdnx.documents"}
__all__ = ["APIS", "DOORS", "TEMPLATES"]
