"""JSON of bundles under /api/v1/bundles: same actions as the pages."""

from datetime import datetime
from uuid import UUID

from kdnx.rules.store import find_rule
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call
from procurement.bundles import actions, store
from procurement.bundles.model import Decision, lot_table, total_values
from procurement.bundles.schemas import (
    BundleBody,
    BundleList,
    BundleOut,
    BundleQuery,
    BundleSummary,
    DecideBody,
    LineOut,
    LotBody,
    LotOut,
    LotPositionOut,
    PositionOut,
    PriceBody,
)
from procurement.demands.schemas import ReasonBody

api = Api("bundles")


async def _out(call: Call, bundle_id: UUID) -> BundleOut:
    bundle = await store.get_bundle(call.conn, bundle_id)
    positions, lines = (
        await store.list_positions(call.conn, bundle_id),
        await store.list_lines(call.conn, bundle_id),
    )
    table = lot_table(lines, positions)
    value, most = total_values(table)
    rule = await find_rule(call.conn, "eu_threshold", "supplies_services", bundle.starts_on)
    kept = ("qty_min", "qty_expected", "qty_max", "value_cents", "max_value_cents")
    return BundleOut(
        **{n: getattr(bundle, n) for n in BundleSummary.model_fields},
        positions=[
            PositionOut(**{n: getattr(p, n) for n in PositionOut.model_fields}) for p in positions
        ],
        lots=[
            LotOut(
                lot_no=x.lot_no,
                title=x.title,
                positions=[
                    LotPositionOut(position=n, **{k: getattr(s, k) for k in kept})
                    for n, s in table.get(x.lot_no, {}).items()
                ],
            )
            for x in await store.list_lots(call.conn, bundle_id)
        ],
        lines=[
            LineOut(
                member_id=x.owner_id,
                **{n: getattr(x, n) for n in LineOut.model_fields if n != "member_id"},
            )
            for x in lines
        ],
        value_cents=value,
        max_value_cents=most,
        threshold_cents=int(rule.value["cents"]) if rule else None,
    )


@api.get("/api/v1/bundles", permission=Permission.TENDER_READ)
async def list_bundles_json(call: Call, *, query: BundleQuery) -> BundleList:
    """Bundles the caller may see, newest first."""
    secret, after = call.house.settings.secret(), None
    if query.cursor:
        at, last = decode_cursor(secret, query.cursor, 2)
        after = (datetime.fromisoformat(at), UUID(last))
    found = await store.list_bundles(call.conn, query.state, after, query.limit + 1)
    items, more = found[: query.limit], len(found) > query.limit
    return BundleList(
        items=[
            BundleSummary(**{n: getattr(b, n) for n in BundleSummary.model_fields}) for b in items
        ],
        next=encode_cursor(secret, [items[-1].created_at.isoformat(), items[-1].id])
        if more
        else None,
    )


@api.get("/api/v1/bundles/{id}", permission=Permission.TENDER_READ)
async def get_bundle_json(call: Call, *, id: UUID) -> BundleOut:
    """One bundle with positions, lots and lines."""
    return await _out(call, id)


@api.post("/api/v1/bundles", permission=Permission.DEMAND_CALL, status=201)
async def create_bundle_json(call: Call, *, body: BundleBody) -> BundleOut:
    """Gather closed calls."""
    bundle_id = await actions.create_bundle(
        call.conn, call.viewer, body.call_ids, title=body.title, starts_on=body.starts_on
    )
    return await _out(call, bundle_id)


@api.post("/api/v1/bundles/{id}/lots", permission=Permission.DEMAND_CALL, needs_match=True)
async def add_bundle_lot(call: Call, *, id: UUID, body: LotBody) -> BundleOut:
    """A further lot."""
    await actions.add_lot(
        call.conn, call.viewer, id, body.title, row_version=expected_version(call.request)
    )
    return await _out(call, id)


@api.post("/api/v1/bundles/{id}/decide", permission=Permission.DEMAND_CALL, needs_match=True)
async def decide_bundle_lines(call: Call, *, id: UUID, body: DecideBody) -> BundleOut:
    """Move lines as one step."""
    await actions.decide_lines(
        call.conn, call.viewer, id, [(k.member_id, k.response_id, k.version, k.ordinal) for k in body.lines],
        Decision(body.decision), lot_no=body.lot_no, reason=body.reason, factor=body.unit_factor,
        row_version=expected_version(call.request),
    )  # fmt: skip
    return await _out(call, id)


@api.post("/api/v1/bundles/{id}/prices", permission=Permission.DEMAND_CALL, needs_match=True)
async def set_bundle_price(call: Call, *, id: UUID, body: PriceBody) -> BundleOut:
    """The estimated price of a position."""
    await actions.set_price(
        call.conn, call.viewer, id, body.position, cents=body.unit_price_cents, source=body.source,
        row_version=expected_version(call.request),
    )  # fmt: skip
    return await _out(call, id)


@api.post("/api/v1/bundles/{id}/undo", permission=Permission.DEMAND_CALL, needs_match=True)
async def undo_bundle_step(call: Call, *, id: UUID) -> BundleOut:
    """Take the newest step back."""
    await actions.undo_step(call.conn, call.viewer, id, row_version=expected_version(call.request))
    return await _out(call, id)


@api.post("/api/v1/bundles/{id}/freeze", permission=Permission.DEMAND_CALL, needs_match=True)
async def freeze_bundle_json(call: Call, *, id: UUID) -> BundleOut:
    """Fix quantities, lots and prices."""
    await actions.freeze_bundle(
        call.conn, call.viewer, id, row_version=expected_version(call.request)
    )
    return await _out(call, id)


@api.post("/api/v1/bundles/{id}/dissolve", permission=Permission.DEMAND_CALL, needs_match=True)
async def dissolve_bundle_json(call: Call, *, id: UUID, body: ReasonBody) -> BundleOut:
    """Let calls and lines go."""
    await actions.dissolve_bundle(
        call.conn, call.viewer, id, body.reason, row_version=expected_version(call.request)
    )
    return await _out(call, id)
