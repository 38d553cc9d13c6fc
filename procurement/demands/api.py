"""JSON of demand calls under /api/v1/demands: same actions as the pages."""

from datetime import datetime
from uuid import UUID

from kdnx.errors import Stale
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call
from procurement.demands import actions, store
from procurement.demands.model import DemandCall
from procurement.demands.schemas import (
    CallBody,
    CallIn,
    CallList,
    CallListQuery,
    CallOut,
    CallSummary,
    ExtendBody,
    PositionIn,
    PositionOut,
    ReasonBody,
)

api = Api("demands")


async def _get(call: Call, call_id: UUID) -> DemandCall:
    return await store.get_call(
        call.conn, call_id, members=call.viewer.members, member_id=call.viewer.member_id
    )


async def _out(call: Call, call_id: UUID) -> CallOut:
    found = await _get(call, call_id)
    totals = await store.list_totals(call.conn, call_id)
    positions = []
    for p in await store.list_positions(call.conn, [call_id]):
        t = totals.get(p.ordinal)
        figures = {} if t is None else {"members": t.members, "qty_min": t.qty_min,
                                        "qty_expected": t.qty_expected, "qty_max": t.qty_max}  # fmt: skip
        positions.append(
            PositionOut.model_validate(
                {
                    "ordinal": p.ordinal,
                    "title": p.title,
                    "cpv": p.cpv,
                    "unit": p.unit,
                    "spec": p.spec,
                    **figures,
                }
            )
        )
    return CallOut(
        **{n: getattr(found, n) for n in CallOut.model_fields if n != "positions"},
        positions=positions,
    )


async def _checked(call: Call, call_id: UUID) -> None:
    found = await _get(call, call_id)
    if found.row_version != expected_version(call.request):
        raise Stale(_("Die Bedarfsabfrage hat sich inzwischen geändert."))


@api.get("/api/v1/demands", permission=Permission.DEMAND_READ)
async def list_demand_calls(call: Call, *, query: CallListQuery) -> CallList:
    """Demand calls the caller may see, latest deadline first."""
    secret, after = call.house.settings.secret(), None
    if query.cursor:
        at, last = decode_cursor(secret, query.cursor, 2)
        after = (datetime.fromisoformat(at), UUID(last))
    found = await store.list_calls(
        call.conn, members=call.viewer.members, member_id=call.viewer.member_id, state=query.state, text=query.q,
        after=after, limit=query.limit + 1,
    )  # fmt: skip
    items = found[: query.limit]
    more = len(found) > query.limit
    return CallList(
        items=[CallSummary(**{n: getattr(c, n) for n in CallSummary.model_fields}) for c in items],
        next=encode_cursor(secret, [items[-1].closes_at.isoformat(), items[-1].id])
        if more
        else None,
    )


@api.get("/api/v1/demands/{id}", permission=Permission.DEMAND_READ)
async def get_demand_call(call: Call, *, id: UUID) -> CallOut:
    """One demand call with positions and, where allowed, totals."""
    return await _out(call, id)


@api.post("/api/v1/demands", permission=Permission.DEMAND_CALL, status=201)
async def create_demand_call(call: Call, *, body: CallBody) -> CallOut:
    """A draft with its positions; `member_ids` absent = all members."""
    form = CallIn(
        title=body.title, description=body.description, audience="all" if body.member_ids is None else "chosen",
        member_ids=body.member_ids or [], binding=body.binding, first_year=body.first_year, last_year=body.last_year,
        closes_on=body.closes_on,
    )  # fmt: skip
    call_id = await actions.create_call(call.conn, call.viewer, form)
    for p in body.positions:
        await actions.add_position(call.conn, call.viewer, call_id, PositionIn(**p.model_dump()))
    return await _out(call, call_id)


@api.post("/api/v1/demands/{id}/announce", permission=Permission.DEMAND_CALL, needs_match=True)
async def announce_demand_call(call: Call, *, id: UUID) -> CallOut:
    """Open the call and invite."""
    await _checked(call, id)
    await actions.announce_call(call.conn, call.viewer, id)
    return await _out(call, id)


@api.post("/api/v1/demands/{id}/extend", permission=Permission.DEMAND_CALL, needs_match=True)
async def extend_demand_call(call: Call, *, id: UUID, body: ExtendBody) -> CallOut:
    """A later deadline with a reason."""
    await _checked(call, id)
    await actions.extend_call(
        call.conn, call.viewer, id, closes_on=body.closes_on, reason=body.reason
    )
    return await _out(call, id)


@api.post("/api/v1/demands/{id}/close", permission=Permission.DEMAND_CALL, needs_match=True)
async def close_demand_call(call: Call, *, id: UUID) -> CallOut:
    """End the call before its deadline."""
    await _checked(call, id)
    await actions.close_call(call.conn, call.viewer, id)
    return await _out(call, id)


@api.post("/api/v1/demands/{id}/cancel", permission=Permission.DEMAND_CALL, needs_match=True)
async def cancel_demand_call(call: Call, *, id: UUID, body: ReasonBody) -> CallOut:
    """Stop the call with a reason."""
    await _checked(call, id)
    await actions.cancel_call(call.conn, call.viewer, id, body.reason)
    return await _out(call, id)
