"""What the file of orders gives the exchange module."""

from exchange.legacy.files import KIND

APIS = ()
DOORS = ()
TEMPLATES: dict[str, str] = {}
FILE_KINDS = (KIND,)
__all__ = ["APIS", "DOORS", "FILE_KINDS", "TEMPLATES"]
