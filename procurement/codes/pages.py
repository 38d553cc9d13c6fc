"""The page that finds a CPV code by words."""

from pydantic import BaseModel
from starlette.responses import Response

from kdnx.viewer import Permission
from kdnx.web.routing import Call, get
from procurement.codes.model import search_cpv


class CpvSearch(BaseModel):
    """What was typed."""

    q: str = ""


async def list_cpv(call: Call) -> Response:
    """CPV codes by words of their label or by digits."""
    query = call.query(CpvSearch)
    found = search_cpv(query.q[:100], 100) if query.q.strip() else []
    return await call.page("codes/cpv.html", q=query.q, found=found)


DOORS = (get("/codes/cpv", list_cpv, permission=Permission.SIGNED_IN),)
