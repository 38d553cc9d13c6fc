"""What the office does with the questions of a category: add, change, retire; each act is a new version."""

from dataclasses import replace
from uuid import UUID

from catalog.attributes import store
from catalog.attributes.model import Attribute, Schema, merge_options
from catalog.categories import store as categories
from catalog.categories.actions import require_office
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, NotFound, Refused, Stale
from kdnx.members.store import hub_on
from kdnx.tasks.actions import open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Viewer

MOST = 80
TASKS = 500


def put_attribute(schema: Schema, wanted: Attribute) -> Schema:
    """The next version with a question added or changed; the kind of a question never changes (Invalid)."""
    old = schema.find(wanted.key)
    number = schema.version + 1
    if old is None:
        if len(schema.active) >= MOST:
            raise Refused(_("Mehr als {n} Angaben fragt keine Kategorie.").format(n=MOST))
        new = replace(wanted, since=number)
        return replace(schema, version=number, attributes=(*schema.attributes, new))
    if old.type != wanted.type:
        message = _("Die Art einer Angabe bleibt: gegebene Antworten passten sonst nicht mehr.")
        raise Invalid(message, errors=[FieldError("type", message, "fixed")])
    new = replace(
        wanted, since=old.since, decimals=old.decimals, options=merge_options(old.options, wanted.options)
    )  # fmt: skip
    changed = tuple(new if a.key == new.key else a for a in schema.attributes)
    return replace(schema, version=number, attributes=changed)


def drop_attribute(schema: Schema, key: str) -> Schema:
    """The next version in which a question is no longer asked; given answers stay and are shown."""
    old = schema.find(key)
    if old is None or not old.is_active:
        raise NotFound(_("Diese Angabe fragt die Kategorie nicht."))
    number = schema.version + 1
    new = replace(old, retired_in=number, required=False, facet=False)
    changed = tuple(new if a.key == key else a for a in schema.attributes)
    return replace(schema, version=number, attributes=changed)


async def save_attribute(
    conn: Conn, viewer: Viewer, category_id: UUID, expected: int, wanted: Attribute, note: str = ""
) -> Schema:
    """Add or change one question; owners of offerings that now lack an answer get a task."""
    schema = await _current(conn, viewer, category_id, expected)
    after = replace(put_attribute(schema, wanted), note=note or wanted.label)
    return await _save(conn, viewer, after)


async def retire_attribute(
    conn: Conn, viewer: Viewer, category_id: UUID, expected: int, key: str
) -> Schema:
    """Ask one question no longer."""
    schema = await _current(conn, viewer, category_id, expected)
    label = (schema.find(key) or Attribute(key, key, schema.attributes[0].type)).label
    note = _("Nicht mehr gefragt: {label}").format(label=label)
    return await _save(conn, viewer, replace(drop_attribute(schema, key), note=note))


async def _current(conn: Conn, viewer: Viewer, category_id: UUID, expected: int) -> Schema:
    require_office(viewer)
    await categories.get_category(conn, category_id)
    await store.lock_category(conn, category_id)
    schema = await store.get_schema(conn, category_id)
    if schema.version != expected:
        raise Stale(
            _("Die Angaben dieser Kategorie wurden inzwischen geändert."),
            remedy=_("Lesen Sie den neuen Stand und wiederholen Sie die Änderung."),
            remedy_url=f"/categories/{category_id}/schema",
        )
    return schema


async def _save(conn: Conn, viewer: Viewer, schema: Schema) -> Schema:
    await store.insert_schema(conn, schema, viewer.principal)
    owner = await hub_on(conn, conn.today)
    record(
        conn, viewer, "category.schema", object_kind="category", object_id=schema.category_id, owner_id=owner,
        row_version=schema.version, audience="public",
    )  # fmt: skip
    await open_gap_tasks(conn, schema)
    return schema


async def open_gap_tasks(conn: Conn, schema: Schema) -> int:
    """A task for the owner of each published offering that lacks a required answer; how many were new."""
    required = [a.key for a in schema.active if a.required]
    found = await store.list_gaps(conn, schema.category_id, required, limit=TASKS)
    return await open_tasks(
        conn,
        [
            NewTask(
                owner_id=g.owner_id,
                kind="offering.upgrade",
                title=_("Angaben ergänzen: {title}").format(title=g.title),
                object_kind="offering",
                object_id=g.id,
                url=f"/offerings/{g.id}/edit",
                assignee_role=Role.OFFERING_EDITOR,
            )
            for g in found
        ],
    )
