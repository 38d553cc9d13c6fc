"""Declarations as JSON."""

from catalog.applications import actions, store
from catalog.applications.model import Use
from catalog.applications.reading import read_progress
from catalog.applications.schemas import ReportOut, UseList, UseOut, UsesIn, UsesQuery
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("landscape")


def _out(use: Use) -> UseOut:
    return UseOut.model_validate(use, from_attributes=True)


@api.get("/api/v1/applications", permission=Permission.CATALOG_READ)
async def list_applications_json(call: Call, *, query: UsesQuery) -> UseList:
    """What every member uses today, without any cost."""
    found = await store.list_all(call.conn, query.capability_id)
    return UseList(items=[_out(u) for u in found])


@api.get("/api/v1/applications/mine", permission=Permission.DEMAND_ANSWER)
async def list_my_applications_json(call: Call) -> UseList:
    """What the own house uses today, with cost."""
    return UseList(items=[_out(u) for u in await store.list_own(call.conn, [call.viewer.owner_id])])


@api.post("/api/v1/applications/mine", permission=Permission.DEMAND_ANSWER)
async def declare_applications_json(call: Call, *, body: UsesIn) -> UseList:
    """Declare for the own house from today on; the same again changes nothing."""
    owner = call.viewer.owner_id
    wanted = [Use(owner_id=owner, **item.model_dump()) for item in body.items]
    await actions.declare_uses(call.conn, call.viewer, owner, wanted)
    return UseList(items=[_out(u) for u in await store.list_own(call.conn, [owner])])


@api.post("/api/v1/applications/mine/confirm", permission=Permission.DEMAND_ANSWER)
async def confirm_applications_json(call: Call) -> ReportOut:
    """The own house's declarations are complete; counts for twelve months."""
    await actions.confirm_declarations(call.conn, call.viewer, call.viewer.owner_id)
    return await _progress(call)


@api.get("/api/v1/applications/progress", permission=Permission.CATALOG_READ)
async def application_progress_json(call: Call) -> ReportOut:
    """How many members have reported."""
    return await _progress(call)


async def _progress(call: Call) -> ReportOut:
    progress = await read_progress(call.conn)
    mine = progress.reports.get(call.viewer.member_id) if call.viewer.member_id else None
    return ReportOut(
        reported=len(progress.reported), members=len(progress.members),
        confirmed_on=mine.confirmed_on if mine else None,
    )  # fmt: skip
