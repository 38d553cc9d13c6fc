"""The data sheet of an offering as a PDF: the published version as its reader sees it, the own draft before."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.responses import Response

from catalog.attributes.store import get_schema
from catalog.categories import store as categories
from catalog.contents import store as contents
from catalog.datasheets.sheet import Sheet, values_of
from catalog.offerings import store
from kdnx.db.conn import Conn
from kdnx.members.store import list_members
from kdnx.module import Slot
from kdnx.viewer import Permission, Viewer
from kdnx.web.routing import Call, get
from kdnx.web.typesetting import typeset

TEMPLATE = Path(__file__).parent / "templates" / "sheet.typ"


async def download_sheet(call: Call) -> Response:
    """The PDF; NotFound as for the page of the offering."""
    conn, viewer = call.conn, call.viewer
    head = await store.get_offering(conn, viewer, call.path_id())
    number = head.published_version or head.latest_version
    version = await contents.get_version(conn, viewer, head.id, number)
    members = {m.id: m.short_name or m.name for m in await list_members(conn)}
    own = viewer.acts_for(head.owner_id)
    sheet = Sheet(
        head=head,
        version=version,
        owner=members.get(head.owner_id, ""),
        category=(await categories.get_category(conn, version.category_id)).name,
        schema=await get_schema(conn, version.category_id, version.schema_version),
        contacts=(await contents.list_contacts(conn, [head.id])).get(head.id, []),
        users=(await store.count_users(conn, [head.id])).get(head.id, 0),
        members=members,
        sees_names=own or contents.sees_all(viewer),
    )
    headers = {
        "Content-Disposition": f'attachment; filename="datenblatt-{head.number}.pdf"',
        "Cache-Control": "no-store",
    }
    pdf = await typeset(TEMPLATE, values_of(sheet, conn.now, today=conn.today))
    return Response(pdf, 200, headers, "application/pdf")


async def sheet_link(_conn: Conn, _viewer: Viewer, key: Any) -> tuple[str, Mapping[str, Any]]:
    """On the page of an offering: the way to its data sheet."""
    return "datasheets/link.html", {"href": f"/offerings/{key}/datasheet.pdf"}


SLOTS = (Slot("offering.actions", 70, sheet_link),)
DOORS = (get("/offerings/{id}/datasheet.pdf", download_sheet, permission=Permission.CATALOG_READ),)
