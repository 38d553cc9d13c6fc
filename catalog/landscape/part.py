"""What the landscape gives the catalogue module: tasks, declarations, map, candidates and standards together."""

from collections.abc import Sequence

from catalog.applications import api as applications_api
from catalog.applications import files
from catalog.applications import pages as applications_pages
from catalog.applications.actions import remind_yearly
from catalog.applications.reading import read_progress
from catalog.capabilities import api as capabilities_api
from catalog.capabilities import pages as capabilities_pages
from catalog.capabilities import part as capabilities
from catalog.landscape import api as landscape_api
from catalog.landscape import pages as landscape_pages
from catalog.landscape.model import overall_index
from catalog.landscape.reading import read_landscape
from catalog.standards import api as standards_api
from catalog.standards import checks
from catalog.standards import pages as standards_pages
from catalog.standards import part as standards
from catalog.standards.actions import run_due
from kdnx.db.conn import Conn
from kdnx.module import DueJob, Tile, TileData
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.formats import num


async def load_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """How far members agree, and who has reported."""
    if not viewer.may(Permission.CATALOG_READ):
        return []
    found = await read_landscape(conn)
    index = overall_index(found.rows)
    if index is None:
        return []
    done = _("{a} von {b} Häusern haben gemeldet").format(
        a=len(found.progress.reported), b=len(found.progress.members)
    )
    return [TileData(_("Standardisierungsindex"), num(round(index, 2), 2), done, "/landscape")]


async def load_own_tile(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """A house that has not reported is asked to on its start page."""
    if not viewer.members or not viewer.may(Permission.DEMAND_ANSWER):
        return []
    progress = await read_progress(conn)
    if viewer.member_id not in {m.id for m in progress.missing}:
        return []
    text = _("{a} von {b} Häusern haben schon gemeldet").format(
        a=len(progress.reported), b=len(progress.members)
    )
    return [TileData(_("Anwendungen meines Hauses"), _("offen"), text, "/landscape/mine")]


APIS = (capabilities_api.api, applications_api.api, landscape_api.api, standards_api.api)
# /landscape/mine and the like before /landscape/{id}
DOORS = (
    *capabilities_pages.DOORS,
    *applications_pages.DOORS,
    *standards_pages.DOORS,
)
LAST_DOORS = landscape_pages.DOORS
TEMPLATES = {
    "capabilities": "catalog.capabilities",
    "applications": "catalog.applications",
    "landscape": "catalog.landscape",
    "standards": "catalog.standards",
}
SLOTS = (*capabilities.SLOTS, *standards.SLOTS)
CHECKS = checks.CHECKS
DUE_JOBS = (
    DueJob("application.remind", remind_yearly, every_minutes=60),
    DueJob("standard.due", run_due, every_minutes=60),
)
FILE_KINDS = (files.APPLICATIONS,)
TILES = (Tile("reports", 60, load_tiles), Tile("start", 25, load_own_tile))
