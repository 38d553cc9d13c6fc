"""JSON of tenders under /api/v1/tenders: same actions as the pages."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call
from procurement.demands.schemas import ReasonBody
from procurement.procedures.model import law_of
from procurement.tenders import actions, store
from procurement.tenders.model import LotPosition, Tender, warnings
from procurement.tenders.schemas import (
    AlarmOut,
    EstimateOut,
    LotOut,
    OptionOut,
    PositionOut,
    ProcedureBody,
    TenderBody,
    TenderFromBundleBody,
    TenderList,
    TenderListQuery,
    TenderOut,
    TenderSummary,
)

api = Api("tenders")
COMPUTED = ("law", "lots", "estimate", "options", "warnings", "splitting")


async def _out(call: Call, tender_id: UUID) -> TenderOut:
    tender = await store.get_tender(call.conn, tender_id)
    lots = await store.list_lots(call.conn, tender_id)
    positions = await store.list_positions(call.conn, tender_id)
    computed = await actions.compute(call.conn, tender)
    newest = (await store.list_estimates(call.conn, tender_id))[0]
    return TenderOut(
        **{n: getattr(tender, n) for n in TenderOut.model_fields if n not in COMPUTED},
        law=law_of(tender.starts_on),
        lots=[
            LotOut(**asdict(x), positions=[_position(p) for p in positions if p.lot_no == x.lot_no])
            for x in lots
        ],
        estimate=EstimateOut(
            **{
                **{n: getattr(newest, n) for n in EstimateOut.model_fields},
                "calculation": dict(newest.calculation),
            }
        ),
        options=[OptionOut(**asdict(o)) for o in computed.options],
        warnings=warnings(tender, lots),
        splitting=[
            AlarmOut(
                number=o.number, title=o.title, starts_on=o.starts_on, total_cents=o.total_cents
            )
            for o in computed.splitting
        ],
    )


def _position(p: LotPosition) -> PositionOut:
    return PositionOut(**{n: getattr(p, n) for n in PositionOut.model_fields})


def _summary(tender: Tender) -> TenderSummary:
    return TenderSummary(**{n: getattr(tender, n) for n in TenderSummary.model_fields})


@api.get("/api/v1/tenders", permission=Permission.TENDER_READ)
async def list_tenders_json(call: Call, *, query: TenderListQuery) -> TenderList:
    """Tenders the caller may see, newest first."""
    secret, after = call.house.settings.secret(), None
    if query.cursor:
        at, last = decode_cursor(secret, query.cursor, 2)
        after = (datetime.fromisoformat(at), UUID(last))
    found = await store.list_tenders(
        call.conn, state=query.state, text=query.q, after=after, limit=query.limit + 1
    )
    items, more = found[: query.limit], len(found) > query.limit
    return TenderList(
        items=[_summary(t) for t in items],
        next=encode_cursor(secret, [items[-1].created_at.isoformat(), items[-1].id])
        if more
        else None,
    )


@api.get("/api/v1/tenders/{id}", permission=Permission.TENDER_READ)
async def get_tender_json(call: Call, *, id: UUID) -> TenderOut:
    """One tender with value, regime, procedures and dates."""
    return await _out(call, id)


@api.post("/api/v1/tenders", permission=Permission.TENDER_EDIT, status=201)
async def create_tender_json(call: Call, *, body: TenderFromBundleBody) -> TenderOut:
    """A draft from a frozen bundle."""
    return await _out(
        call, await actions.create_tender(call.conn, call.viewer, body.bundle_id, body)
    )


@api.post("/api/v1/tenders/{id}/change", permission=Permission.TENDER_EDIT, needs_match=True)
async def change_tender_json(call: Call, *, id: UUID, body: TenderBody) -> TenderOut:
    """Replace the settings and estimate anew."""
    await actions.change_tender(
        call.conn, call.viewer, id, body, row_version=expected_version(call.request)
    )
    return await _out(call, id)


@api.post("/api/v1/tenders/{id}/procedure", permission=Permission.TENDER_EDIT, needs_match=True)
async def choose_tender_procedure(call: Call, *, id: UUID, body: ProcedureBody) -> TenderOut:
    """Choose the procedure."""
    await actions.choose_procedure(
        call.conn,
        call.viewer,
        id,
        body.procedure,
        body.reason,
        row_version=expected_version(call.request),
    )
    return await _out(call, id)


@api.post("/api/v1/tenders/{id}/cancel", permission=Permission.TENDER_EDIT, needs_match=True)
async def cancel_tender_json(call: Call, *, id: UUID, body: ReasonBody) -> TenderOut:
    """Give the preparation up."""
    await actions.cancel_tender(
        call.conn, call.viewer, id, body.reason, row_version=expected_version(call.request)
    )
    return await _out(call, id)
