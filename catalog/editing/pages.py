"""Editing an offering: a short new page, the task list, and one short page a section that saves itself."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from catalog.attributes.model import Schema
from catalog.attributes.store import get_schema
from catalog.categories import store as categories
from catalog.contents import store as contents
from catalog.contents.model import missing
from catalog.contents.schemas import OfferingBody, to_version
from catalog.editing import actions
from catalog.editing.actions import Clash, Opened
from catalog.editing.choices import choices
from catalog.editing.model import (
    BY_KEY,
    SECTIONS,
    Section,
    address_of,
    pieces_of,
    put_pieces,
    steps,
)
from catalog.editing.schemas import form_values, read_offering_form
from catalog.offerings import actions as offering_actions
from catalog.offerings.model import LABELS, STATE_KINDS
from catalog.versions.pages import names_of
from catalog.versions.wording import Change, Said, describe, differences
from kdnx.audit.store import list_events_of_object
from kdnx.clock import berlin_time
from kdnx.errors import Invalid, NotFound
from kdnx.ids import new_id
from kdnx.text import _
from kdnx.viewer import ROLE_LABELS, Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

# the acts that write what the sections show
SAVING = {"offering.create", "offering.save", "offering.contacts"}


async def new_offering(call: Call) -> Response:
    """Title, category and reference; the rest follows section by section."""
    return await _show_new(call, Form[OfferingBody]())


async def create_offering(call: Call) -> Response:
    """Make the draft and go to its task list."""
    form = read_offering_form(call.fields, await _schema(call, call.fields.get("category_id", "")))
    if form.value is None:
        return await _show_new(call, form, status=422)
    try:
        head = await offering_actions.create_offering(call.conn, call.viewer, form.value)
    except Invalid as error:
        return await _show_new(call, replace(form, value=None, errors=error.errors), status=422)
    return call.redirect(f"/offerings/{head.id}/edit", _("Der Entwurf ist angelegt."))


async def _show_new(call: Call, form: Form[OfferingBody], *, status: int = 200) -> Response:
    found = [(c.id, c.name) for c in await categories.list_categories(call.conn)]
    return await call.page("editing/new.html", status=status, form=form, categories=found)


async def _schema(call: Call, category: Any) -> Schema | None:
    try:
        return await get_schema(call.conn, UUID(str(category)))
    except ValueError:
        return None


async def ask_copy(call: Call) -> Response:
    """Under which title the copy begins."""
    opened = await actions.open_offering(call.conn, call.viewer, call.path_id())
    return await call.page(
        "editing/copy.html", head=opened.head, form=Form(raw={"title": opened.head.title})
    )


async def copy_offering(call: Call) -> Response:
    """An own offering as the beginning of a new one."""
    title = str(call.fields.get("title", ""))
    try:
        if errors := actions.title_error(title):
            raise Invalid(errors=errors)
        head = await actions.copy_offering(call.conn, call.viewer, call.path_id(), title)
    except Invalid as error:
        opened = await actions.open_offering(call.conn, call.viewer, call.path_id())
        form = Form[OfferingBody](raw={"title": title}, errors=error.errors)
        return await call.page("editing/copy.html", status=422, head=opened.head, form=form)
    return call.redirect(f"/offerings/{head.id}/edit", _("Die Kopie ist als Entwurf angelegt."))


class FieldQuery(BaseModel):
    """The field that another page names: the list leads on to its section."""

    field: str = Field("", pattern=r"^[a-z0-9_.]{1,80}$")


async def edit_offering(call: Call) -> Response:
    """The task list: what is done, what is missing, the next step, and what would change for readers."""
    opened = await actions.open_offering(call.conn, call.viewer, call.path_id())
    head = opened.head
    if field := call.query(FieldQuery).field:
        return call.redirect(address_of(head.id, field))
    listed = steps(await _gaps(call, opened))
    changes: list[Change] = []
    if head.published_version and head.draft_version:
        names = await names_of(call)
        old = await contents.get_version(call.conn, call.viewer, head.id, head.published_version)
        changes = differences(describe(old, names), describe(opened.version, names))
    return await call.page(
        "editing/list.html",
        head=head,
        version=opened.version,
        steps=listed,
        gaps=await _gaps(call, opened),
        next_step=next((s for s in listed if not s.is_done), None),
        changes=changes,
        address_of=address_of,
        state_labels=LABELS,
        state_kinds=STATE_KINDS,
        may_submit=call.viewer.may(Permission.OFFERING_EDIT),
    )


async def _gaps(call: Call, opened: Opened) -> list[tuple[str, str]]:
    found = await contents.list_contacts(call.conn, [opened.head.id])
    schema = await get_schema(call.conn, opened.version.category_id)
    return missing(opened.version, found.get(opened.head.id, []), schema)


def _section(call: Call) -> Section:
    found = BY_KEY.get(call.path_text("section"))
    if found is None:
        raise NotFound(_("Diese Adresse gibt es nicht."))
    return found


async def edit_section(call: Call) -> Response:
    """One section as it stands."""
    section = _section(call)
    opened = await actions.open_offering(call.conn, call.viewer, call.path_id())
    schema = await get_schema(call.conn, opened.version.category_id)
    form = Form[OfferingBody](raw=form_values(opened.body, schema))
    was = pieces_of(section, opened.json)
    return await _show(call, opened, section, form, was=was, form_id=new_id().hex)


async def save_section(call: Call) -> Response:
    """Save one section; a script gets the same page back, everybody else goes on to the list or the next section."""
    section = _section(call)
    opened = await actions.open_offering(call.conn, call.viewer, call.path_id())
    was, form_id = _pieces(call.fields.get("was")), str(call.fields.get("form_id", ""))[:40]
    schema = await get_schema(call.conn, opened.version.category_id)
    form, mine = _read(call, section, opened, schema)
    if mine is None:
        return await _show(call, opened, section, form, was=was, form_id=form_id, status=422)
    try:
        done = await actions.save_section(
            call.conn, call.viewer, opened.head.id, section, was=was, mine=mine, form_id=form_id
        )
    except Invalid as error:
        form = replace(form, value=None, errors=error.errors or form.errors)
        return await _show(call, opened, section, form, was=was, form_id=form_id, status=422)
    if isinstance(done, Clash):
        return await _show_clash(call, opened, section, done)
    if _is_script(call):
        opened = await actions.open_offering(call.conn, call.viewer, call.path_id())
        return await _show(call, opened, section, form, was=mine, form_id=form_id, saved=True)
    then = BY_KEY.get(str(call.fields.get("then", "")))
    url = f"/offerings/{opened.head.id}/edit" + (f"/{then.key}" if then else "")
    return call.redirect(url, _("„{section}“ ist gespeichert.").format(section=_(section.title)))


def _is_script(call: Call) -> bool:
    return bool(call.request.headers.get("hx-request"))


def _read(
    call: Call, section: Section, opened: Opened, schema: Schema
) -> tuple[Form[OfferingBody], dict[str, Any] | None]:
    if "joined" in call.fields:  # from the page of a clash: field by field mine or theirs
        chosen, theirs = _pieces(call.fields["joined"]), _pieces(call.fields.get("was"))
        for name in [n for n in {*chosen, *theirs} if call.fields.get("keep." + n) == "theirs"]:
            chosen.pop(name, None)
            if name in theirs:
                chosen[name] = theirs[name]
        return Form[OfferingBody](raw=form_values(opened.body, schema)), chosen
    form = read_offering_form(
        call.fields, schema, names=section.names,
        rest={k: v for k, v in opened.json.items() if k not in section.names},
    )  # fmt: skip
    mine = None if form.value is None else pieces_of(section, form.value.model_dump(mode="json"))
    return form, mine


def _pieces(text: Any) -> dict[str, Any]:
    try:
        found = json.loads(str(text or "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _show_clash(call: Call, opened: Opened, section: Section, clash: Clash) -> Response:
    names = await names_of(call)
    saved = await list_events_of_object(call.conn, opened.head.id)
    sides = []
    for pieces in (clash.theirs, clash.joined):
        body = await actions.body_of(
            call.conn, put_pieces(section, opened.json, pieces), opened.version.category_id
        )
        version = to_version(body, opened.head.id, opened.version.version)
        contacts = offering_actions.contact_list(body.contacts)
        sides.append(describe(version, names, contacts))
    choices_ = [
        (f, _beside(f, sides[0]), _beside(f, sides[1]), _label(f, sides)) for f in clash.fields
    ]
    return await call.page(
        "editing/clash.html",
        status=409,
        head=opened.head,
        section=section,
        other=next((e for e in saved if e["action"] in SAVING), None),
        role_labels=ROLE_LABELS,
        is_script=_is_script(call),
        choices=choices_,
        # a form that saves itself keeps what it knew: its button then shows this page
        was=json.dumps(_pieces(call.fields.get("was")) if _is_script(call) else dict(clash.theirs)),
        joined=json.dumps(dict(clash.joined)),
    )


def _beside(field: str, said: list[Said]) -> str:
    return "\n".join(s.text for s in said if s.field == field or s.field.startswith(field + "."))


def _label(field: str, sides: list[list[Said]]) -> str:
    if field in BY_KEY:
        return _(BY_KEY[field].title)
    return next((s.label for side in sides for s in side if s.field == field), field)


async def _show(
    call: Call,
    opened: Opened,
    section: Section,
    form: Form[OfferingBody],
    *,
    was: Mapping[str, Any],
    form_id: str,
    status: int = 200,
    saved: bool = False,
) -> Response:
    later = SECTIONS[SECTIONS.index(section) + 1 :]
    gaps = await _gaps(call, opened)
    return await call.page(
        "editing/section.html",
        status=status,
        head=opened.head,
        version=opened.version,
        section=section,
        sections=SECTIONS,
        after=later[0] if later else None,
        gaps=[(f, words) for f, words in gaps if f.partition(".")[0] in section.names],
        form=form,
        was=json.dumps(dict(was)),
        form_id=form_id,
        saved=saved,
        saved_at=berlin_time(call.conn.now).strftime("%H:%M"),
        schema=await get_schema(call.conn, opened.version.category_id),
        **await choices(call, form),
    )


P = Permission.OFFERING_EDIT
DOORS = (
    get("/offerings/new", new_offering, permission=P),
    post("/offerings/new", create_offering, permission=P),
    get("/offerings/{id}/copy", ask_copy, permission=P),
    post("/offerings/{id}/copy", copy_offering, permission=P),
    get("/offerings/{id}/edit", edit_offering, permission=P),
    get("/offerings/{id}/edit/{section}", edit_section, permission=P),
    post("/offerings/{id}/edit/{section}", save_section, permission=P),
)
