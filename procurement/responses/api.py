"""JSON of answers under /api/v1/demands/{id}/response: same actions as the pages."""

from uuid import UUID

from kdnx.errors import Forbidden, NotFound, Stale
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call
from procurement.demands.model import DemandCall, may_lead
from procurement.demands.store import get_call, list_positions
from procurement.responses import actions, store
from procurement.responses.model import Response
from procurement.responses.schemas import (
    AnswerList,
    AnswerOut,
    ResponseBody,
    ResponseOut,
    ReturnBody,
    line_out,
    lines_from_json,
)

api = Api("demands")


async def _call(call: Call, call_id: UUID) -> DemandCall:
    return await get_call(
        call.conn, call_id, members=call.viewer.members, member_id=call.viewer.member_id
    )


async def _own(call: Call, call_id: UUID) -> Response:
    demand = await _call(call, call_id)
    found = await store.find_response(call.conn, call.viewer.owner_id, demand.id)
    if found is None:
        raise NotFound(_("Zu dieser Abfrage gibt es noch keine Antwort."))
    return found


async def _checked(call: Call, call_id: UUID) -> Response:
    found = await _own(call, call_id)
    if found.row_version != expected_version(call.request):
        raise Stale(_("Die Antwort hat sich inzwischen geändert."))
    return found


async def _out(call: Call, owner_id: UUID, response_id: UUID) -> ResponseOut:
    r = await store.get_response(call.conn, owner_id, response_id)
    lines = await store.list_lines(call.conn, r.owner_id, r.id, r.version)
    return ResponseOut(
        id=r.id, owner_id=r.owner_id, call_id=r.call_id, state=r.state, version=r.version, edition=r.edition,
        submitted_at=r.submitted_at, receipt=r.receipt_hash.hex() if r.receipt_hash else None,
        row_version=r.row_version, lines=[line_out(x) for x in lines],
    )  # fmt: skip


@api.get("/api/v1/demands/{id}/response", permission=Permission.DEMAND_READ)
async def get_demand_response(call: Call, *, id: UUID) -> ResponseOut:
    """The own answer; 404 while there is none."""
    found = await _own(call, id)
    return await _out(call, found.owner_id, found.id)


@api.post("/api/v1/demands/{id}/response", permission=Permission.DEMAND_ANSWER, knows_match=True)
async def save_demand_response(call: Call, *, id: UUID, body: ResponseBody) -> ResponseOut:
    """Save the whole answer as a draft; the first saving needs no If-Match, later ones do."""
    demand = await _call(call, id)
    lines = lines_from_json(demand, await list_positions(call.conn, [demand.id]), body.lines)
    found = await store.find_response(call.conn, call.viewer.owner_id, demand.id)
    version = expected_version(call.request) if found else None
    outcomes = [(m.position, m.offering_id, m.outcome, m.reason) for m in body.matches]
    saved = await actions.save_response(
        call.conn, call.viewer, demand.id, lines, outcomes, row_version=version
    )
    return await _out(call, saved.owner_id, saved.id)


@api.post(
    "/api/v1/demands/{id}/response/request-release",
    permission=Permission.DEMAND_ANSWER,
    needs_match=True,
)
async def request_demand_release(call: Call, *, id: UUID) -> ResponseOut:
    """Give the draft to a second person."""
    found = await _checked(call, id)
    await actions.request_release(call.conn, call.viewer, found)
    return await _out(call, found.owner_id, found.id)


@api.post(
    "/api/v1/demands/{id}/response/release", permission=Permission.DEMAND_RELEASE, needs_match=True
)
async def release_demand_response(call: Call, *, id: UUID) -> ResponseOut:
    """Submit; whoever wrote it may not."""
    found = await _checked(call, id)
    await actions.release_response(call.conn, call.viewer, found)
    return await _out(call, found.owner_id, found.id)


@api.post(
    "/api/v1/demands/{id}/response/return", permission=Permission.DEMAND_RELEASE, needs_match=True
)
async def return_demand_response(call: Call, *, id: UUID, body: ReturnBody) -> ResponseOut:
    """Back to the author with a reason."""
    found = await _checked(call, id)
    await actions.return_response(call.conn, call.viewer, found, body.reason)
    return await _out(call, found.owner_id, found.id)


@api.post(
    "/api/v1/demands/{id}/response/revise", permission=Permission.DEMAND_ANSWER, needs_match=True
)
async def revise_demand_response(call: Call, *, id: UUID) -> ResponseOut:
    """Open it again before the deadline."""
    found = await _checked(call, id)
    await actions.revise_response(call.conn, call.viewer, found)
    return await _out(call, found.owner_id, found.id)


@api.post(
    "/api/v1/demands/{id}/response/withdraw", permission=Permission.DEMAND_ANSWER, needs_match=True
)
async def withdraw_demand_response(call: Call, *, id: UUID) -> ResponseOut:
    """Take it back before the deadline."""
    found = await _checked(call, id)
    await actions.withdraw_response(call.conn, call.viewer, found)
    return await _out(call, found.owner_id, found.id)


@api.get("/api/v1/demands/{id}/responses", permission=Permission.DEMAND_READ)
async def list_demand_responses(call: Call, *, id: UUID) -> AnswerList:
    """All submitted lines: for the lead, the office and audit."""
    demand = await _call(call, id)
    if not may_lead(demand, call.viewer) and call.viewer.scope != Scope.AUDIT:
        raise Forbidden(_("Die Mengen der einzelnen Mitglieder sieht nur die einladende Stelle."))
    sees_all = call.viewer.scope in (Scope.OFFICE, Scope.AUDIT)
    answers = await store.list_answers(call.conn, demand.id, call.viewer.members, sees_all=sees_all)
    return AnswerList(
        items=[
            AnswerOut(member_id=a.owner_id, member_name=a.member_name, line=line_out(a.line))
            for a in answers
        ]
    )
