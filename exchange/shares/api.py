"""Settlements of cost for machines: prepare, read, settle, drop."""

from uuid import UUID

from exchange.ledger.reading import own_or_all
from exchange.shares import store
from exchange.shares.actions import (
    Figures,
    create_pool,
    discard_pool,
    propose_pool,
    read_pool,
    save_pool,
)
from exchange.shares.drafting import work_out
from exchange.shares.model import Pool
from exchange.shares.schemas import PoolBody, PoolList, PoolOut, PoolQuery, ShareOut
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call

api = Api("cost-pools")
P = Permission


async def _out(call: Call, pool: Pool) -> PoolOut:
    draft = await work_out(call.conn, pool)
    out = PoolOut.model_validate(draft.pool)
    out.shares = [ShareOut.model_validate(s) for s in draft.shares]
    return out


@api.get("/api/v1/cost-pools", permission=P.BOOKING_READ)
async def list_pools_json(call: Call, *, query: PoolQuery) -> PoolList:
    """Settlements of the caller's house and those it shares in, latest year first; shares are in the single one."""
    secret = call.house.settings.secret()
    place = decode_cursor(secret, query.cursor, 2) if query.cursor else None
    try:
        after = (int(place[0]), UUID(place[1])) if place else None
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    found = await store.list_pools(call.conn, own_or_all(call.viewer), after, query.limit + 1)
    shown = found[: query.limit]
    more = len(found) > query.limit
    cursor = encode_cursor(secret, [shown[-1].year, shown[-1].id]) if more else None
    return PoolList(items=[PoolOut.model_validate(p) for p in shown], next=cursor)


@api.get("/api/v1/cost-pools/{id}", permission=P.BOOKING_READ)
async def get_pool_json(call: Call, *, id: UUID) -> PoolOut:
    """One settlement with the shares the caller may see."""
    return await _out(call, await read_pool(call.conn, call.viewer, id))


@api.post("/api/v1/cost-pools", permission=P.BOOKING_PROPOSE, status=201)
async def create_pool_json(call: Call, *, body: PoolBody) -> PoolOut:
    """Prepare the settlement of an offering's year; keys that are not given are what kdnx knows."""
    figures = Figures(body.key_kind, body.actual_cents, body.fixed_pct, body.by_days, body.evidence)
    pool = await create_pool(call.conn, call.viewer, body.offering_id, body.year, figures)
    if body.keys:
        keys = {k.order_id: k.key for k in body.keys}
        pool = await save_pool(call.conn, call.viewer, pool.id, figures, keys, expected=None)
    return await _out(call, pool)


@api.post("/api/v1/cost-pools/{id}/propose", permission=P.BOOKING_PROPOSE, needs_match=True)
async def propose_pool_json(call: Call, *, id: UUID) -> PoolOut:
    """Settle: one booking a recipient over share less advances."""
    await propose_pool(call.conn, call.viewer, id, expected=expected_version(call.request))
    return await _out(call, await read_pool(call.conn, call.viewer, id))


@api.post("/api/v1/cost-pools/{id}/discard", permission=P.BOOKING_PROPOSE, needs_match=True)
async def discard_pool_json(call: Call, *, id: UUID) -> PoolOut:
    """Drop a settlement in preparation."""
    expected = expected_version(call.request)
    return PoolOut.model_validate(await discard_pool(call.conn, call.viewer, id, expected=expected))
