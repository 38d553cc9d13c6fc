"""What procurement gives the house."""

from kdnx.module import DueJob, Module, NavEntry
from kdnx.viewer import Permission
from procurement import demo
from procurement.acts import ACT_LABELS
from procurement.bundles import api as bundles_api
from procurement.bundles import pages as bundles_pages
from procurement.carried import api as carried_api
from procurement.carried import demo as carried_demo
from procurement.carried import pages as carried_pages
from procurement.codes import api as codes_api
from procurement.codes import pages as codes_pages
from procurement.demands import actions as demands
from procurement.demands import api as demands_api
from procurement.demands import pages as demands_pages
from procurement.filing import files
from procurement.responses import api as responses_api
from procurement.responses import pages as responses_pages
from procurement.succession.actions import SUCCESSIONS
from procurement.tenders import api as tenders_api
from procurement.tenders import checks
from procurement.tenders import pages as tenders_pages

MODULE = Module(
    name="procurement",
    title="Gemeinsame Beschaffung",
    doors=(
        *codes_pages.DOORS,
        *carried_pages.DOORS,
        *demands_pages.DOORS,
        *responses_pages.DOORS,
        *bundles_pages.DOORS,
        *tenders_pages.DOORS,
    ),
    apis=(
        codes_api.api,
        demands_api.api,
        responses_api.api,
        bundles_api.api,
        tenders_api.api,
        carried_api.api,
    ),
    nav=(
        NavEntry("Bedarfe", "/demands", 30, Permission.DEMAND_READ),
        NavEntry("Vergaben", "/tenders", 40, Permission.TENDER_READ),
    ),
    templates={
        "codes": "procurement.codes",
        "demands": "procurement.demands",
        "responses": "procurement.responses",
        "carried": "procurement.carried",
        "bundles": "procurement.bundles",
        "tenders": "procurement.tenders",
    },
    search=(demands_pages.SEARCH, tenders_pages.SEARCH),
    tiles=(demands_pages.TILE,),
    slots=carried_pages.SLOTS,
    checks=checks.CHECKS,
    successions=SUCCESSIONS,
    file_kinds=(files.FILE_KIND,),
    due_jobs=(
        DueJob("demands.close", demands.close_due_calls, every_minutes=1),
        DueJob("demands.remind", demands.remind_due_members, every_minutes=60),
    ),
    demo_steps=(*demo.STEPS, *carried_demo.STEPS),
    action_labels=ACT_LABELS,
)
