"""What relations give the catalogue module."""

from catalog.relations import pages
from catalog.relations.pages import impact_section, section
from kdnx.module import Slot

DOORS = pages.DOORS
TEMPLATES = {"relations": "catalog.relations"}
SLOTS = (Slot("offering.sections", 40, section), Slot("offering.moving", 10, impact_section))
