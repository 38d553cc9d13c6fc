"""The comparison of up to four offerings: one address holds offerings, quantities and view."""

from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from starlette.responses import Response

from catalog.comparison.loading import load_comparison, own_inhabitants
from catalog.comparison.model import MOST
from catalog.comparison.schemas import CompareQuery
from catalog.prices.model import PriceBase
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.formats import num
from kdnx.web.routing import Call, get
from kdnx.web.slots import render_slots

# which quantity a base asks for; nothing for a flat price
COUNTED_BY = {
    PriceBase.INHABITANT: "inhabitants",
    PriceBase.WORKPLACE: "workplaces",
    PriceBase.USER: "workplaces",
    PriceBase.LICENCE: "workplaces",
    PriceBase.DEVICE: "workplaces",
    PriceBase.FLAT: "",
    PriceBase.KEY: "inhabitants",
}
TYPED = ("inhabitants", "workplaces", "quantity")


def address_of(query: CompareQuery, ids: list[UUID] | None = None, **changes: Any) -> str:
    """The address of this comparison with other offerings or another view."""
    pairs: list[tuple[str, str]] = [("id", str(i)) for i in (query.id if ids is None else ids)]
    for name in TYPED:
        value = getattr(query, name)
        if value is not None and name in query.model_fields_set:
            pairs.append((name, f"{value:f}"))
    rest = {"differences": query.differences, "survey": query.survey, "search": query.search}
    rest |= changes
    pairs += [(k, "1" if v is True else str(v)) for k, v in rest.items() if v]
    return "/offerings/compare" + (f"?{urlencode(pairs)}" if pairs else "")


async def show_comparison(call: Call) -> Response:
    """Side by side."""
    query = call.query(CompareQuery)
    query = query.model_copy(update={"id": list(dict.fromkeys(query.id))})
    quantities = query.priced(await own_inhabitants(call.conn, call.viewer))
    back = "/offerings" + (f"?{urlencode(parse_qsl(query.search))}" if query.search else "")
    comparison = await load_comparison(call.conn, call.viewer, query.id, quantities, back=back)
    bases = {i.base for c in comparison.columns for i in c.version.prices}
    without = {
        c.offering_id: address_of(query, [i for i in query.id if i != c.offering_id])
        for c in comparison.columns
    }
    key = {
        "ids": query.id, "quantities": quantities, "survey": query.survey, "search": query.search,
    }  # fmt: skip
    return await call.page(
        "comparison/show.html",
        query=query,
        most=MOST,
        back=back,
        comparison=comparison,
        groups=comparison.shown(differences=query.differences),
        without=without,
        asked={COUNTED_BY.get(PriceBase(b), "quantity") for b in bases} - {""},
        quantities={n: getattr(quantities, n) for n in TYPED},
        typed={n: num(getattr(quantities, n)) for n in TYPED},
        all_href=address_of(query, differences=False),
        differences_href=address_of(query, differences=True),
        slot_actions=await render_slots(call, "comparison.actions", key) if query.id else [],
        caption=_("Leistungen im Vergleich"),
        short=short_names([(c.owner, c.title) for c in comparison.columns]),
    )


def short_names(columns: list[tuple[str, str]]) -> list[str]:
    """What a cell is called on the phone: the member where each has one column, else its title."""
    owners = [owner for owner, _title in columns]
    return owners if len(set(owners)) == len(owners) else [f"{t} ({o})" for o, t in columns]


DOORS = (get("/offerings/compare", show_comparison, permission=Permission.CATALOG_READ),)
