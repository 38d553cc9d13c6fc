"""JSON of requests under /api/v1/requests: same actions as the pages."""

from datetime import datetime
from uuid import UUID

from catalog.requests import actions, store
from catalog.requests.model import Request
from catalog.requests.schemas import (
    ExtendBody,
    ReasonBody,
    RequestBody,
    RequestList,
    RequestListQuery,
    RequestOut,
    RequestSummary,
    out_of,
)
from kdnx.errors import Stale
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call

api = Api("requests")
READ, ASK = Permission.CATALOG_READ, Permission.DEMAND_ANSWER


async def _get(call: Call, request_id: UUID) -> Request:
    return await store.get_request(call.conn, request_id, call.viewer.members)


async def _out(call: Call, request_id: UUID) -> RequestOut:
    return out_of(
        await _get(call, request_id),
        await store.list_items(call.conn, request_id),
        await store.list_criteria(call.conn, request_id),
        await store.find_budget(call.conn, request_id, call.viewer.members),
    )


async def _checked(call: Call, request_id: UUID) -> None:
    if (await _get(call, request_id)).row_version != expected_version(call.request):
        raise Stale(_("Das Gesuch hat sich inzwischen geändert."))


@api.get("/api/v1/requests", permission=READ)
async def list_catalog_requests(call: Call, *, query: RequestListQuery) -> RequestList:
    """Requests the caller may see, the latest deadline first."""
    secret, after = call.house.settings.secret(), None
    if query.cursor:
        at, last = decode_cursor(secret, query.cursor, 2)
        after = (datetime.fromisoformat(at), UUID(last))
    found = await store.list_requests(
        call.conn, members=call.viewer.members, view=query.view, text=query.q,
        category_id=query.category_id, after=after, limit=query.limit + 1,
    )  # fmt: skip
    items = found[: query.limit]
    more = len(found) > query.limit
    cursor = (
        encode_cursor(secret, [items[-1].closes_at.isoformat(), items[-1].id]) if more else None
    )
    names = RequestSummary.model_fields
    return RequestList(
        items=[RequestSummary(**{n: getattr(r, n) for n in names}) for r in items], next=cursor
    )


@api.post("/api/v1/requests", permission=ASK, status=201)
async def create_catalog_request(call: Call, *, body: RequestBody) -> RequestOut:
    """A new draft."""
    return await _out(call, await actions.create_request(call.conn, call.viewer, body))


@api.get("/api/v1/requests/{id}", permission=READ)
async def get_catalog_request(call: Call, *, id: UUID) -> RequestOut:
    """One request."""
    return await _out(call, id)


@api.put("/api/v1/requests/{id}", permission=ASK)
async def put_catalog_request(call: Call, *, id: UUID, body: RequestBody) -> RequestOut:
    """Replace a draft."""
    await _get(call, id)
    version = expected_version(call.request)
    await actions.change_request(call.conn, call.viewer, id, version, body)
    return await _out(call, id)


@api.post("/api/v1/requests/{id}/announce", permission=ASK, needs_match=True)
async def announce_catalog_request(call: Call, *, id: UUID) -> RequestOut:
    """Open it to the members asked."""
    await _checked(call, id)
    await actions.announce_request(call.conn, call.viewer, id)
    return await _out(call, id)


@api.post("/api/v1/requests/{id}/extend", permission=ASK, needs_match=True)
async def extend_catalog_request(call: Call, *, id: UUID, body: ExtendBody) -> RequestOut:
    """A later deadline with a reason, before the end."""
    await _checked(call, id)
    await actions.extend_request(
        call.conn, call.viewer, id, closes_on=body.closes_on, reason=body.reason
    )
    return await _out(call, id)


@api.post("/api/v1/requests/{id}/cancel", permission=ASK, needs_match=True)
async def cancel_catalog_request(call: Call, *, id: UUID, body: ReasonBody) -> RequestOut:
    """Stop it with a reason; its answers stay sealed."""
    await _checked(call, id)
    await actions.cancel_request(call.conn, call.viewer, id, body.reason)
    return await _out(call, id)
