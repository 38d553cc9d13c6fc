"""The catalogue's list, its facets and suggestions as JSON."""

from catalog.finding.facets import facets_of, read_names, schema_of
from catalog.finding.model import Found
from catalog.finding.schemas import (
    FacetCount,
    FacetList,
    FacetOut,
    FacetQuery,
    FoundList,
    OfferingQuery,
    SuggestionList,
    SuggestionQuery,
    read_cursor,
)
from catalog.finding.searching import search, suggest
from catalog.offerings.schemas import OfferingOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.paging import encode_cursor
from kdnx.web.routing import Call

api = Api("offerings")


@api.get("/api/v1/offerings", permission=Permission.CATALOG_READ)
async def list_offerings_json(call: Call, *, query: OfferingQuery) -> FoundList:
    """Published offerings the caller may see (or, with view=mine, those of the own house in every state)."""
    secret = call.house.settings.secret()
    after = read_cursor(secret, query.after)
    outcome = await search(
        call.conn, call.viewer, query.criteria(), after=after, limit=query.limit + 1, count=False
    )
    found = outcome.answer.hits
    more, hits = len(found) > query.limit, found[: query.limit]
    cursor = encode_cursor(secret, (hits[-1].sort_text, hits[-1].id)) if more else None
    return FoundList(
        items=[_out(h) for h in hits], next=cursor, stage=outcome.stage, corrected=outcome.corrected
    )


@api.get("/api/v1/offerings/facets", permission=Permission.CATALOG_READ)
async def count_offerings_json(call: Call, *, query: FacetQuery) -> FacetList:
    """How many offerings each facet value would give, under the audience of the caller."""
    outcome = await search(call.conn, call.viewer, query.criteria(), limit=0)
    names = await read_names(call.conn)
    counts, asked = outcome.answer.counts, outcome.answer.asked
    facets = facets_of(query, counts, names, await schema_of(call.conn, query))
    return FacetList(
        total=counts.total,
        stage=outcome.stage,
        corrected=outcome.corrected,
        synonyms=[t for _said, terms in asked.also for t in terms],
        facets=[
            FacetOut(
                name=f.name,
                label=f.legend,
                values=[
                    FacetCount(value=o.value, label=o.label, count=o.count, chosen=o.chosen)
                    for o in f.options
                ],
            )
            for f in facets
        ],
    )


@api.get("/api/v1/offerings/suggestions", permission=Permission.CATALOG_READ)
async def suggest_offerings_json(call: Call, *, query: SuggestionQuery) -> SuggestionList:
    """How the words could go on, of what the caller may read."""
    return SuggestionList(items=await suggest(call.conn, query.q))


def _out(hit: Found) -> OfferingOut:
    return OfferingOut(**{n: getattr(hit, n) for n in OfferingOut.model_fields})
