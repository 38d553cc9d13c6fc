"""What signing gives the exchange module."""

from exchange.signing import files
from exchange.signing.api import api
from exchange.signing.pages import DOORS

APIS = (api,)
TEMPLATES: dict[str, str] = {}
FILE_KINDS = (files.KIND,)
__all__ = ["APIS", "DOORS", "FILE_KINDS", "TEMPLATES"]
