"""What the register gives the platform."""

from collections.abc import Sequence

from kdnx.db.conn import Conn
from kdnx.members import files, store
from kdnx.members.api import api
from kdnx.members.pages import DOORS
from kdnx.module import Hit, SearchProvider
from kdnx.viewer import Viewer


async def find_members(conn: Conn, _viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Members for the search over everything."""
    rows = await store.search_members(conn, text, limit)
    return [
        Hit(f"{r['code']} {r['name']}", f"/members/{r['id']}", "Mitglied", str(r["seat"]))
        for r in rows
    ]


APIS = (api,)
TEMPLATES = {"members": "kdnx.members"}
SEARCH = (SearchProvider("Mitglieder", find_members),)
FILE_KINDS = (files.KIND,)
__all__ = ["APIS", "DOORS", "FILE_KINDS", "SEARCH", "TEMPLATES"]
