"""What machine clients give the platform."""

from kdnx.clients import pages

DOORS = pages.DOORS
APIS = ()
TEMPLATES = {"clients": "kdnx.clients"}
