"""What proofs give the catalogue module."""

from collections.abc import Mapping
from typing import Any

from catalog.certificates import pages
from catalog.certificates.actions import warn_and_suspend
from catalog.certificates.api import api
from catalog.certificates.demo import STEPS
from catalog.certificates.pages import section
from kdnx.module import DueJob, Slot

DOORS = pages.DOORS
APIS = (api,)
TEMPLATES: Mapping[str, Any] = {"certificates": "catalog.certificates"}
SLOTS = (Slot("offering.sections", 30, section),)
DUE_JOBS = (DueJob("offering.certificates", warn_and_suspend, every_minutes=60),)
DEMO_STEPS = STEPS
