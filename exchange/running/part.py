"""What running orders give the exchange module."""

from exchange.running.actions import DUE_JOBS

APIS = ()
DOORS = ()
TEMPLATES: dict[str, str] = {}
__all__ = ["APIS", "DOORS", "DUE_JOBS", "TEMPLATES"]
