"""What cooperations give the exchange module."""

from exchange.cooperations.actions import run_ends
from exchange.cooperations.api import api
from exchange.cooperations.demo import STEPS as DEMO_STEPS
from exchange.cooperations.pages import DOORS as AGREEMENT_DOORS
from exchange.cooperations.succession import SUCCESSIONS
from exchange.cooperations.year_pages import DOORS as YEAR_DOORS
from kdnx.module import DueJob, NavEntry
from kdnx.viewer import Permission

APIS = (api,)
DOORS = (*AGREEMENT_DOORS, *YEAR_DOORS)
NAV = (NavEntry("Zusammenarbeit", "/cooperations", 47, Permission.REPORT_READ, under="/orders"),)
TEMPLATES = {"cooperations": "exchange.cooperations"}
DUE_JOBS = (DueJob("cooperations.end", run_ends, every_minutes=60),)
__all__ = ["APIS", "DEMO_STEPS", "DOORS", "DUE_JOBS", "NAV", "SUCCESSIONS", "TEMPLATES"]
