"""Categories as JSON."""

from uuid import UUID

from catalog.categories import actions, store
from catalog.categories.model import Category
from catalog.categories.schemas import CategoryList, CategoryNew, CategoryOut, CategoryRename
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("categories")


def _out(category: Category) -> CategoryOut:
    return CategoryOut.model_validate(category, from_attributes=True)


@api.get("/api/v1/categories", permission=Permission.CATALOG_READ)
async def list_categories_json(call: Call) -> CategoryList:
    """All categories in their order."""
    return CategoryList(items=[_out(c) for c in await store.list_categories(call.conn)])


@api.get("/api/v1/categories/{id}", permission=Permission.CATALOG_READ)
async def get_category_json(call: Call, *, id: UUID) -> CategoryOut:
    """One category."""
    return _out(await store.get_category(call.conn, id))


@api.post("/api/v1/categories", permission=Permission.MEMBER_EDIT, status=201)
async def add_category_json(call: Call, *, body: CategoryNew) -> CategoryOut:
    """A new category; the hub's administration only."""
    return _out(
        await actions.add_category(
            call.conn, call.viewer, code=body.code, name=body.name, description=body.description
        )
    )


@api.post("/api/v1/categories/{id}/rename", permission=Permission.MEMBER_EDIT, needs_match=True)
async def rename_category_json(call: Call, *, id: UUID, body: CategoryRename) -> CategoryOut:
    """New words for a category; the code stays."""
    version = expected_version(call.request)
    return _out(
        await actions.rename_category(
            call.conn, call.viewer, id, version, name=body.name, description=body.description
        )
    )
