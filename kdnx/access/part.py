"""What roles and deputies give the platform."""

from kdnx.access import pages

DOORS = pages.DOORS
APIS = ()
TEMPLATES = {"access": "kdnx.access"}
