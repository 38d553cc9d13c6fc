"""Synonyms as JSON."""

from uuid import UUID

from catalog.indexing.model import fold
from catalog.synonyms import actions, store
from catalog.synonyms.model import Synonym
from catalog.synonyms.schemas import SynonymBody, SynonymList, SynonymOut, SynonymQuery, read_cursor
from kdnx.ids import new_id
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.paging import encode_cursor
from kdnx.web.routing import Call

api = Api("synonyms")


def _out(group: Synonym) -> SynonymOut:
    return SynonymOut.model_validate(group, from_attributes=True)


@api.get("/api/v1/synonyms", permission=Permission.CATALOG_READ)
async def list_synonyms_json(call: Call, *, query: SynonymQuery) -> SynonymList:
    """Groups of words that find one another, by their first term."""
    secret = call.house.settings.secret()
    after = read_cursor(secret, query.after)
    groups = await store.list_synonyms(call.conn, fold(query.q), after=after, limit=query.limit + 1)
    more, groups = len(groups) > query.limit, groups[: query.limit]
    cursor = (
        encode_cursor(secret, (await store.sort_key(call.conn, groups[-1]), groups[-1].id))
        if more
        else None
    )
    return SynonymList(items=[_out(g) for g in groups], next=cursor)


@api.get("/api/v1/synonyms/{id}", permission=Permission.CATALOG_READ)
async def get_synonym_json(call: Call, *, id: UUID) -> SynonymOut:
    """One group."""
    return _out(await store.get_synonym(call.conn, id))


@api.post("/api/v1/synonyms", permission=Permission.MEMBER_EDIT, status=201)
async def add_synonym_json(call: Call, *, body: SynonymBody) -> SynonymOut:
    """A new group; the hub's administration only."""
    group = Synonym(new_id(), body.one_way, body.term_list(), body.find_list(), body.note)
    return _out(await actions.add_synonym(call.conn, call.viewer, group))


@api.post("/api/v1/synonyms/{id}/change", permission=Permission.MEMBER_EDIT, needs_match=True)
async def change_synonym_json(call: Call, *, id: UUID, body: SynonymBody) -> SynonymOut:
    """New content for a group."""
    version = expected_version(call.request)
    group = Synonym(id, body.one_way, body.term_list(), body.find_list(), body.note, version)
    return _out(await actions.change_synonym(call.conn, call.viewer, group))


@api.post("/api/v1/synonyms/{id}/remove", permission=Permission.MEMBER_EDIT, needs_match=True)
async def drop_synonym_json(call: Call, *, id: UUID) -> None:
    """Take a group away."""
    await actions.drop_synonym(call.conn, call.viewer, id, expected_version(call.request))
