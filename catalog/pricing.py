"""What calculator, announced prices and roll-over give the catalogue module."""

from catalog.calculator import part as calculator
from catalog.rollover import api as rollover_api
from catalog.rollover import demo as pricing_demo
from catalog.rollover import pages as rollover
from catalog.schedules import part as schedules

# before the pages of one offering: /offerings/rollover is no id
DOORS = (*rollover.DOORS, *schedules.DOORS, *calculator.DOORS)
APIS = (*calculator.APIS, *schedules.APIS, rollover_api.api)
TEMPLATES = {
    **calculator.TEMPLATES,
    **schedules.TEMPLATES,
    "rollover": "catalog.rollover",
    "prices": "catalog.prices",
}
SLOTS = (*calculator.SLOTS, *schedules.SLOTS)
DUE_JOBS = schedules.DUE_JOBS
DEMO_STEPS = pricing_demo.STEPS
