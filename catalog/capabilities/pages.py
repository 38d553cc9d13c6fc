"""Pages of tasks and products, and the page on which a provider says what an offering serves."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from catalog.capabilities import actions, store
from catalog.capabilities.model import (
    TARGET_LABELS,
    Capability,
    OfferingTask,
    alike,
    doubles,
    folded,
    grouped,
)
from catalog.capabilities.schemas import (
    CapabilityForm,
    CapabilityNew,
    OfferingTasksForm,
    ProductForm,
    ProductMergeForm,
)
from catalog.categories.actions import may_edit, require_office
from catalog.offerings.store import get_offering
from kdnx.errors import Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form, read_form
from kdnx.web.routing import Call, get, post

MOST_DOUBLES = 50
MOST_SHOWN = 100


async def list_capabilities(call: Call) -> Response:
    """The tree of tasks; the office adds and changes."""
    return await _show_tree(call, None)


async def add_capability(call: Call) -> Response:
    """A new task at the end of its group."""
    require_office(call.viewer)
    form = call.form(CapabilityNew)
    if form.value is None:
        return await _show_tree(call, form, status=422)
    try:
        await actions.add_capability(
            call.conn, call.viewer, Capability(new_id(), **form.value.model_dump())
        )
    except Refused as error:
        return await _show_tree(call, form, status=409, problem=error.detail)
    return call.redirect("/capabilities", _("Die Aufgabe ist angelegt."))


async def change_capability(call: Call) -> Response:
    """New words or another Zielbild."""
    require_office(call.viewer)
    form = call.form(CapabilityForm)
    if form.value is None:
        return await _show_tree(call, None, status=422, problem=form.errors[0].message)
    old = await store.get_capability(call.conn, call.path_id())
    new = Capability(old.id, old.code, parent_id=old.parent_id, **form.value.model_dump())
    try:
        await actions.change_capability(call.conn, call.viewer, new)
    except (Refused, Stale) as error:
        return await _show_tree(call, None, status=409, problem=error.detail)
    return call.redirect("/capabilities", _("Die Aufgabe ist geändert."))


async def _show_tree(
    call: Call, form: Form[CapabilityNew] | None, *, status: int = 200, problem: str = ""
) -> Response:
    found = await store.list_capabilities(call.conn)
    return await call.page(
        "capabilities/list.html", status=status, groups=grouped(found), form=form, problem=problem,
        may_edit=may_edit(call.viewer), targets=list(TARGET_LABELS.items()),
    )  # fmt: skip


class ProductQuery(BaseModel):
    """Which products: words in name or vendor."""

    q: str = Field("", max_length=80)


async def list_products(call: Call) -> Response:
    """All products with how many members use them."""
    return await _show_products(call, None)


async def add_product(call: Call) -> Response:
    """A product for everybody's list."""
    form = call.form(ProductForm)
    if form.value is None:
        return await _show_products(call, form, status=422)
    value = form.value
    known = await store.list_products(call.conn)
    typed = f"{value.name} ({value.vendor})" if value.vendor else value.name
    try:
        product = await actions.resolve_product(
            call.conn, call.viewer, typed, known, is_new=value.is_new, field="name"
        )
    except Invalid as error:
        near = alike(typed, known)
        wrong = Form[ProductForm](raw=form.raw, errors=error.errors)
        return await _show_products(call, wrong, status=422, near=bool(near))
    return call.redirect(
        "/products", _("{product} steht in der Liste.").format(product=product.label)
    )


async def merge_product(call: Call) -> Response:
    """Two names become one product."""
    require_office(call.viewer)
    form = call.form(ProductMergeForm)
    if form.value is None:
        return await _show_products(call, None, status=422, problem=form.errors[0].message)
    try:
        kept = await actions.merge_product(
            call.conn, call.viewer, call.path_id(), form.value.kept_id, form.value.reason
        )
    except Refused as error:
        return await _show_products(call, None, status=409, problem=error.detail)
    return call.redirect("/products", _("Zusammengeführt zu {product}.").format(product=kept.label))


async def _show_products(
    call: Call, form: Form[ProductForm] | None, *, status: int = 200, problem: str = "", near: bool = False
) -> Response:  # fmt: skip
    found = await store.list_products(call.conn)
    by_id = {p.id: p for p in found}
    is_office = may_edit(call.viewer)
    query = call.query(ProductQuery)
    uses = await store.count_uses(call.conn)
    wanted = [p for p in found if not p.merged_into_id and folded(query.q) in folded(p.label)]
    shown = sorted(wanted, key=lambda p: -uses.get(p.id, 0))[:MOST_SHOWN]
    return await call.page(
        "capabilities/products.html", status=status, problem=problem, form=form, near=near,
        products=shown, query=query, total=len(wanted),
        merged=[(p, by_id[p.merged_into_id]) for p in found if p.merged_into_id],
        uses=uses, may_edit=is_office,
        may_add=call.viewer.may(Permission.DEMAND_ANSWER),
        doubles=doubles(found)[:MOST_DOUBLES] if is_office else [],
    )  # fmt: skip


async def edit_offering_tasks(call: Call) -> Response:
    """Which tasks this offering serves: boxes by group."""
    head = await get_offering(call.conn, call.viewer, call.path_id())
    return await _show_tasks(call, head.id, head.title)


async def save_offering_tasks(call: Call) -> Response:
    """Keep what is ticked, with the product typed beside it."""
    head = await get_offering(call.conn, call.viewer, call.path_id())
    form = call.form(OfferingTasksForm)
    known = await store.list_products(call.conn)
    tasks: list[OfferingTask] = []
    try:
        for task in form.valid().task:
            typed = str(call.fields.get(f"product-{task}", "")).replace("\0", "").strip()[:250]
            product = None
            if typed:
                product = await actions.resolve_product(
                    call.conn, call.viewer, typed, known, field=f"product-{task}",
                    is_new=f"new-{task}" in call.fields,
                )  # fmt: skip
            tasks.append(OfferingTask(head.id, task, product.id if product else None))
        await actions.set_offering_tasks(call.conn, call.viewer, head.id, tasks)
    except Invalid as error:
        wrong = Form[OfferingTasksForm](raw=call.fields, errors=error.errors)
        return await _show_tasks(call, head.id, head.title, wrong)
    except Refused as error:
        return await _show_tasks(call, head.id, head.title, problem=error.detail, status=409)
    return call.redirect(f"/offerings/{head.id}", _("Die Aufgaben der Leistung sind gespeichert."))


async def _show_tasks(
    call: Call, offering_id: UUID, title: str, form: Form[OfferingTasksForm] | None = None, *,
    problem: str = "", status: int = 200,
) -> Response:  # fmt: skip
    chosen = {t.capability_id: t for t in await store.list_offering_tasks(call.conn, [offering_id])}
    products = {p.id: p for p in await store.list_products(call.conn)}
    typed: Mapping[UUID, str] = {
        c: products[t.product_id].label for c, t in chosen.items() if t.product_id in products
    }
    ticked = set(chosen) if form is None else set(read_form(OfferingTasksForm, form.raw).value.task)  # type: ignore[union-attr]  # it was valid before the products were
    return await call.page(
        "capabilities/offering.html", status=422 if form else status, offering_id=offering_id, title=title,
        groups=grouped(await store.list_capabilities(call.conn)), chosen=ticked, typed=typed, form=form,
        problem=problem, products=[p for p in products.values() if not p.merged_into_id],
    )  # fmt: skip


DOORS = (
    get("/capabilities", list_capabilities, permission=Permission.CATALOG_READ),
    post("/capabilities", add_capability, permission=Permission.MEMBER_EDIT),
    post("/capabilities/{id}/change", change_capability, permission=Permission.MEMBER_EDIT),
    get("/products", list_products, permission=Permission.CATALOG_READ),
    post("/products", add_product, permission=Permission.DEMAND_ANSWER),
    post("/products/{id}/merge", merge_product, permission=Permission.MEMBER_EDIT),
    get("/landscape/offerings/{id}", edit_offering_tasks, permission=Permission.OFFERING_EDIT),
    post("/landscape/offerings/{id}", save_offering_tasks, permission=Permission.OFFERING_EDIT),
)
