"""What editing gives the module: its pages, the merge patch, pieces on the page of an offering."""

from catalog.availability.planning import retire_due
from catalog.editing import api, life_pages, mine_pages, pages
from catalog.editing.demo import STEPS
from kdnx.module import DueJob, Slot

DOORS = (*mine_pages.DOORS, *pages.DOORS, *life_pages.DOORS)
APIS = (api.api,)
SLOTS = (
    Slot("offering.actions", 60, life_pages.buttons),
    Slot("offering.sections", 1, life_pages.ending),
)
DEMO_STEPS = STEPS
DUE_JOBS = (DueJob("offering.retire", retire_due, every_minutes=60),)
