"""What imports give the platform."""

from kdnx.imports.pages import DOORS

APIS = ()
TEMPLATES = {"imports": "kdnx.imports"}
__all__ = ["APIS", "DOORS", "TEMPLATES"]
