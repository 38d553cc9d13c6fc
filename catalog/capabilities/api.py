"""Tasks and products as JSON."""

from dataclasses import replace
from uuid import UUID

from catalog.capabilities import actions, store
from catalog.capabilities.model import Capability, OfferingTask, Product
from catalog.capabilities.schemas import (
    CapabilityChange,
    CapabilityList,
    CapabilityNew,
    CapabilityOut,
    ProductList,
    ProductMerge,
    ProductNew,
    ProductOut,
    TaskIn,
    TasksIn,
    TasksOut,
)
from catalog.offerings.store import get_offering
from kdnx.ids import new_id
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("landscape")


def _out(capability: Capability) -> CapabilityOut:
    return CapabilityOut.model_validate(capability, from_attributes=True)


def _product(product: Product, members: int = 0) -> ProductOut:
    return ProductOut(
        id=product.id, name=product.name, vendor=product.vendor,
        merged_into_id=product.merged_into_id, members=members,
    )  # fmt: skip


@api.get("/api/v1/capabilities", permission=Permission.CATALOG_READ)
async def list_capabilities_json(call: Call) -> CapabilityList:
    """The tree of tasks: groups (without parent) and their tasks."""
    return CapabilityList(items=[_out(c) for c in await store.list_capabilities(call.conn)])


@api.post("/api/v1/capabilities", permission=Permission.MEMBER_EDIT, status=201)
async def add_capability_json(call: Call, *, body: CapabilityNew) -> CapabilityOut:
    """A new task or group; the hub's administration only."""
    new = Capability(new_id(), **body.model_dump())
    return _out(await actions.add_capability(call.conn, call.viewer, new))


@api.post("/api/v1/capabilities/{id}/change", permission=Permission.MEMBER_EDIT, needs_match=True)
async def change_capability_json(call: Call, *, id: UUID, body: CapabilityChange) -> CapabilityOut:
    """New words or another Zielbild; the code stays."""
    version = expected_version(call.request)
    old = await store.get_capability(call.conn, id)
    new = replace(old, **body.model_dump(), row_version=version)
    return _out(await actions.change_capability(call.conn, call.viewer, new))


@api.get("/api/v1/products", permission=Permission.CATALOG_READ)
async def list_products_json(call: Call) -> ProductList:
    """All products, merged ones with the product they count as."""
    uses = await store.count_uses(call.conn)
    found = await store.list_products(call.conn)
    return ProductList(items=[_product(p, uses.get(p.id, 0)) for p in found])


@api.post("/api/v1/products", permission=Permission.DEMAND_ANSWER, status=201)
async def add_product_json(call: Call, *, body: ProductNew) -> ProductOut:
    """A product; 422 with code `alike` where a similar name exists and `is_new` is not set."""
    known = await store.list_products(call.conn)
    typed = f"{body.name} ({body.vendor})" if body.vendor else body.name
    product = await actions.resolve_product(
        call.conn, call.viewer, typed, known, is_new=body.is_new, field="name"
    )
    return _product(product)


@api.post("/api/v1/products/{id}/merge", permission=Permission.MEMBER_EDIT)
async def merge_product_json(call: Call, *, id: UUID, body: ProductMerge) -> ProductOut:
    """The product in the address counts as `kept_id` from now on; the hub's administration only."""
    return _product(
        await actions.merge_product(call.conn, call.viewer, id, body.kept_id, body.reason)
    )


@api.get("/api/v1/offerings/{id}/tasks", permission=Permission.CATALOG_READ)
async def list_offering_tasks_json(call: Call, *, id: UUID) -> TasksOut:
    """Which tasks an offering serves."""
    head = await get_offering(call.conn, call.viewer, id)
    return await _tasks(call, head.id)


@api.put("/api/v1/offerings/{id}/tasks", permission=Permission.OFFERING_EDIT, needs_match=False)
async def set_offering_tasks_json(call: Call, *, id: UUID, body: TasksIn) -> TasksOut:
    """Replace all tasks of an own offering; sending the same again changes nothing."""
    wanted = [OfferingTask(id, t.capability_id, t.product_id) for t in body.tasks]
    await actions.set_offering_tasks(call.conn, call.viewer, id, wanted)
    return await _tasks(call, id)


async def _tasks(call: Call, offering_id: UUID) -> TasksOut:
    found = await store.list_offering_tasks(call.conn, [offering_id])
    return TasksOut(
        items=[TaskIn(capability_id=t.capability_id, product_id=t.product_id) for t in found]
    )
