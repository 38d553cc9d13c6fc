"""Offerings as JSON: read, write drafts, and the named moves."""

from uuid import UUID

from catalog.availability import actions as availability
from catalog.contents import store as contents
from catalog.contents.model import Contact, Version
from catalog.contents.schemas import OfferingBody, to_body
from catalog.offerings import actions, store
from catalog.offerings.model import Offering
from catalog.offerings.schemas import (
    OfferingDetail,
    PublishBody,
    ReasonBody,
    RetireBody,
    VersionList,
    VersionOut,
)
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("offerings")


async def offering_detail(call: Call, head: Offering) -> OfferingDetail:
    """One offering as JSON: its owner gets the draft, everybody else what is published."""
    own = call.viewer.acts_for(head.owner_id) or contents.sees_all(call.viewer)
    number = head.latest_version if own else head.published_version or 0
    version = await contents.get_version(call.conn, call.viewer, head.id, number)
    contacts = (await contents.list_contacts(call.conn, [head.id])).get(head.id, [])
    return OfferingDetail(
        id=head.id, owner_id=head.owner_id, number=head.number, state=head.state, state_reason=head.state_reason,
        published_version=head.published_version, draft_version=head.draft_version if own else None,
        draft_submitted=head.draft_submitted and own, reconfirm_due=head.reconfirm_due if own else None,
        users=(await store.count_users(call.conn, [head.id])).get(head.id, 0), row_version=head.row_version,
        current=_version(head, version, contacts),
    )  # fmt: skip


def _version(head: Offering, v: Version, contacts: list[Contact]) -> VersionOut:
    if v.version == head.published_version:
        state = "published"
    elif v.version == head.draft_version:
        state = "in_review" if head.draft_submitted else "draft"
    else:
        state = "superseded"
    return VersionOut(
        version=v.version,
        state=state,
        approved_at=v.approved_at,
        content=to_body(v, head.reference, contacts),
    )


@api.get("/api/v1/offerings/{id}", permission=Permission.CATALOG_READ)
async def get_offering_json(call: Call, *, id: UUID) -> OfferingDetail:
    """One offering; owners get their draft, everybody else what is published for them."""
    return await offering_detail(call, await store.get_offering(call.conn, call.viewer, id))


@api.get("/api/v1/offerings/{id}/versions", permission=Permission.CATALOG_READ)
async def list_offering_versions_json(call: Call, *, id: UUID) -> VersionList:
    """All versions the caller may see, newest first."""
    head = await store.get_offering(call.conn, call.viewer, id)
    contacts = (await contents.list_contacts(call.conn, [head.id])).get(head.id, [])
    versions = await contents.list_versions(call.conn, call.viewer, head.id)
    return VersionList(items=[_version(head, v, contacts) for v in versions])


@api.post("/api/v1/offerings", permission=Permission.OFFERING_EDIT, status=201)
async def create_offering_json(call: Call, *, body: OfferingBody) -> OfferingDetail:
    """A draft of the caller's own house."""
    return await offering_detail(call, await actions.create_offering(call.conn, call.viewer, body))


@api.put("/api/v1/offerings/{id}", permission=Permission.OFFERING_EDIT, needs_match=True)
async def save_offering_json(call: Call, *, id: UUID, body: OfferingBody) -> OfferingDetail:
    """Write the draft whole; of a published offering this makes a new draft version."""
    head = await actions.save_draft(
        call.conn, call.viewer, id, expected_version(call.request), body
    )
    return await offering_detail(call, head)


@api.post("/api/v1/offerings/{id}/submit", permission=Permission.OFFERING_EDIT, needs_match=True)
async def submit_offering_json(call: Call, *, id: UUID) -> OfferingDetail:
    """Ask the second person."""
    head = await actions.submit_offering(call.conn, call.viewer, id, expected_version(call.request))
    return await offering_detail(call, head)


@api.post(
    "/api/v1/offerings/{id}/publish", permission=Permission.OFFERING_PUBLISH, needs_match=True
)
async def publish_offering_json(call: Call, *, id: UUID, body: PublishBody) -> OfferingDetail:
    """Publish the version that was read; never by one of its authors, never by a machine."""
    version = expected_version(call.request)
    return await offering_detail(
        call, await actions.publish_offering(call.conn, call.viewer, id, version, body.version)
    )


@api.post("/api/v1/offerings/{id}/return", permission=Permission.OFFERING_EDIT, needs_match=True)
async def return_offering_json(call: Call, *, id: UUID, body: ReasonBody) -> OfferingDetail:
    """Back to the author with a reason."""
    version = expected_version(call.request)
    return await offering_detail(
        call, await actions.return_offering(call.conn, call.viewer, id, version, body.reason)
    )


@api.post("/api/v1/offerings/{id}/discard", permission=Permission.OFFERING_EDIT, needs_match=True)
async def discard_offering_draft_json(call: Call, *, id: UUID) -> OfferingDetail:
    """Give up the open draft of a published offering."""
    head = await availability.discard_draft(
        call.conn, call.viewer, id, expected_version(call.request)
    )
    return await offering_detail(call, head)


@api.post("/api/v1/offerings/{id}/suspend", permission=Permission.OFFERING_EDIT, needs_match=True)
async def suspend_offering_json(call: Call, *, id: UUID, body: ReasonBody) -> OfferingDetail:
    """Not to be ordered for now."""
    version = expected_version(call.request)
    return await offering_detail(
        call, await availability.suspend_offering(call.conn, call.viewer, id, version, body.reason)
    )


@api.post("/api/v1/offerings/{id}/resume", permission=Permission.OFFERING_PUBLISH, needs_match=True)
async def resume_offering_json(call: Call, *, id: UUID) -> OfferingDetail:
    """To be ordered again."""
    head = await availability.resume_offering(
        call.conn, call.viewer, id, expected_version(call.request)
    )
    return await offering_detail(call, head)


@api.post("/api/v1/offerings/{id}/reconfirm", permission=Permission.OFFERING_EDIT, needs_match=True)
async def reconfirm_offering_json(call: Call, *, id: UUID) -> OfferingDetail:
    """What it says is still right: twelve more months."""
    head = await availability.reconfirm_offering(
        call.conn, call.viewer, id, expected_version(call.request)
    )
    return await offering_detail(call, head)


@api.post("/api/v1/offerings/{id}/retire", permission=Permission.OFFERING_PUBLISH, needs_match=True)
async def retire_offering_json(call: Call, *, id: UUID, body: RetireBody) -> OfferingDetail:
    """The end of an offering, today or on a day; while it is used a successor and its notice period are needed."""
    version = expected_version(call.request)
    head = await availability.retire_offering(
        call.conn, call.viewer, id, version, body.reason, body.successor_id, body.on
    )
    return await offering_detail(call, head)
