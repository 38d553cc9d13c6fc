"""Roll-overs as JSON."""

from uuid import UUID

from catalog.rollover import actions, store
from catalog.rollover.model import Rollover
from catalog.rollover.schemas import DecisionBody, RolloverBody, RolloverOut, as_json
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("prices")


async def _out(call: Call, batch: Rollover) -> RolloverOut:
    return as_json(batch, await store.list_lines(call.conn, batch.id))


@api.post("/api/v1/rollovers", permission=Permission.OFFERING_EDIT, status=201)
async def submit_rollover_json(call: Call, *, body: RolloverBody) -> RolloverOut:
    """Propose new prices for many offerings by one rule, as one batch for the second person."""
    return await _out(call, await actions.submit_rollover(call.conn, call.viewer, body))


@api.get("/api/v1/rollovers/{id}", permission=Permission.CATALOG_READ)
async def get_rollover_json(call: Call, *, id: UUID) -> RolloverOut:
    """A batch of the caller's own house with what became of each offering."""
    return await _out(call, await store.get(call.conn, call.viewer, id))


@api.post(
    "/api/v1/rollovers/{id}/approve", permission=Permission.OFFERING_PUBLISH, needs_match=True
)
async def approve_rollover_json(call: Call, *, id: UUID) -> RolloverOut:
    """Announce the whole batch as second person."""
    expected = expected_version(call.request)
    return await _out(call, await actions.approve_rollover(call.conn, call.viewer, id, expected))


@api.post("/api/v1/rollovers/{id}/withdraw", permission=Permission.OFFERING_EDIT, needs_match=True)
async def withdraw_rollover_json(call: Call, *, id: UUID, body: DecisionBody) -> RolloverOut:
    """Undo the batch before it is approved, with a reason."""
    expected = expected_version(call.request)
    batch = await actions.withdraw_rollover(call.conn, call.viewer, id, expected, body.reason)
    return await _out(call, batch)
