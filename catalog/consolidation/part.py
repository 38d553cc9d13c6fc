"""The landscape with its candidates, as the catalogue module takes it."""

from catalog.consolidation.api import api
from catalog.consolidation.pages import DOORS as CANDIDATE_DOORS
from catalog.landscape import demo, part
from catalog.landscape.succession import SUCCESSIONS

DOORS = (*part.DOORS, *CANDIDATE_DOORS, *part.LAST_DOORS)
APIS = (*part.APIS, api)
TEMPLATES = {**part.TEMPLATES, "consolidation": "catalog.consolidation"}
SLOTS, CHECKS, DUE_JOBS = part.SLOTS, part.CHECKS, part.DUE_JOBS
FILE_KINDS, TILES = part.FILE_KINDS, part.TILES
DEMO_STEPS = demo.STEPS
__all__ = ["SUCCESSIONS"]
