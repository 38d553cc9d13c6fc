"""Versions of an offering: one beside the one before, any two, and an older one as the new draft."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from catalog.announcing.actions import reach
from catalog.attributes.model import Schema
from catalog.attributes.store import get_schema
from catalog.categories import store as categories
from catalog.contents import store as contents
from catalog.contents.model import Version
from catalog.contents.quality import Quality, assess
from catalog.offerings import store
from catalog.offerings.model import Offering
from catalog.offerings.pages import labels, moves_of
from catalog.versions.wording import Names, describe, differences
from kdnx.errors import NotFound
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get


async def names_of(call: Call) -> Names:
    """Words for every id that a version may name."""
    members = {m.id: m.short_name or m.name for m in await list_members(call.conn)}
    found = await categories.list_categories(call.conn)
    schemas: dict[UUID, Schema] = {c.id: await get_schema(call.conn, c.id) for c in found}
    return Names(members, {c.id: c.name for c in found}, schemas)


def version_number(text: str) -> int:
    """A version in an address; 0, which is none, when it is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


async def show_version(call: Call) -> Response:
    """One version and how it differs from the one before."""
    head = await store.get_offering(call.conn, call.viewer, call.path_id())
    number = version_number(call.path_text("version"))
    version = await contents.get_version(call.conn, call.viewer, head.id, number)
    listed = await contents.list_versions(call.conn, call.viewer, head.id)
    older = [v for v in listed if v.version < number]
    names = await names_of(call)
    before = older[0] if older else None
    after = describe(version, names)
    changes = differences(describe(before, names) if before else (), after)
    is_own = call.viewer.acts_for(head.owner_id)
    is_draft = version.version == head.draft_version
    return await call.page(
        "versions/show.html",
        head=head,
        version=version,
        versions=listed,
        before=before,
        changes=changes,
        readers=await _count_readers(call, version),
        moves=moves_of(call, head, version),
        is_draft=is_draft,
        may_revert=is_own
        and call.viewer.may(Permission.OFFERING_EDIT)
        and version.approved_at is not None
        and head.draft_version is None
        and number != head.published_version,
        quality=await _quality(call, head, version) if is_own and is_draft else None,
        **labels(),
    )


async def _count_readers(call: Call, version: Version) -> int:
    """How many members the audiences of this version reach today."""
    keys = set[str]().union(*(a.keys() for a in version.audiences))
    audience, reached = await reach(call.conn, sorted(keys))
    if audience != "public":
        return len(reached)
    return sum(m.state == "active" for m in await list_members(call.conn))


async def _quality(call: Call, head: Offering, version: Version) -> Quality:
    found = (await contents.list_contacts(call.conn, [head.id])).get(head.id, [])
    schema = await get_schema(call.conn, version.category_id)
    proven = head.certified_until is not None and head.certified_until >= call.conn.today
    return assess(version, found, schema, has_proof=proven)


class CompareQuery(BaseModel):
    """Two versions."""

    a: int = Field(0, ge=0, le=1_000_000)
    b: int = Field(0, ge=0, le=1_000_000)


async def compare_versions(call: Call) -> Response:
    """Any two versions side by side; without a choice the newest two."""
    head = await store.get_offering(call.conn, call.viewer, call.path_id())
    listed = await contents.list_versions(call.conn, call.viewer, head.id)
    if not listed:
        raise NotFound(_("Diese Fassung gibt es nicht."))
    query = call.query(CompareQuery)
    by_number: dict[int, Any] = {v.version: v for v in listed}
    newest = listed[0]
    after = by_number.get(query.b, newest)
    before = by_number.get(query.a, listed[1] if len(listed) > 1 else newest)
    names = await names_of(call)
    return await call.page(
        "versions/compare.html",
        head=head,
        versions=listed,
        before=before,
        after=after,
        changes=differences(describe(before, names), describe(after, names)),
    )


DOORS = (
    get("/offerings/{id}/versions/compare", compare_versions, permission=Permission.CATALOG_READ),
    get("/offerings/{id}/versions/{version}", show_version, permission=Permission.CATALOG_READ),
)
