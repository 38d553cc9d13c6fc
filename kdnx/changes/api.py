"""GET /api/v1/changes: what changed since a cursor."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from kdnx.changes import store
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api, Query
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call

api = Api("changes")
START = ("0", UUID(int=0))


class ChangeQuery(Query):
    """`after` is the cursor of the last answer; `kind` narrows to kinds of objects."""

    after: str | None = Field(None, max_length=500)
    kind: list[str] = Field(default_factory=list, max_length=20)
    limit: int = Field(100, ge=1, le=200)


class ChangeOut(BaseModel):
    """One change: fetch the object itself by its id; `op` gone is a tombstone."""

    id: UUID
    at: datetime
    kind: str
    object_id: UUID
    owner_id: UUID
    row_version: int
    op: str


class ChangeList(BaseModel):
    """Changes in order; `next` is always a cursor to ask again with."""

    items: list[ChangeOut]
    next: str | None


@api.get("/api/v1/changes", permission=Permission.FEED_READ)
async def list_changes_json(call: Call, *, query: ChangeQuery) -> ChangeList:
    """Changes since the cursor, in the order in which they became visible."""
    secret = call.house.settings.secret()
    after = START
    if query.after:
        xid, id_ = decode_cursor(secret, query.after, 2)
        try:
            after = (str(int(xid)), UUID(id_))
        except ValueError:
            raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    rows = await store.list_changes(call.conn, after, query.kind or None, query.limit)
    last = encode_cursor(secret, (rows[-1]["xid"], rows[-1]["id"])) if rows else query.after
    return ChangeList(items=[ChangeOut.model_validate(dict(r)) for r in rows], next=last)
