"""Undoing and looking ahead: an older version again, a publication or a planned end taken back, a preview."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from catalog.availability import actions as availability
from catalog.contents import store as contents
from catalog.editing import actions, store
from catalog.offerings import store as offerings
from catalog.offerings.model import State
from catalog.versions.pages import names_of, version_number
from catalog.versions.wording import describe, differences
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.routing import Call, get, post


class VersionForm(BaseModel):
    """The version of the head that was seen."""

    row_version: int = Field(ge=1)


async def revert_version(call: Call) -> Response:
    """An older version as the new draft."""
    form = call.form(VersionForm).valid()
    number = version_number(call.path_text("version"))
    head = await actions.revert_offering(
        call.conn, call.viewer, call.path_id(), form.row_version, number
    )
    return call.redirect(
        f"/offerings/{head.id}/edit", _("Der Entwurf sagt jetzt, was die ältere Fassung sagte.")
    )


async def withdraw_publication(call: Call) -> Response:
    """What helps against a publication that should not have been: suspend, or back to the version before."""
    opened = await actions.open_offering(call.conn, call.viewer, call.path_id())
    head = opened.head
    if head.state not in {State.PUBLISHED, State.SUSPENDED}:
        raise Refused(
            _("Diese Leistung ist nicht veröffentlicht."), remedy_url=f"/offerings/{head.id}"
        )
    listed = await contents.list_versions(call.conn, call.viewer, head.id)
    shown = next(v for v in listed if v.version == head.published_version)
    former = next((v for v in listed if v.approved_at and v.version < shown.version), None)
    names = await names_of(call)
    changes = differences(describe(former, names), describe(shown, names)) if former else []
    return await call.page(
        "editing/withdraw.html", head=head, shown=shown, former=former, changes=changes
    )


async def cancel_retirement(call: Call) -> Response:
    """The planned end is taken back."""
    form = call.form(VersionForm).valid()
    head = await availability.cancel_retirement(
        call.conn, call.viewer, call.path_id(), form.row_version
    )
    return call.redirect(f"/offerings/{head.id}", _("Die geplante Einstellung ist zurückgenommen."))


class PreviewQuery(BaseModel):
    """As whom."""

    member: UUID | None = None


async def preview_offering(call: Call) -> Response:
    """What a chosen member will read once this draft is published, or that it will not see it."""
    opened = await actions.open_offering(call.conn, call.viewer, call.path_id())
    query = call.query(PreviewQuery)
    members = [m for m in await list_members(call.conn) if m.state == "active"]
    others = [m for m in members if not call.viewer.acts_for(m.id)]
    member = next((m for m in others if m.id == query.member), others[0] if others else None)
    keys = set(await store.keys_of(call.conn, member.id)) if member else set()
    matching = [a for a in opened.version.audiences if a.keys() & keys]
    names = await names_of(call)
    contacts = (await contents.list_contacts(call.conn, [opened.head.id])).get(opened.head.id, [])
    hidden = {f"audiences.{n}" for n, a in enumerate(opened.version.audiences) if a not in matching}
    said = [s for s in describe(opened.version, names, contacts) if s.field not in hidden]
    return await call.page(
        "editing/preview.html",
        head=opened.head,
        version=opened.version,
        said=said,
        member=member,
        members=[(m.id, m.short_name or m.name) for m in others],
        is_visible=bool(matching),
    )


async def buttons(conn: Conn, viewer: Viewer, key: Any) -> tuple[str, Mapping[str, Any]] | None:
    """On the page of an own offering: copy it, take a publication back."""
    head = await offerings.get_offering(conn, viewer, key)
    if not viewer.acts_for(head.owner_id) or not viewer.may(Permission.OFFERING_EDIT):
        return None
    return "editing/buttons.html", {"head": head}


async def ending(conn: Conn, viewer: Viewer, key: Any) -> tuple[str, Mapping[str, Any]] | None:
    """On the page of an offering whose end is planned: the day, the reason, what comes instead."""
    head = await offerings.get_offering(conn, viewer, key)
    if head.retire_on is None or head.state == State.RETIRED:
        return None
    may = viewer.acts_for(head.owner_id) and viewer.may(Permission.OFFERING_PUBLISH)
    return "editing/ending.html", {"head": head, "may_cancel": may}


DOORS = (
    get("/offerings/{id}/preview", preview_offering, permission=Permission.OFFERING_EDIT),
    get("/offerings/{id}/withdraw", withdraw_publication, permission=Permission.OFFERING_EDIT),
    post(
        "/offerings/{id}/cancel-retirement",
        cancel_retirement,
        permission=Permission.OFFERING_PUBLISH,
    ),
    post(
        "/offerings/{id}/versions/{version}/revert",
        revert_version,
        permission=Permission.OFFERING_EDIT,
    ),
)
