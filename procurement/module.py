"""What procurement gives the house."""

from kdnx.module import Module, NavEntry
from kdnx.viewer import Permission
from procurement.codes import api as codes_api
from procurement.codes import pages as codes_pages
from procurement.demands import api as demands_api
from procurement.demands import pages as demands_pages
from procurement.responses import api as responses_api
from procurement.responses import pages as responses_pages

MODULE = Module(
    name="procurement",
    title="Gemeinsame Beschaffung",
    doors=(*codes_pages.DOORS, *demands_pages.DOORS, *responses_pages.DOORS),
    apis=(codes_api.api, demands_api.api, responses_api.api),
    nav=(NavEntry("Bedarfe", "/demands", 30, Permission.DEMAND_READ),),
    templates={"codes": "procurement.codes", "demands": "procurement.demands", "responses": "procurement.responses"},
)
