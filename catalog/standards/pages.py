"""Pages of standards: list, one with its versions, the draft, and what an offering says."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from catalog.capabilities.model import grouped
from catalog.capabilities.store import list_capabilities, list_serving
from catalog.offerings.store import get_offering
from catalog.standards import actions, store
from catalog.standards.model import (
    BINDING_HINTS,
    BINDING_LABELS,
    STATE_KINDS,
    Binding,
    Standard,
    State,
    Version,
    gaps,
)
from catalog.standards.schemas import SeenForm, StandardForm, TasksForm
from catalog.standards.statements import Statement, list_choices, read_adoption, state_conformity
from kdnx.errors import Invalid, NotFound, Refused, Stale
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post


class ListQuery(BaseModel):
    """Which standards."""

    binding: str = Field("", max_length=20)
    group: str = Field("", max_length=120)


async def list_standards(call: Call) -> Response:
    """Every standard with its binding, version and quota."""
    query = call.query(ListQuery)
    heads = await store.list_standards(call.conn)
    versions = await store.list_versions(call.conn, [s.id for s in heads])
    rows = [(s, _shown(s, versions[s.id])) for s in heads if s.id in versions]
    groups = sorted({s.working_group for s in heads}, key=str.casefold)
    rows = [
        (s, v) for s, v in rows
        if query.binding in ("", v.binding) and query.group in ("", s.working_group)
    ]  # fmt: skip
    return await call.page(
        "standards/list.html", rows=rows, query=query, groups=groups, kinds=STATE_KINDS,
        bindings=list(BINDING_LABELS.items()), quotas=await read_adoption(call.conn, [s.id for s in heads]),
        may_create=call.viewer.may(Permission.STANDARD_EDIT),
    )  # fmt: skip


def _shown(head: Standard, versions: list[Version]) -> Version:
    """The current version, before the first adoption the draft."""
    wanted = head.current_version or head.draft_version
    return next((v for v in versions if v.version == wanted), versions[0])


async def show_standard(call: Call) -> Response:
    """The current version, who follows and who deviates why, and all versions."""
    head = await store.get_standard(call.conn, call.path_id())
    versions = (await store.list_versions(call.conn, [head.id]))[head.id]
    return await _show(call, head, _shown(head, versions), versions)


async def show_version(call: Call) -> Response:
    """One version as it was adopted."""
    head = await store.get_standard(call.conn, call.path_id())
    versions = (await store.list_versions(call.conn, [head.id]))[head.id]
    wanted = call.path_text("version")
    version = next((v for v in versions if str(v.version) == wanted), None)
    if version is None:
        raise NotFound(_("Diese Fassung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return await _show(call, head, version, versions)


async def _show(
    call: Call, head: Standard, version: Version, versions: list[Version], *,
    problem: str = "", status: int = 200,
) -> Response:  # fmt: skip
    conn, viewer = call.conn, call.viewer
    names = {m.id: m.short_name or m.name for m in await list_members(conn)}
    tasks = set(await store.list_tasks(conn, head.id))
    tree = await list_capabilities(conn)
    draft = next((v for v in versions if v.version == head.draft_version), None)
    links = await store.list_for_objects(conn, "offering", None, head.id)
    said = {x.object_id for x in links}
    offers = {o.offering_id: o for o in await store.list_offers(conn, list(said))}
    serving = {o.offering_id: o for o in await list_serving(conn) if o.capability_id in tasks}
    return await call.page(
        "standards/show.html", status=status, problem=problem, head=head, version=version, versions=versions,
        draft=draft, gaps=gaps(draft) if draft else [], kinds=STATE_KINDS, owner=names.get(head.owner_id, ""),
        names=names, tasks=[c for c in tree if c.id in tasks], groups=grouped(tree), chosen=tasks,
        links=[(x, offers[x.object_id]) for x in links if x.object_id in offers],
        silent=[o for o in serving.values() if o.offering_id not in said],
        quota=(await read_adoption(conn, [head.id]))[head.id], binding_hints=BINDING_HINTS,
        may_edit=actions.may_edit(viewer, head),
        may_adopt=actions.may_adopt(viewer, head) and (draft is None or viewer.person_id not in draft.wrote),
        is_current=version.version == head.current_version,
    )  # fmt: skip


async def new_standard(call: Call) -> Response:
    """An empty form."""
    return await _form(call, None, None)


async def create_standard(call: Call) -> Response:
    """A new draft."""
    form = call.form(StandardForm)
    if form.value is None:
        return await _form(call, None, form, status=422)
    head = await actions.create_standard(call.conn, call.viewer, form.value.body())
    return call.redirect(f"/standards/{head.id}", _("Der Entwurf ist angelegt."))


async def edit_standard(call: Call) -> Response:
    """The draft, or the current version as the beginning of the next one."""
    return await _form(call, await store.get_standard(call.conn, call.path_id()), None)


async def save_standard(call: Call) -> Response:
    """Write the draft."""
    head = await store.get_standard(call.conn, call.path_id())
    form = call.form(StandardForm)
    if form.value is None:
        return await _form(call, head, form, status=422)
    try:
        await actions.save_standard(
            call.conn, call.viewer, head.id, form.value.row_version, form.value.body()
        )
    except (Stale, Refused) as error:
        return await _form(call, head, form, status=409, problem=error.detail)
    return call.redirect(f"/standards/{head.id}", _("Der Entwurf ist gespeichert."))


async def _form(
    call: Call, head: Standard | None, form: Form[StandardForm] | None, *,
    status: int = 200, problem: str = "",
) -> Response:  # fmt: skip
    base = None
    if head is not None:
        if not actions.may_edit(call.viewer, head):
            raise Refused(
                _("Diesen Standard pflegt ein anderer Arbeitskreis."),
                remedy_url=f"/standards/{head.id}",
            )
        versions = (await store.list_versions(call.conn, [head.id]))[head.id]
        base = next((v for v in versions if v.version == head.draft_version), versions[0])
    return await call.page(
        "standards/form.html", status=status, head=head, base=base, form=form, problem=problem,
        bindings=[(b.value, t, BINDING_HINTS[b]) for b, t in BINDING_LABELS.items()],
        default=Binding.RECOMMENDED.value,
    )  # fmt: skip


Act = Callable[[Call, UUID, SeenForm], Awaitable[Standard]]


async def _submit(call: Call, id_: UUID, form: SeenForm) -> Standard:
    return await actions.submit_standard(call.conn, call.viewer, id_, form.row_version)


async def _adopt(call: Call, id_: UUID, form: SeenForm) -> Standard:
    return await actions.adopt_standard(call.conn, call.viewer, id_, form.row_version)


async def _withdraw(call: Call, id_: UUID, form: SeenForm) -> Standard:
    return await actions.withdraw_standard(
        call.conn, call.viewer, id_, form.row_version, form.reason
    )


ACTS: Mapping[str, tuple[Act, str]] = {
    "submit": (_submit, "Der Entwurf liegt zur Beschlussfassung."),
    "adopt": (_adopt, "Der Standard ist beschlossen."),
    "withdraw": (_withdraw, "Der Standard ist zurückgezogen."),
}


async def _act(call: Call, name: str) -> Response:
    act, done = ACTS[name]
    form = call.form(SeenForm)
    try:
        head = await act(call, call.path_id(), form.valid())
    except (Refused, Stale, Invalid) as error:
        head = await store.get_standard(call.conn, call.path_id())
        versions = (await store.list_versions(call.conn, [head.id]))[head.id]
        status = 422 if isinstance(error, Invalid) else 409
        return await _show(
            call, head, _shown(head, versions), versions, problem=error.detail, status=status
        )
    return call.redirect(f"/standards/{head.id}", _(done))


async def submit_standard(call: Call) -> Response:
    """Ask the second person."""
    return await _act(call, "submit")


async def adopt_standard(call: Call) -> Response:
    """The second person adopts."""
    return await _act(call, "adopt")


async def withdraw_standard(call: Call) -> Response:
    """It no longer holds."""
    return await _act(call, "withdraw")


async def save_tasks(call: Call) -> Response:
    """Which tasks it is about."""
    form = call.form(TasksForm).valid()
    head = await actions.set_tasks(
        call.conn, call.viewer, call.path_id(), form.row_version, form.task
    )
    return call.redirect(f"/standards/{head.id}", _("Die Aufgaben sind gespeichert."))


async def edit_statements(call: Call) -> Response:
    """What an offering says about each standard."""
    head = await get_offering(call.conn, call.viewer, call.path_id())
    return await _statements(call, head.id, head.title)


async def save_statements(call: Call) -> Response:
    """Keep what was said; a deviation without a reason is asked again."""
    head = await get_offering(call.conn, call.viewer, call.path_id())
    wanted = [
        Statement(c.standard.id, said == "conforms", str(call.fields.get(f"reason-{c.standard.id}", ""))[:1000])
        for c in await list_choices(call.conn, head.id)
        if (said := call.fields.get(f"said-{c.standard.id}")) in {"conforms", "deviates"}
    ]  # fmt: skip
    try:
        await state_conformity(call.conn, call.viewer, head.id, wanted)
    except Invalid as error:
        form = Form[SeenForm](raw=call.fields, errors=error.errors)
        return await _statements(call, head.id, head.title, form)
    return call.redirect(f"/offerings/{head.id}", _("Die Angaben zu Standards sind gespeichert."))


async def _statements(
    call: Call, offering_id: UUID, title: str, form: Form[Any] | None = None
) -> Response:
    return await call.page(
        "standards/offering.html", status=422 if form else 200, offering_id=offering_id, title=title,
        choices=await list_choices(call.conn, offering_id), form=form, adopted=State.ADOPTED,
    )  # fmt: skip


DOORS = (
    get("/standards", list_standards, permission=Permission.CATALOG_READ),
    get("/standards/new", new_standard, permission=Permission.STANDARD_EDIT),
    post("/standards", create_standard, permission=Permission.STANDARD_EDIT),
    get("/standards/offerings/{id}", edit_statements, permission=Permission.OFFERING_EDIT),
    post("/standards/offerings/{id}", save_statements, permission=Permission.OFFERING_EDIT),
    get("/standards/{id}", show_standard, permission=Permission.CATALOG_READ),
    get("/standards/{id}/edit", edit_standard, permission=Permission.STANDARD_EDIT),
    post("/standards/{id}/edit", save_standard, permission=Permission.STANDARD_EDIT),
    post("/standards/{id}/tasks", save_tasks, permission=Permission.STANDARD_EDIT),
    post("/standards/{id}/submit", submit_standard, permission=Permission.STANDARD_EDIT),
    post("/standards/{id}/adopt", adopt_standard, permission=Permission.STANDARD_ADOPT),
    post("/standards/{id}/withdraw", withdraw_standard, permission=Permission.STANDARD_ADOPT),
    get("/standards/{id}/versions/{version}", show_version, permission=Permission.CATALOG_READ),
)
