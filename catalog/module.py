"""The catalogue as a module of the house."""

from catalog import demo, evidence, pricing
from catalog.acts import ACT_LABELS
from catalog.attributes import api as attributes_api
from catalog.attributes import pages as attributes_pages
from catalog.availability import pages as availability_pages
from catalog.categories import api as categories_api
from catalog.categories import pages as categories_pages
from catalog.certificates import part as certificates
from catalog.choosing import part as choosing
from catalog.consolidation import part as landscape
from catalog.contacts import api as contacts_api
from catalog.contacts import pages as contacts_pages
from catalog.continuing import actions as continuing
from catalog.datasheets import pages as datasheets_pages
from catalog.editing import part as editing
from catalog.filing import files
from catalog.finding import api as finding_api
from catalog.finding import pages as finding_pages
from catalog.finding import part as finding
from catalog.indexing.actions import reindex_stale, spread_words
from catalog.interests import part as interests
from catalog.offerings import api as offerings_api
from catalog.offerings import checks
from catalog.offerings import pages as offerings_pages
from catalog.reconfirmation.actions import remind_and_suspend
from catalog.relations import part as relations
from catalog.succession.actions import SUCCESSIONS
from catalog.synonyms import api as synonyms_api
from catalog.synonyms import pages as synonyms_pages
from catalog.versions import pages as versions_pages
from kdnx.module import DueJob, Module, NavEntry
from kdnx.viewer import Permission

MODULE = Module(
    name="catalog",
    title="Katalog",
    doors=(
        *finding_pages.DOORS,
        *synonyms_pages.DOORS,
        *editing.DOORS,
        *evidence.DOORS,  # before the pages of one offering
        *contacts_pages.DOORS,
        *certificates.DOORS,
        *relations.DOORS,
        *pricing.DOORS,
        *datasheets_pages.DOORS,
        *offerings_pages.DOORS,
        *versions_pages.DOORS,
        *categories_pages.DOORS,
        *attributes_pages.DOORS,
        *interests.DOORS,
        *landscape.DOORS,
        *choosing.DOORS,
        *availability_pages.DOORS,  # its moves take any further word after the id
    ),
    apis=(
        finding_api.api,
        synonyms_api.api,
        *evidence.APIS,
        offerings_api.api,
        *editing.APIS,
        *pricing.APIS,
        categories_api.api,
        attributes_api.api,
        contacts_api.api,
        *certificates.APIS,
        *interests.APIS,
        *landscape.APIS,
        *choosing.APIS,
    ),
    nav=(NavEntry("Katalog", "/offerings", 10, Permission.CATALOG_READ), *interests.NAV),
    templates={
        "finding": "catalog.finding",
        "synonyms": "catalog.synonyms",
        "editing": "catalog.editing",
        "offerings": "catalog.offerings",
        "versions": "catalog.versions",
        "categories": "catalog.categories",
        "attributes": "catalog.attributes",
        "availability": "catalog.availability",
        "contacts": "catalog.contacts",
        "datasheets": "catalog.datasheets",
        **certificates.TEMPLATES,
        **relations.TEMPLATES,
        **pricing.TEMPLATES,
        **interests.TEMPLATES,
        **landscape.TEMPLATES,
        **evidence.TEMPLATES,
        **choosing.TEMPLATES,
    },
    search=(*finding.SEARCH, *interests.SEARCH, *choosing.SEARCH),
    tiles=(*finding.TILES, *interests.TILES, *choosing.TILES, *evidence.TILES, *landscape.TILES),
    slots=(
        *editing.SLOTS,
        *pricing.SLOTS,
        *certificates.SLOTS,
        *relations.SLOTS,
        *datasheets_pages.SLOTS,
        *interests.SLOTS,
        *choosing.SLOTS,
        *evidence.SLOTS,
        *landscape.SLOTS,
    ),
    checks=(
        *checks.CHECKS,
        *continuing.CHECKS,
        *choosing.CHECKS,
        *evidence.CHECKS,
        *landscape.CHECKS,
    ),
    due_jobs=(
        *pricing.DUE_JOBS,
        *certificates.DUE_JOBS,
        *landscape.DUE_JOBS,
        *evidence.DUE_JOBS,
        *continuing.DUE_JOBS,
        *choosing.DUE_JOBS,
        DueJob("catalog.spread_words", spread_words, every_minutes=60),
        DueJob("catalog.reindex", reindex_stale, every_minutes=10),
        DueJob("offering.reconfirm", remind_and_suspend, every_minutes=60),
        *editing.DUE_JOBS,
    ),
    successions=(
        *SUCCESSIONS,
        *continuing.SUCCESSIONS,
        *choosing.SUCCESSIONS,
        *evidence.SUCCESSIONS,
        *landscape.SUCCESSIONS,
    ),
    file_kinds=(files.OFFERINGS, *landscape.FILE_KINDS),
    demo_steps=(
        *demo.STEPS,
        *editing.DEMO_STEPS,
        *pricing.DEMO_STEPS,
        *certificates.DEMO_STEPS,
        *interests.DEMO_STEPS,
        *choosing.DEMO_STEPS,
        *landscape.DEMO_STEPS,
        *evidence.DEMO_STEPS,
    ),
    action_labels=ACT_LABELS,
)
