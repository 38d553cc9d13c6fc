"""The map as JSON."""

from catalog.landscape.model import DEFINITION, FORMULA, Coverage
from catalog.landscape.reading import read_landscape
from catalog.landscape.schemas import CoverageOut, MapApiQuery, MapOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("landscape")


def _out(r: Coverage) -> CoverageOut:
    return CoverageOut(
        capability_id=r.task.id, code=r.task.code, name=r.task.name, target_level=r.task.target_level,
        members=r.members, own=r.own, from_member=r.from_member, market=r.market, products=r.products,
        providers=r.providers, users=r.users, index=None if r.index is None else round(r.index, 4),
    )  # fmt: skip


@api.get("/api/v1/landscape", permission=Permission.CATALOG_READ)
async def show_landscape_json(call: Call, *, query: MapApiQuery) -> MapOut:
    """Coverage, products and standardisation index of every task."""
    found = await read_landscape(call.conn, group=query.group, level=query.level, only=query.only)
    return MapOut(
        items=[_out(r) for r in found.rows], reported=len(found.progress.reported),
        members=len(found.progress.members), formula=FORMULA, definition=DEFINITION,
    )  # fmt: skip
