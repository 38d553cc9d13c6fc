"""Changing only part of an offering by JSON."""

from typing import Any
from uuid import UUID

from pydantic import Field, RootModel

from catalog.editing import actions
from catalog.offerings.api import offering_detail
from catalog.offerings.schemas import OfferingDetail
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("offerings")


class MergePatch(RootModel[dict[str, Any]]):
    """The entries of the content to change; null takes one away, lists are replaced whole (RFC 7396)."""

    root: dict[str, Any] = Field(max_length=100)


@api.patch("/api/v1/offerings/{id}", permission=Permission.OFFERING_EDIT)
async def patch_offering_json(call: Call, *, id: UUID, body: MergePatch) -> OfferingDetail:
    """Change part of the draft; of a published offering this makes a new draft version."""
    version = expected_version(call.request)
    head = await actions.patch_offering(call.conn, call.viewer, id, version, body.root)
    return await offering_detail(call, head)
