"""What people and invitations give the platform."""

from kdnx.invitations import pages

DOORS = pages.DOORS
APIS = ()
TEMPLATES = {"invitations": "kdnx.invitations"}
