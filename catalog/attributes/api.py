"""What categories ask as JSON: the source for forms, checks and files of others."""

from uuid import UUID

from catalog.attributes import store
from catalog.attributes.schemas import SchemaOut, SchemaQuery, to_out
from catalog.categories import store as categories
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("attributes")


@api.get("/api/v1/categories/{id}/schema", permission=Permission.CATALOG_READ)
async def get_category_schema_json(call: Call, *, id: UUID, query: SchemaQuery) -> SchemaOut:
    """What a category asks of its offerings, today or in a version."""
    await categories.get_category(call.conn, id)
    return to_out(await store.get_schema(call.conn, id, query.version))
