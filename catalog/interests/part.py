"""What interests give the catalogue module: pages, button on the offering, search, tile."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.interests import store
from catalog.interests.actions import ALL_SCOPES
from catalog.interests.api import api
from catalog.interests.demo import STEPS as DEMO_STEPS
from catalog.interests.form_pages import DOORS as FORM_DOORS
from catalog.interests.model import LABELS, InterestState
from catalog.interests.pages import DOORS as PAGE_DOORS
from catalog.interests.store import Selection
from catalog.offerings import store as offerings
from catalog.offerings.model import State
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.module import Hit, NavEntry, SearchProvider, Slot, Tile, TileData
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Viewer
from kdnx.web.formats import day

P = Permission


async def offer_action(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """The button on an offering of another member: ask, or go to the thread that is open."""
    if not viewer.may(P.ORDER_EDIT) or viewer.member_id is None:
        return None
    try:
        head = await offerings.get_offering(conn, viewer, key)
    except NotFound:
        return None
    if viewer.acts_for(head.owner_id):
        return None
    there = await store.find_open(conn, viewer.members, key)
    if there is not None:
        return "interests/offering_action.html", {"offering_id": key, "there": there}
    keys = set(await store.keys_of(conn, viewer.member_id))
    if head.state != State.PUBLISHED or not keys & set(head.audience_keys):
        return None
    return "interests/offering_action.html", {"offering_id": key, "there": None}


async def find_interests(conn: Conn, viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Interests by number, offering or party."""
    if not viewer.may(P.ORDER_READ):
        return []
    rows = await store.list_interests(
        conn, viewer.members, Selection(text=text), sees_all=viewer.scope in ALL_SCOPES, limit=limit
    )
    return [
        Hit(
            f"{i.number} {i.title}", f"/interests/{i.id}", "Interesse",
            f"{i.asker_short} → {i.provider_short}, {LABELS[InterestState(i.state)]}",
        )
        for i in rows
    ]  # fmt: skip


async def start_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """Interests that wait for my house, and how many of them are overdue."""
    if not viewer.members or not viewer.may(P.ORDER_EDIT):
        return []
    mine, late, due = await store.count_turns(conn, viewer.members)
    if not mine:
        return []
    title = ngettext("Interesse wartet auf Ihr Haus", "Interessen warten auf Ihr Haus", mine)
    finding = _("das nächste bis {day}").format(day=day(due))
    if late:
        words = ngettext("{n} ist überfällig, seit {day}", "{n} sind überfällig, seit {day}", late)
        finding = words.format(n=late, day=day(due))
    return [TileData(title, str(mine), finding, "/interests?late=true" if late else "/interests")]


APIS = (api,)
# /interests/new before /interests/{id}
DOORS = (*FORM_DOORS, *PAGE_DOORS)
TEMPLATES = {"interests": "catalog.interests"}
NAV = (NavEntry("Interessen", "/interests", 30, P.ORDER_READ),)
SLOTS = (Slot("offering.actions", 10, offer_action),)
SEARCH = (SearchProvider("Interessen", find_interests),)
TILES = (Tile("start", 20, start_tiles),)
__all__ = ["APIS", "DEMO_STEPS", "DOORS", "NAV", "SEARCH", "SLOTS", "TEMPLATES", "TILES"]
