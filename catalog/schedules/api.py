"""Announced prices as JSON."""

from uuid import UUID

from catalog.offerings import store as offerings
from catalog.schedules import actions, store
from catalog.schedules.schemas import BeginBody, ScheduleBody, ScheduledList, as_json
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("prices")


async def _list(call: Call, id_: UUID) -> ScheduledList:
    head = await offerings.get_offering(call.conn, call.viewer, id_)
    found = await store.list_scheduled(call.conn, [head.id], with_past=True)
    return ScheduledList(offering_id=head.id, items=[as_json(s) for s in found])


@api.get("/api/v1/offerings/{id}/scheduled-prices", permission=Permission.CATALOG_READ)
async def list_scheduled_prices_json(call: Call, *, id: UUID) -> ScheduledList:
    """Prices by day: what is announced and what became of it; proposals only for the owner."""
    return await _list(call, id)


@api.post(
    "/api/v1/offerings/{id}/scheduled-prices",
    permission=Permission.OFFERING_EDIT,
    needs_match=True,
)
async def schedule_prices_json(call: Call, *, id: UUID, body: ScheduleBody) -> ScheduledList:
    """Propose prices from a day on; If-Match is that of the offering."""
    await actions.schedule_prices(call.conn, call.viewer, id, expected_version(call.request), body)
    return await _list(call, id)


@api.post(
    "/api/v1/offerings/{id}/scheduled-prices/approve",
    permission=Permission.OFFERING_PUBLISH,
    needs_match=True,
)
async def approve_scheduled_prices_json(call: Call, *, id: UUID, body: BeginBody) -> ScheduledList:
    """Announce what was proposed for a day."""
    await actions.approve_prices(
        call.conn, call.viewer, id, expected_version(call.request), body.valid_from
    )
    return await _list(call, id)


@api.post(
    "/api/v1/offerings/{id}/scheduled-prices/cancel",
    permission=Permission.OFFERING_EDIT,
    needs_match=True,
)
async def cancel_scheduled_prices_json(call: Call, *, id: UUID, body: BeginBody) -> ScheduledList:
    """Take back what was to begin on a day, with a reason."""
    await actions.cancel_prices(
        call.conn, call.viewer, id, expected_version(call.request), body.valid_from, body.reason
    )
    return await _list(call, id)
