"""The catalogue's list as JSON."""

from uuid import UUID

from catalog.finding import store
from catalog.finding.model import Found
from catalog.finding.schemas import OfferingQuery
from catalog.offerings.schemas import OfferingList, OfferingOut
from catalog.offerings.store import count_users
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call

api = Api("offerings")


@api.get("/api/v1/offerings", permission=Permission.CATALOG_READ)
async def list_offerings_json(call: Call, *, query: OfferingQuery) -> OfferingList:
    """Published offerings the caller may see (or, with view=mine, those of the own house in every state)."""
    secret = call.house.settings.secret()
    after = None
    if query.after:
        after = decode_cursor(secret, query.after, 2)
        try:
            UUID(after[1])
        except ValueError:
            raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    hits = await store.list_found(
        call.conn, call.viewer, query.criteria(), after=after, limit=query.limit + 1
    )
    more, hits = len(hits) > query.limit, hits[: query.limit]
    users = await count_users(call.conn, [h.id for h in hits])
    cursor = encode_cursor(secret, (hits[-1].sort_text, hits[-1].id)) if more else None
    return OfferingList(items=[_out(h, users.get(h.id, 0)) for h in hits], next=cursor)


def _out(hit: Found, users: int) -> OfferingOut:
    names = OfferingOut.model_fields.keys() - {"users"}
    return OfferingOut(**{n: getattr(hit, n) for n in names}, users=users)
