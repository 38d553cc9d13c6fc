"""What identity providers give the platform."""

from kdnx.providers import pages

DOORS = pages.DOORS
APIS = ()
TEMPLATES = {"providers": "kdnx.providers"}
