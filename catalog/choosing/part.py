"""What requests, their answers and the choosing among them give the house."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

from catalog.answers import api as answers_api
from catalog.answers import pages as answers_pages
from catalog.choosing import api as choosing_api
from catalog.choosing import demo
from catalog.choosing import pages as choosing_pages
from catalog.choosing.checks import CHECKS
from catalog.inheriting.actions import SUCCESSIONS
from catalog.requests import actions, store
from catalog.requests import api as requests_api
from catalog.requests import pages as requests_pages
from catalog.requests.model import STATE_LABELS, RequestState
from kdnx.clock import berlin_day
from kdnx.db.conn import Conn
from kdnx.module import DueJob, Hit, SearchProvider, Slot, Tile, TileData
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Viewer


async def find_requests(conn: Conn, viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Requests for the search over everything."""
    found = await store.list_requests(
        conn, members=viewer.members, view="all", text=text, limit=limit
    )
    kind = _("Gesuch")
    return [
        Hit(r.label, f"/requests/{r.id}", kind, STATE_LABELS[RequestState(r.state)]) for r in found
    ]


async def load_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """Open requests of others with the next deadline, and own ones to decide."""
    if not viewer.may(Permission.CATALOG_READ) or not viewer.members:
        return []
    tiles = []
    found = await store.list_requests(conn, members=viewer.members, view="open", limit=200)
    if found:
        days = (berlin_day(min(r.closes_at for r in found)) - conn.today).days
        said = (
            ngettext("Das nächste endet in %d Tag.", "Das nächste endet in %d Tagen.", days) % days
        )
        tiles.append(TileData(_("Offene Gesuche"), str(len(found)), said, "/requests"))
    mine = await store.list_requests(conn, members=viewer.members, view="mine", limit=200)
    if waiting := [r for r in mine if r.state == RequestState.CLOSED]:
        title, url = _("Gesuche auszuwerten"), f"/requests/{waiting[0].id}/answers"
        tiles.append(TileData(title, str(len(waiting)), waiting[0].label, url))
    return tiles


async def ask_first(conn: Conn, viewer: Viewer, key: Any) -> tuple[str, Mapping[str, Any]] | None:
    """Where nothing was found, a request is the first thing to do."""
    given = await ask_others(conn, viewer, key)
    return (given[0], {**given[1], "kind": "primary"}) if given else None


async def ask_others(_conn: Conn, viewer: Viewer, key: Any) -> tuple[str, Mapping[str, Any]] | None:
    """From a search to a request; `key` is the search's query string."""
    if not viewer.may(Permission.DEMAND_ANSWER):
        return None
    asked = parse_qs(str(key).lstrip("?"))
    kept = {"q": asked.get("q", [""])[0][:160], "category": asked.get("category", [])[:1]}
    address = urlencode({k: v for k, v in kept.items() if v}, doseq=True)
    href = "/requests/new" + (f"?{address}" if address else "")
    return "choosing/ask.html", {"href": href, "kind": "secondary"}


DOORS = (*requests_pages.DOORS, *answers_pages.DOORS, *choosing_pages.DOORS)
APIS = (requests_api.api, answers_api.api, choosing_api.api)
TEMPLATES = {
    "requests": "catalog.requests",
    "answers": "catalog.answers",
    "choosing": "catalog.choosing",
}
SEARCH = (SearchProvider("Gesuche", find_requests),)
TILES = (Tile("start", 25, load_tiles),)
# shown beside hits and without any: a list with hits can lack the right one too
SLOTS = (Slot("finding.found", 20, ask_others), Slot("finding.empty", 20, ask_first))
DUE_JOBS = (
    DueJob("requests.close", actions.close_due_requests, every_minutes=1),
    DueJob("requests.remind", actions.remind_due_requests, every_minutes=60),
)
DEMO_STEPS = demo.STEPS
__all__ = [
    "APIS",
    "CHECKS",
    "DEMO_STEPS",
    "DOORS",
    "DUE_JOBS",
    "SEARCH",
    "SLOTS",
    "SUCCESSIONS",
    "TEMPLATES",
    "TILES",
]
