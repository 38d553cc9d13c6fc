"""What succession gives the platform."""

from kdnx.succession.pages import DOORS

APIS = ()
TEMPLATES = {"succession": "kdnx.succession"}
__all__ = ["APIS", "DOORS", "TEMPLATES"]
