"""JSON over the code lists: search CPV codes, list regions."""

from typing import Annotated

from pydantic import BaseModel, Field

from kdnx.viewer import Permission
from kdnx.web.api import Api, Query
from kdnx.web.routing import Call
from procurement.codes.model import regions, search_cpv

api = Api("codes")


class CpvQuery(Query):
    """Words of the German label, or the first digits of the code."""

    q: Annotated[str, Field(min_length=1, max_length=100)]
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class CpvOut(BaseModel):
    """One CPV code."""

    code: str
    printed: str
    label: str


class CpvList(BaseModel):
    """CPV codes, best first."""

    items: list[CpvOut]
    next: str | None = None


class RegionOut(BaseModel):
    """One NUTS region."""

    code: str
    level: int
    label: str


class RegionQuery(Query):
    """Regions whose code begins so, of one level."""

    prefix: Annotated[str, Field(pattern="^DE[0-9A-Z]{0,3}$")] = "DEA"
    level: Annotated[int, Field(ge=0, le=3)] = 3


class RegionList(BaseModel):
    """Regions by code."""

    items: list[RegionOut]
    next: str | None = None


@api.get("/api/v1/codes/cpv", permission=Permission.SIGNED_IN)
async def list_cpv_codes(_call: Call, *, query: CpvQuery) -> CpvList:
    """CPV codes by words or digits."""
    found = search_cpv(query.q, query.limit)
    return CpvList(items=[CpvOut(code=c.code, printed=c.printed, label=c.label) for c in found])


@api.get("/api/v1/codes/nuts", permission=Permission.SIGNED_IN)
async def list_regions(_call: Call, *, query: RegionQuery) -> RegionList:
    """German NUTS regions by prefix and level."""
    found = [
        r for r in regions().values() if r.code.startswith(query.prefix) and r.level == query.level
    ]
    return RegionList(
        items=[RegionOut(code=r.code, level=r.level, label=r.label) for r in found[:200]]
    )
