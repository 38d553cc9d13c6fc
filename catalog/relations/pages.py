"""Relations of an offering and what hangs on it: a page, and the section of the offering's page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from catalog.contents.store import sees_all
from catalog.offerings import store as offerings
from catalog.offerings.model import LABELS, STATE_KINDS
from catalog.relations import actions, store
from catalog.relations.model import KIND_LABELS, RelationKind
from kdnx.db.conn import Conn
from kdnx.errors import Invalid, Refused
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post


class RelationForm(BaseModel):
    """Which relation to which offering, by its number."""

    kind: RelationKind
    other: str = Field(min_length=2, max_length=60)


class DropForm(BaseModel):
    """Which relation."""

    kind: RelationKind
    other_id: UUID


async def show_relations(call: Call) -> Response:
    """Relations, and for the owner what hangs on the offering."""
    return await _show(call, None)


async def add_relation(call: Call) -> Response:
    """One more relation."""
    form = call.form(RelationForm)
    if form.value is None:
        return await _show(call, form, status=422)
    offering_id = call.path_id()
    try:
        await actions.add_relation(
            call.conn, call.viewer, offering_id, form.value.kind, form.value.other
        )
    except Invalid as error:
        return await _show(call, Form(raw=form.raw, errors=error.errors), status=422)
    except Refused as error:
        return await _show(call, form, status=409, problem=error.detail)
    return call.redirect(f"/offerings/{offering_id}/relations", _("Die Beziehung ist eingetragen."))


async def drop_relation(call: Call) -> Response:
    """Take one relation away."""
    form = call.form(DropForm).valid()
    offering_id = call.path_id()
    await actions.drop_relation(call.conn, call.viewer, offering_id, form.kind, form.other_id)
    return call.redirect(f"/offerings/{offering_id}/relations", _("Die Beziehung ist entfernt."))


async def _show(
    call: Call, form: Form[RelationForm] | None, *, status: int = 200, problem: str = ""
) -> Response:
    head = await offerings.get_offering(call.conn, call.viewer, call.path_id())
    own = call.viewer.acts_for(head.owner_id)
    return await call.page(
        "relations/show.html", status=status, head=head, form=form, problem=problem,
        may_edit=own and call.viewer.may(Permission.OFFERING_EDIT), sees_impact=own or sees_all(call.viewer),
        impact=await store.count_impact(call.conn, head.id), kinds=[(k.value, _(v)) for k, v in KIND_LABELS.items()],
        **await _values(call.conn, head.id),
    )  # fmt: skip


async def _values(conn: Conn, offering_id: UUID) -> dict[str, Any]:
    return {
        "relations": await store.list_relations(conn, offering_id),
        "members": {m.id: m.short_name or m.name for m in await list_members(conn)},
        "state_labels": LABELS,
        "state_kinds": STATE_KINDS,
    }


async def section(conn: Conn, viewer: Viewer, key: Any) -> tuple[str, Mapping[str, Any]] | None:
    """The relations as a section of the offering's page."""
    head = await offerings.get_offering(conn, viewer, key)
    own = viewer.acts_for(head.owner_id)
    values = await _values(conn, head.id)
    if not values["relations"] and not own and not sees_all(viewer):
        return None
    return "relations/section.html", {**values, "head": head, "own": own or sees_all(viewer)}


async def impact_section(
    conn: Conn, _viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """What hangs on an offering, for the page on which it is suspended or retired."""
    impact = await store.count_impact(conn, key)
    relations = [r for r in await store.list_relations(conn, key) if r.is_inverse]
    return "relations/impact.html", {"impact": impact, "relations": relations, "offering_id": key}


DOORS = (
    get("/offerings/{id}/relations", show_relations, permission=Permission.CATALOG_READ),
    post("/offerings/{id}/relations", add_relation, permission=Permission.OFFERING_EDIT),
    post("/offerings/{id}/relations/drop", drop_relation, permission=Permission.OFFERING_EDIT),
)
