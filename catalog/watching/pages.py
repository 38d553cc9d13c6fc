"""Watching: the button on the offering's page, and the list of what I watch and what happened to it."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from starlette.responses import Response

from catalog.offerings.model import LABELS, STATE_KINDS
from catalog.offerings.store import get_offering
from catalog.prices.model import price_text
from catalog.watching import actions, store
from catalog.watching.model import WHAT_KINDS, WHAT_LABELS, Event
from catalog.watching.schemas import BackForm, WatchesQuery
from kdnx.clock import berlin_day
from kdnx.db.conn import Conn
from kdnx.errors import Invalid
from kdnx.members.store import list_members
from kdnx.module import Slot
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post

PAGE = 50


def read_cursor(secret: str, cursor: str) -> tuple[datetime, UUID] | None:
    """(instant, id) of the last row seen; Invalid for a cursor that is not ours."""
    if not cursor:
        return None
    at, last = decode_cursor(secret, cursor, 2)
    try:
        return datetime.fromisoformat(at), UUID(last)
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None


async def list_watches(call: Call) -> Response:
    """What I watch, or what happened to it by day."""
    query = call.query(WatchesQuery)
    person = actions.watching_person(call.viewer)
    secret = call.house.settings.secret()
    after = read_cursor(secret, query.after)
    read = store.list_events if query.view == "events" else store.list_watched
    found: list[Any] = list(
        await read(call.conn, call.viewer.members, person, after=after, limit=PAGE + 1)
    )
    more, items = len(found) > PAGE, found[:PAGE]
    cursor = ""
    if more and query.view == "events":
        cursor = encode_cursor(secret, (items[-1].at.isoformat(), items[-1].id))
    elif more:
        cursor = encode_cursor(secret, (items[-1].created_at.isoformat(), items[-1].offering_id))
    members = {m.id: m.short_name or m.name for m in await list_members(call.conn)}
    return await call.page(
        "watching/list.html",
        query=query,
        items=items,
        days=_by_day(items) if query.view == "events" else [],
        members=members,
        next_href=f"/watches?view={query.view}&after={cursor}" if cursor else "",
        first_href=f"/watches?view={query.view}" if after else "",
        state_labels=LABELS,
        state_kinds=STATE_KINDS,
        what_labels=WHAT_LABELS,
        what_kinds=WHAT_KINDS,
        unit_of=price_text,
    )


def _by_day(events: list[Event]) -> list[tuple[date, list[Event]]]:
    """Events by German day, the newest day first, and within it by offering."""
    days = []
    for day, some in groupby(events, key=lambda e: berlin_day(e.at)):
        days.append((day, sorted(some, key=lambda e: (e.title, -e.at.timestamp()))))
    return days


async def watch(call: Call) -> Response:
    """From now on I am told."""
    head = await actions.watch_offering(call.conn, call.viewer, call.path_id())
    return call.redirect(
        f"/offerings/{head.id}", _("Sie beobachten diese Leistung und erhalten Meldungen dazu.")
    )


async def unwatch(call: Call) -> Response:
    """No longer."""
    offering_id = call.path_id()
    await actions.unwatch_offering(call.conn, call.viewer, offering_id)
    back = call.form(BackForm).valid().back
    return call.redirect(
        "/watches" if back == "list" else f"/offerings/{offering_id}",
        _("Sie beobachten diese Leistung nicht mehr."),
    )


async def watch_button(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """The button among the actions of an offering."""
    if viewer.person_id is None or not viewer.members:
        return None
    head = await get_offering(conn, viewer, key)
    watched = await store.is_watched(conn, viewer.members, head.id, viewer.person_id)
    if head.published_version is None and not watched:
        return None
    return "watching/button.html", {"offering_id": head.id, "watched": watched}


SLOTS = (Slot("offering.actions", 30, watch_button),)
DOORS = (
    get("/watches", list_watches, permission=Permission.CATALOG_READ),
    post("/offerings/{id}/watch", watch, permission=Permission.CATALOG_READ),
    post("/offerings/{id}/unwatch", unwatch, permission=Permission.CATALOG_READ),
)
