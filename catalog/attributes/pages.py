"""What a category asks: the list for everybody, the form for the office, and who still owes answers."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from starlette.responses import Response

from catalog.attributes import actions, store
from catalog.attributes.model import GROUPS, TYPE_LABELS, Attribute, Schema
from catalog.attributes.schemas import AttributeForm, RetireForm, form_of, to_attribute
from catalog.categories import actions as categories_actions
from catalog.categories import store as categories
from catalog.contents.store import sees_all
from kdnx.errors import Invalid, NotFound, Refused, Stale
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post

PAGE = 50


class VersionQuery(BaseModel):
    """An older version to read."""

    version: int | None = None


class AfterQuery(BaseModel):
    """Where a list goes on."""

    after: str = ""


async def show_schema(call: Call) -> Response:
    """What a category asks, today or in an older version."""
    category = await categories.get_category(call.conn, call.path_id())
    current = await store.get_schema(call.conn, category.id)
    wanted = call.query(VersionQuery).version
    schema = await store.get_schema(call.conn, category.id, wanted) if wanted else current
    required = [a.key for a in current.active if a.required]
    owners = None if sees_all(call.viewer) else list(call.viewer.members)
    return await call.page(
        "attributes/show.html",
        category=category,
        schema=schema,
        current=current,
        retired=[a for a in schema.attributes if not a.is_active],
        versions=await store.list_versions(call.conn, category.id),
        type_labels=TYPE_LABELS,
        may_edit=categories_actions.may_edit(call.viewer) and schema.version == current.version,
        open_gaps=(await store.count_gaps(call.conn, category.id, required, owners=owners))[0],
    )


async def edit_attribute(call: Call) -> Response:
    """The form of one question; `new` for one more."""
    categories_actions.require_office(call.viewer)
    schema = await store.get_schema(call.conn, call.path_id())
    return await _form(call, schema, Form[AttributeForm](raw=_typed(_find(call, schema))))


def _typed(old: Attribute | None) -> dict[str, Any]:
    return form_of(old) if old else {"type": "text", "group": "more", "compare": "on"}


def _find(call: Call, schema: Schema) -> Attribute | None:
    key = call.path_text("key")
    if key == "new":
        return None
    found = schema.find(key)
    if found is None:
        raise NotFound(_("Diese Angabe fragt die Kategorie nicht."))
    return found


async def save_attribute(call: Call) -> Response:
    """First a look at whom it concerns, then the new version."""
    categories_actions.require_office(call.viewer)
    category_id = call.path_id()
    schema = await store.get_schema(call.conn, category_id)
    old = _find(call, schema)
    form = call.form(AttributeForm)
    if form.value is None:
        return await _form(call, schema, form, status=422)
    if (old.key if old else None) != form.value.key and schema.find(form.value.key):
        return await _form(
            call,
            schema,
            form,
            status=409,
            problem=_("Diese Kennung gibt es in der Kategorie schon."),
        )
    wanted = to_attribute(form.value, old)
    try:
        if form.value.then != "save":
            after = actions.put_attribute(schema, wanted)
            return await _form(call, schema, form, preview=await _preview(call, schema, after))
        done = await actions.save_attribute(
            call.conn, call.viewer, category_id, form.value.schema_version, wanted, form.value.note
        )
    except Invalid as error:
        failed = replace(form, value=None, errors=error.errors)
        return await _form(call, schema, failed, status=422)
    except (Refused, Stale) as error:
        return await _form(call, schema, form, status=409, problem=error.detail)
    text = _("Gespeichert als Fassung {n}. Betroffene Häuser haben eine Aufgabe.")
    return call.redirect(f"/categories/{category_id}/schema", text.format(n=done.version))


async def _preview(call: Call, before: Schema, after: Schema) -> dict[str, Any]:
    def required(schema: Schema) -> list[str]:
        return [a.key for a in schema.active if a.required]

    was, _owners = await store.count_gaps(call.conn, before.category_id, required(before))
    now, owners = await store.count_gaps(call.conn, before.category_id, required(after))
    shown = await store.list_gaps(call.conn, before.category_id, required(after), limit=10)
    return {"was": was, "now": now, "owners": owners, "shown": shown, "version": after.version}


async def _form(
    call: Call, schema: Schema, form: Form[AttributeForm], *, status: int = 200, problem: str = "",
    preview: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    category = await categories.get_category(call.conn, schema.category_id)
    return await call.page(
        "attributes/edit.html",
        status=status,
        category=category,
        schema=schema,
        old=_find(call, schema),
        key=call.path_text("key"),
        form=form,
        problem=problem,
        preview=preview,
        types=[(t.value, _(label)) for t, label in TYPE_LABELS.items()],
        groups=[(g, _(label)) for g, label in GROUPS.items()],
    )


async def retire_attribute(call: Call) -> Response:
    """Ask one question no longer."""
    form = call.form(RetireForm).valid()
    category_id = call.path_id()
    done = await actions.retire_attribute(
        call.conn, call.viewer, category_id, form.schema_version, call.path_text("key")
    )
    text = _("Ab Fassung {n} wird nicht mehr danach gefragt; gegebene Antworten bleiben.")
    return call.redirect(f"/categories/{category_id}/schema", text.format(n=done.version))


async def list_gaps(call: Call) -> Response:
    """Published offerings that still owe answers: one's own, for office and audit all."""
    category = await categories.get_category(call.conn, call.path_id())
    schema = await store.get_schema(call.conn, category.id)
    required = [a.key for a in schema.active if a.required]
    owners = None if sees_all(call.viewer) else list(call.viewer.members)
    cursor = call.query(AfterQuery).after
    secret = call.house.settings.secret()
    after = tuple(decode_cursor(secret, cursor, 2)) if cursor else None
    if after and not _is_id(after[1]):
        after = None
    found = await store.list_gaps(
        call.conn, category.id, required, owners=owners,
        after=(after[0], after[1]) if after else None, limit=PAGE + 1,
    )  # fmt: skip
    page = found[:PAGE]
    more = encode_cursor(secret, [page[-1].title_key, page[-1].id]) if len(found) > PAGE else ""
    return await call.page(
        "attributes/gaps.html",
        category=category,
        schema=schema,
        items=page,
        more=more,
        cursor=cursor,
        labels={a.key: a.label for a in schema.attributes},
        members={m.id: m.short_name or m.name for m in await list_members(call.conn)},
        total=await store.count_gaps(call.conn, category.id, required, owners=owners),
        sees_all=sees_all(call.viewer),
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


DOORS = (
    get("/categories/{id}/schema", show_schema, permission=Permission.CATALOG_READ),
    get("/categories/{id}/gaps", list_gaps, permission=Permission.CATALOG_READ),
    get("/categories/{id}/schema/{key}", edit_attribute, permission=Permission.MEMBER_EDIT),
    post("/categories/{id}/schema/{key}", save_attribute, permission=Permission.MEMBER_EDIT),
    post(
        "/categories/{id}/schema/{key}/retire", retire_attribute, permission=Permission.MEMBER_EDIT
    ),
)
