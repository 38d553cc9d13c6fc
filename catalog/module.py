"""The catalogue as a module of the house."""

from catalog import demo
from catalog.categories import api as categories_api
from catalog.categories import pages as categories_pages
from catalog.editing import pages as editing_pages
from catalog.filing import files
from catalog.finding import api as finding_api
from catalog.finding import pages as finding_pages
from catalog.finding import part as finding
from catalog.offerings import api as offerings_api
from catalog.offerings import checks
from catalog.offerings import pages as offerings_pages
from catalog.reconfirmation.actions import remind_and_suspend
from catalog.succession.actions import SUCCESSIONS
from catalog.versions import pages as versions_pages
from kdnx.module import DueJob, Module, NavEntry
from kdnx.viewer import Permission

MODULE = Module(
    name="catalog",
    title="Katalog",
    doors=(
        *finding_pages.DOORS,
        *editing_pages.DOORS,
        *offerings_pages.DOORS,
        *versions_pages.DOORS,
        *categories_pages.DOORS,
    ),
    apis=(finding_api.api, offerings_api.api, categories_api.api),
    nav=(NavEntry("Katalog", "/offerings", 10, Permission.CATALOG_READ),),
    templates={
        "finding": "catalog.finding",
        "editing": "catalog.editing",
        "offerings": "catalog.offerings",
        "versions": "catalog.versions",
        "categories": "catalog.categories",
    },
    search=finding.SEARCH,
    tiles=finding.TILES,
    checks=checks.CHECKS,
    due_jobs=(DueJob("offering.reconfirm", remind_and_suspend, every_minutes=60),),
    successions=SUCCESSIONS,
    file_kinds=(files.OFFERINGS,),
    demo_steps=demo.STEPS,
)
