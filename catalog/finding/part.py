"""What the catalogue gives to the start page and the search over everything."""

from collections.abc import Sequence

from catalog.finding import store
from catalog.finding.model import Criteria, Sort
from catalog.finding.pages import read_names
from kdnx.db.conn import Conn
from kdnx.module import Hit, SearchProvider, Tile, TileData
from kdnx.text import _
from kdnx.viewer import Permission, Viewer


async def find_everywhere(conn: Conn, viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Offerings for `/search`: all words, else at least one; the number jumps straight there."""
    if not viewer.may(Permission.CATALOG_READ):
        return []
    for any_word in (False, True):
        criteria = Criteria(q=text[:200], any_word=any_word, sort=Sort.RELEVANCE)
        if hits := await store.list_found(conn, viewer, criteria, limit=limit):
            names = (await read_names(conn)).members
            return [
                Hit(f"{h.number} {h.title}", f"/offerings/{h.id}", _("Leistung"),
                    " · ".join(x for x in (names.get(h.owner_id, ""), h.summary) if x))
                for h in hits
            ]  # fmt: skip
    return []


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
