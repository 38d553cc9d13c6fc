"""Notices for machines that act for a person's session."""

from uuid import UUID

from kdnx.notices import store
from kdnx.notices.actions import mark_read, person_of
from kdnx.notices.pages import list_page
from kdnx.notices.schemas import NoticeList, NoticeOut, NoticeQuery, ReadOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("notices")


@api.get("/api/v1/notices", permission=Permission.SIGNED_IN)
async def list_notices_json(call: Call, *, query: NoticeQuery) -> NoticeList:
    """The caller's notices, newest first."""
    page = await list_page(call, read=not query.unread, after=query.after or "", limit=query.limit)
    return NoticeList(
        items=[NoticeOut.model_validate(n) for n in page.items],
        next=page.next,
        unread=await store.count_unread(call.conn, person_of(call.viewer)),
    )


@api.post("/api/v1/notices/{id}/read", permission=Permission.SIGNED_IN)
async def read_notice_json(call: Call, *, id: UUID) -> ReadOut:
    """Mark one notice as read; again is no fault."""
    return ReadOut(read=await mark_read(call.conn, call.viewer, id))
