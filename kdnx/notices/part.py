"""What notices give the platform."""

from datetime import timedelta

from kdnx.module import DueJob
from kdnx.notices.actions import sweep
from kdnx.notices.api import api
from kdnx.notices.pages import DOORS, TILES

APIS = (api,)
TEMPLATES = {"notices": "kdnx.notices"}
DUE_JOBS = (DueJob("notices.sweep", sweep, timedelta(days=1) // timedelta(minutes=1)),)
__all__ = ["APIS", "DOORS", "DUE_JOBS", "TEMPLATES", "TILES"]
