"""What comes in and goes out about the landscape."""

from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, Field

from catalog.landscape.model import Only, Order
from kdnx.web.api import JsonInt, Query


class MapQuery(BaseModel):
    """Which part of the map: group by code, houses by level, tasks by words, order."""

    group: str = Field("", max_length=40)
    level: str = Field("", max_length=20)
    q: str = Field("", max_length=80)
    only: Only = Only.ALL
    sort: Order = Order.TREE


class MapApiQuery(Query):
    """The same for machines."""

    group: str = Field("", max_length=40, pattern=r"^[a-z0-9_]*$")
    level: str = Field("", max_length=20, pattern=r"^[a-z]*$")
    only: Only = Only.ALL


class CoverageOut(BaseModel):
    """One task of the map; `index` between 0 and 1, null for fewer than two members."""

    capability_id: UUID
    code: str
    name: str
    target_level: str | None
    members: JsonInt
    own: JsonInt
    from_member: JsonInt
    market: JsonInt
    products: JsonInt
    providers: JsonInt
    users: JsonInt
    index: Decimal | None


class MapOut(BaseModel):
    """The map and its definition."""

    items: list[CoverageOut]
    reported: JsonInt
    members: JsonInt
    formula: str
    definition: str
    next: str | None = None
