"""JSON of comparison, marks, decision and record under /api/v1/requests/{id}: same actions as the pages."""

from uuid import UUID

from catalog.answers.schemas import answer_out
from catalog.choosing import actions, store
from catalog.choosing.model import open_marks
from catalog.choosing.schemas import (
    ComparisonOut,
    DecideBody,
    EvidenceOut,
    MarkOut,
    MarksBody,
    StandingOut,
)
from catalog.requests.model import Request
from catalog.requests.store import get_request
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("requests")
READ, ASK = Permission.CATALOG_READ, Permission.DEMAND_ANSWER


async def _get(call: Call, request_id: UUID) -> Request:
    return await get_request(call.conn, request_id, call.viewer.members)


async def _out(call: Call, request: Request) -> ComparisonOut:
    criteria, _items, entries = await actions.read_comparison(call.conn, call.viewer, request)
    found = [
        StandingOut(
            member_name=e.answer.owner_name, answer=answer_out(e.answer, e.content, e.total), points=dict(e.points),
            marks=[MarkOut(criterion=s.criterion, points=s.points, is_met=s.is_met, reason=s.reason)
                   for s in e.scores.values()],
            is_admitted=e.is_admitted, weighted=e.weighted, rank=e.rank, is_tied=e.is_tied,
        )
        for e in entries
    ]  # fmt: skip
    return ComparisonOut(
        items=found, open_marks=open_marks(criteria, entries), row_version=request.row_version
    )


@api.get("/api/v1/requests/{id}/answers", permission=READ)
async def list_request_answers(call: Call, *, id: UUID) -> ComparisonOut:
    """All answers side by side, after the deadline, for the asking house, the office and audit."""
    return await _out(call, await _get(call, id))


@api.put("/api/v1/requests/{id}/marks", permission=ASK)
async def put_request_marks(call: Call, *, id: UUID, body: MarksBody) -> ComparisonOut:
    """Keep marks with their reasons."""
    await _get(call, id)
    version, marks = expected_version(call.request), [m.read() for m in body.marks]
    await actions.save_scores(call.conn, call.viewer, id, version, marks)
    return await _out(call, await _get(call, id))


@api.post("/api/v1/requests/{id}/decide", permission=ASK, needs_match=True)
async def decide_catalog_request(call: Call, *, id: UUID, body: DecideBody) -> ComparisonOut:
    """Choose an answer or none, with a reason for everybody."""
    await _get(call, id)
    await actions.decide_request(
        call.conn, call.viewer, id, expected_version(call.request), answer_id=body.answer_id,
        reason=body.reason, reasons={t.answer_id: t.reason for t in body.told},
    )  # fmt: skip
    return await _out(call, await _get(call, id))


@api.get("/api/v1/requests/{id}/evidence", permission=READ)
async def get_request_evidence(call: Call, *, id: UUID) -> EvidenceOut:
    """The frozen record of the decision."""
    await _get(call, id)
    found = await store.get_evidence(call.conn, id)
    return EvidenceOut(body=found.body, sha256=found.hash.hex(), created_at=found.created_at)
