"""What the catalogue gives to the start page and the search over everything."""

from collections.abc import Sequence

from catalog.finding import store
from catalog.finding.facets import read_names
from catalog.finding.model import Criteria, Sort
from catalog.finding.searching import search
from kdnx.db.conn import Conn
from kdnx.module import Hit, SearchProvider, Tile, TileData
from kdnx.text import _
from kdnx.viewer import Permission, Viewer


async def find_everywhere(conn: Conn, viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Offerings for `/search`, found as in the catalogue; the number jumps straight there."""
    if not viewer.may(Permission.CATALOG_READ):
        return []
    criteria = Criteria(q=text[:200], sort=Sort.RELEVANCE)
    outcome = await search(conn, viewer, criteria, limit=limit, count=False)
    names = (await read_names(conn)).members
    return [
        Hit(f"{h.number} {h.title}", f"/offerings/{h.id}", _("Leistung"),
            " · ".join(x for x in (names.get(h.owner_id, ""), h.summary) if x))
        for h in outcome.answer.hits
    ]  # fmt: skip


async def load_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """How many offerings there are for the viewer, and how the own ones stand."""
    if not viewer.may(Permission.CATALOG_READ):
        return []
    counts = await store.count_facets(conn, viewer, Criteria())
    n = len(counts.members)
    finding = _("von einem Mitglied") if n == 1 else _("von {n} Mitgliedern").format(n=n)
    tiles = [TileData(_("Leistungen im Katalog"), str(counts.total), finding, "/offerings")]
    if viewer.may(Permission.OFFERING_EDIT) and viewer.members:
        mine = await store.count_mine(conn, viewer)
        finding = _("{drafts} mit Entwurf, {suspended} ausgesetzt").format(**mine)
        tiles.append(
            TileData(
                _("Leistungen meines Hauses"),
                str(mine["published"]),
                finding,
                "/offerings?view=mine",
            )
        )
    return tiles


SEARCH = (SearchProvider(_("Leistungen"), find_everywhere),)
TILES = (Tile("start", 20, load_tiles),)
