"""What sign-in gives the platform: pages, templates, the due job."""

from datetime import timedelta

from kdnx.auth import pages
from kdnx.auth.actions import sweep
from kdnx.module import DueJob

DOORS = pages.DOORS
APIS = ()
TEMPLATES = {"auth": "kdnx.auth"}
DUE_JOBS = (DueJob("auth.sweep", sweep, int(timedelta(hours=1).total_seconds() // 60)),)
