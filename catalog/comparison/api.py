"""The comparison as JSON."""

from catalog.comparison.loading import as_json, load_comparison, own_inhabitants
from catalog.comparison.schemas import CompareJsonQuery, ComparisonOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("comparison")


@api.get("/api/v1/offerings/compare", permission=Permission.CATALOG_READ)
async def compare_offerings_json(call: Call, *, query: CompareJsonQuery) -> ComparisonOut:
    """Up to four published offerings side by side, priced for the caller's house (net cents a year)."""
    quantities = query.counted().priced(await own_inhabitants(call.conn, call.viewer))
    comparison = await load_comparison(call.conn, call.viewer, query.id, quantities)
    return as_json(comparison, quantities)
