"""The list of categories; the hub's administration adds and renames."""

from starlette.responses import Response

from catalog.categories import actions, store
from catalog.categories.schemas import CategoryNew, CategoryRenameForm
from kdnx.errors import Refused, Stale
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post


async def list_categories(call: Call) -> Response:
    """All categories."""
    return await _show(call, None)


async def add_category(call: Call) -> Response:
    """A new category at the end."""
    actions.require_office(call.viewer)
    form = call.form(CategoryNew)
    if form.value is None:
        return await _show(call, form, status=422)
    value = form.value
    try:
        await actions.add_category(
            call.conn, call.viewer, code=value.code, name=value.name, description=value.description
        )
    except Refused as error:
        return await _show(call, form, status=409, problem=error.detail)
    return call.redirect("/categories", _("Die Kategorie ist angelegt."))


async def rename_category(call: Call) -> Response:
    """New words for a category."""
    actions.require_office(call.viewer)
    form = call.form(CategoryRenameForm)
    if form.value is None:
        return await _show(call, None, status=422, problem=form.errors[0].message)
    value = form.value
    try:
        await actions.rename_category(
            call.conn,
            call.viewer,
            call.path_id(),
            value.row_version,
            name=value.name,
            description=value.description,
        )
    except (Refused, Stale) as error:
        return await _show(call, None, status=409, problem=error.detail)
    return call.redirect("/categories", _("Die Kategorie ist umbenannt."))


async def _show(
    call: Call, form: Form[CategoryNew] | None, *, status: int = 200, problem: str = ""
) -> Response:
    return await call.page(
        "categories/list.html", status=status, categories=await store.list_categories(call.conn),
        may_edit=actions.may_edit(call.viewer), form=form, problem=problem,
    )  # fmt: skip


DOORS = (
    get("/categories", list_categories, permission=Permission.CATALOG_READ),
    post("/categories", add_category, permission=Permission.MEMBER_EDIT),
    post("/categories/{id}/rename", rename_category, permission=Permission.MEMBER_EDIT),
)
