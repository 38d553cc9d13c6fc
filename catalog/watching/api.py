"""Watching as JSON."""

from uuid import UUID

from catalog.watching import actions, store
from catalog.watching.pages import read_cursor
from catalog.watching.schemas import EventList, EventOut, WatchList, WatchListQuery, WatchOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.paging import encode_cursor
from kdnx.web.routing import Call

api = Api("watches")


@api.get("/api/v1/watches", permission=Permission.CATALOG_READ)
async def list_watches_json(call: Call, *, query: WatchListQuery) -> WatchList:
    """The offerings the caller watches, the latest first."""
    secret = call.house.settings.secret()
    found = await store.list_watched(
        call.conn, call.viewer.members, actions.watching_person(call.viewer),
        after=read_cursor(secret, query.after), limit=query.limit + 1,
    )  # fmt: skip
    more, items = len(found) > query.limit, found[: query.limit]
    last = items[-1] if items else None
    cursor = (
        encode_cursor(secret, (last.created_at.isoformat(), last.offering_id))
        if more and last
        else None
    )
    out = [WatchOut(**{n: getattr(w, n) for n in WatchOut.model_fields}) for w in items]
    return WatchList(items=out, next=cursor)


@api.get("/api/v1/watches/events", permission=Permission.CATALOG_READ)
async def list_watch_events_json(call: Call, *, query: WatchListQuery) -> EventList:
    """What happened to the watched offerings, newest first."""
    secret = call.house.settings.secret()
    found = await store.list_events(
        call.conn, call.viewer.members, actions.watching_person(call.viewer),
        after=read_cursor(secret, query.after), limit=query.limit + 1,
    )  # fmt: skip
    more, items = len(found) > query.limit, found[: query.limit]
    last = items[-1] if items else None
    cursor = encode_cursor(secret, (last.at.isoformat(), last.id)) if more and last else None
    out = [EventOut(**{n: getattr(e, n) for n in EventOut.model_fields}) for e in items]
    return EventList(items=out, next=cursor)


@api.post("/api/v1/offerings/{id}/watch", permission=Permission.CATALOG_READ, status=204)
async def watch_offering_json(call: Call, *, id: UUID) -> None:
    """Watch an offering; once more changes nothing."""
    await actions.watch_offering(call.conn, call.viewer, id)


@api.post("/api/v1/offerings/{id}/unwatch", permission=Permission.CATALOG_READ, status=204)
async def unwatch_offering_json(call: Call, *, id: UUID) -> None:
    """No longer watch an offering; also where it may no longer be seen."""
    await actions.unwatch_offering(call.conn, call.viewer, id)
