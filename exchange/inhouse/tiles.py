"""The start page: the own light, and for office, committee and audit how many lights of each colour."""

from collections.abc import Sequence

from exchange.inhouse.actions import SEES_LIGHTS, read_lights, read_monitor
from exchange.inhouse.model import LIGHT_LABELS, Light
from kdnx.db.conn import Conn
from kdnx.module import Tile, TileData
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.formats import num

WORDS = {Light.RED: "rot", Light.AMBER: "gelb", Light.GREEN: "grün", Light.GREY: "grau"}


async def start_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """One tile: all lights for those who see them, else the own one."""
    if viewer.scope in SEES_LIGHTS and viewer.may(Permission.REPORT_READ):
        rows = [r.light.light for r in await read_lights(conn, viewer)]
        value = f"{rows.count(Light.RED)} {_('rot')}, {rows.count(Light.AMBER)} {_('gelb')}"
        said = _("{n} Mitglieder ohne vollständige Erklärung").format(n=rows.count(Light.GREY))
        return [TileData(_("Inhouse-Ampeln"), value, said, "/inhouse/overview")]
    if viewer.scope != Scope.MEMBER or not viewer.may(Permission.ORDER_EDIT):
        return []
    s = (await read_monitor(conn, viewer)).standing
    said = LIGHT_LABELS[s.light]
    if s.percent is not None:
        said = _("{pct} % betraut; nötig sind mehr als die Grenze").format(pct=num(s.percent, 2))
    return [TileData(_("Inhouse-Prüfung"), _(WORDS[s.light]), said, "/inhouse")]


TILES = (Tile("start", 55, start_tiles),)
