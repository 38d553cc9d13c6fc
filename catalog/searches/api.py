"""Saved searches as JSON."""

from uuid import UUID

from catalog.finding.facets import read_names
from catalog.searches import actions, store
from catalog.searches.pages import Standing, standing_of
from catalog.searches.reading import from_address
from catalog.searches.schemas import (
    NewSearchBody,
    NewsOut,
    SearchBody,
    SearchList,
    SearchListQuery,
    SearchOut,
)
from kdnx.viewer import Permission, Viewer
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("searches")


def _out(viewer: Viewer, s: Standing) -> SearchOut:
    saved = s.search
    news = [
        NewsOut(
            offering_id=n.hit.id, number=n.hit.number, title=n.hit.title, version=n.hit.published_version or 0,
            published_at=n.hit.published_at, is_first=n.is_first,
        )
        for n in s.news if n.hit.published_at
    ]  # fmt: skip
    return SearchOut(
        id=saved.id, owner_id=saved.owner_id, name=saved.name, sentence=s.sentence, address=s.address,
        is_shared=saved.is_shared, is_mine=saved.person_id == viewer.person_id, rhythm=saved.rhythm,
        looked_at=saved.since, hits=s.hits, news=news, row_version=saved.row_version,
    )  # fmt: skip


async def _one(call: Call, search_id: UUID) -> SearchOut:
    saved = await store.get_search(call.conn, call.viewer.person_id, search_id)
    names = await read_names(call.conn)
    return _out(call.viewer, await standing_of(call.conn, call.viewer, saved, names))


@api.get("/api/v1/searches", permission=Permission.CATALOG_READ)
async def list_searches_json(call: Call, *, query: SearchListQuery) -> SearchList:
    """The caller's own searches and those that its house shares, with hits and news."""
    names = await read_names(call.conn)
    found = await store.list_searches(call.conn, call.viewer.person_id, query.limit)
    rows = [await standing_of(call.conn, call.viewer, s, names) for s in found]
    return SearchList(items=[_out(call.viewer, r) for r in rows])


@api.post("/api/v1/searches", permission=Permission.CATALOG_READ, status=201)
async def save_search_json(call: Call, *, body: NewSearchBody) -> SearchOut:
    """Save an address of the catalogue under a name; only people do, programs read shared ones."""
    made = await actions.save_search(
        call.conn, call.viewer, from_address(body.address), body.name, rhythm=body.rhythm, is_shared=body.is_shared
    )  # fmt: skip
    return await _one(call, made.id)


@api.get("/api/v1/searches/{id}", permission=Permission.CATALOG_READ)
async def get_search_json(call: Call, *, id: UUID) -> SearchOut:
    """One saved search."""
    return await _one(call, id)


@api.put("/api/v1/searches/{id}", permission=Permission.CATALOG_READ)
async def change_search_json(call: Call, *, id: UUID, body: SearchBody) -> SearchOut:
    """Name, rhythm and sharing of an own search."""
    await actions.change_search(
        call.conn, call.viewer, id, expected_version(call.request), name=body.name, rhythm=body.rhythm,
        is_shared=body.is_shared,
    )  # fmt: skip
    return await _one(call, id)


@api.post("/api/v1/searches/{id}/seen", permission=Permission.CATALOG_READ)
async def mark_search_seen_json(call: Call, *, id: UUID) -> SearchOut:
    """What is there now is no longer new for the caller."""
    await actions.look_at_search(call.conn, call.viewer, id)
    return await _one(call, id)


@api.post(
    "/api/v1/searches/{id}/delete",
    permission=Permission.CATALOG_READ,
    status=204,
    needs_match=True,
)
async def delete_search_json(call: Call, *, id: UUID) -> None:
    """Delete an own search; for thirty days it can be restored."""
    await actions.delete_search(call.conn, call.viewer, id, expected_version(call.request))


@api.post("/api/v1/searches/{id}/restore", permission=Permission.CATALOG_READ)
async def restore_search_json(call: Call, *, id: UUID) -> SearchOut:
    """Bring back a deleted search."""
    await actions.restore_search(call.conn, call.viewer, id)
    return await _one(call, id)
