"""What documents give the platform."""

from kdnx.documents.api import api
from kdnx.documents.pages import DOORS
from kdnx.documents.store import WRONG_SIZE
from kdnx.module import Check

APIS = (api,)
TEMPLATES = {"documents": "kdnx.documents"}
CHECKS = (Check("documents", "Jedes Dokument ist vollständig abgelegt.", WRONG_SIZE),)
__all__ = ["APIS", "CHECKS", "DOORS", "TEMPLATES"]
