"""Standards as JSON."""

from uuid import UUID

from catalog.offerings.store import get_offering
from catalog.standards import actions, store
from catalog.standards.model import Standard
from catalog.standards.schemas import (
    ReasonBody,
    StandardBody,
    StandardList,
    StandardOut,
    StandardTasksBody,
    StatementList,
    StatementOut,
    StatementsIn,
)
from catalog.standards.statements import Statement, read_adoption, state_conformity
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("standards")


async def _out(call: Call, heads: list[Standard]) -> list[StandardOut]:
    ids = [s.id for s in heads]
    versions = await store.list_versions(call.conn, ids)
    quotas = await read_adoption(call.conn, ids)
    out = []
    for s in heads:
        wanted = s.current_version or s.draft_version
        v = next((v for v in versions[s.id] if v.version == wanted), versions[s.id][0])
        quota = quotas[s.id].quota
        out.append(StandardOut(
            id=s.id, working_group=s.working_group, version=v.version, state=v.state, title=v.title, text=v.text,
            binding=v.binding, valid_from=v.valid_from, review_on=v.review_on, current_version=s.current_version,
            draft_version=s.draft_version, capability_ids=await store.list_tasks(call.conn, s.id),
            quota=None if quota is None else round(quota, 4), row_version=s.row_version,
        ))  # fmt: skip
    return out


@api.get("/api/v1/standards", permission=Permission.CATALOG_READ)
async def list_standards_json(call: Call) -> StandardList:
    """Every standard with its current version and quota."""
    return StandardList(items=await _out(call, await store.list_standards(call.conn)))


@api.get("/api/v1/standards/{id}", permission=Permission.CATALOG_READ)
async def get_standard_json(call: Call, *, id: UUID) -> StandardOut:
    """One standard."""
    return (await _out(call, [await store.get_standard(call.conn, id)]))[0]


@api.post("/api/v1/standards", permission=Permission.STANDARD_EDIT, status=201)
async def create_standard_json(call: Call, *, body: StandardBody) -> StandardOut:
    """A new draft of the own house."""
    return (await _out(call, [await actions.create_standard(call.conn, call.viewer, body)]))[0]


@api.put("/api/v1/standards/{id}", permission=Permission.STANDARD_EDIT)
async def save_standard_json(call: Call, *, id: UUID, body: StandardBody) -> StandardOut:
    """Write the draft; where there is none, the next version begins."""
    version = expected_version(call.request)
    return (
        await _out(call, [await actions.save_standard(call.conn, call.viewer, id, version, body)])
    )[0]


@api.put("/api/v1/standards/{id}/tasks", permission=Permission.STANDARD_EDIT)
async def set_standard_tasks_json(call: Call, *, id: UUID, body: StandardTasksBody) -> StandardOut:
    """The tasks it is about."""
    version = expected_version(call.request)
    head = await actions.set_tasks(call.conn, call.viewer, id, version, body.capability_ids)
    return (await _out(call, [head]))[0]


@api.post("/api/v1/standards/{id}/submit", permission=Permission.STANDARD_EDIT, needs_match=True)
async def submit_standard_json(call: Call, *, id: UUID) -> StandardOut:
    """Ask the second person to adopt."""
    version = expected_version(call.request)
    return (await _out(call, [await actions.submit_standard(call.conn, call.viewer, id, version)]))[
        0
    ]


@api.post("/api/v1/standards/{id}/adopt", permission=Permission.STANDARD_ADOPT, needs_match=True)
async def adopt_standard_json(call: Call, *, id: UUID) -> StandardOut:
    """Adopt the draft as the second person."""
    version = expected_version(call.request)
    return (await _out(call, [await actions.adopt_standard(call.conn, call.viewer, id, version)]))[
        0
    ]


@api.post("/api/v1/standards/{id}/withdraw", permission=Permission.STANDARD_ADOPT, needs_match=True)
async def withdraw_standard_json(call: Call, *, id: UUID, body: ReasonBody) -> StandardOut:
    """The current version no longer holds."""
    version = expected_version(call.request)
    head = await actions.withdraw_standard(call.conn, call.viewer, id, version, body.reason)
    return (await _out(call, [head]))[0]


@api.get("/api/v1/offerings/{id}/standards", permission=Permission.CATALOG_READ)
async def list_statements_json(call: Call, *, id: UUID) -> StatementList:
    """What an offering says about standards."""
    head = await get_offering(call.conn, call.viewer, id)
    return await _statements(call, head.id)


@api.put("/api/v1/offerings/{id}/standards", permission=Permission.OFFERING_EDIT, needs_match=False)
async def set_statements_json(call: Call, *, id: UUID, body: StatementsIn) -> StatementList:
    """Replace all statements of an own offering; the same again changes nothing."""
    wanted = [Statement(s.standard_id, s.conforms, s.deviation_reason) for s in body.items]
    await state_conformity(call.conn, call.viewer, id, wanted)
    return await _statements(call, id)


async def _statements(call: Call, offering_id: UUID) -> StatementList:
    found = await store.list_for_objects(call.conn, "offering", [offering_id])
    return StatementList(
        items=[StatementOut.model_validate(x, from_attributes=True) for x in found]
    )
