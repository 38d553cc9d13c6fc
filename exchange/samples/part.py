"""What audit samples give the exchange module."""

from collections.abc import Sequence

from exchange.samples import store
from exchange.samples.api import api
from exchange.samples.demo import STEPS as DEMO_STEPS
from exchange.samples.pages import DOORS
from kdnx.access.actions import own_audit_term
from kdnx.db.conn import Conn
from kdnx.module import Check, NavEntry, Tile, TileData
from kdnx.text import _, ngettext
from kdnx.viewer import Permission, Viewer
from kdnx.web.formats import last_day


async def start_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """How long the right to audit holds."""
    term = await own_audit_term(conn, viewer)
    left = term.days_left(conn.today) if term else None
    if term is None or left is None:
        return []
    value = ngettext("noch %(num)s Tag", "noch %(num)s Tage", left) % {"num": left}
    finding = _("bis einschließlich {day}").format(day=last_day(term.valid_to))
    return [TileData(_("Ihr Prüfrecht"), value, finding, "/audit")]


APIS = (api,)
TEMPLATES = {"samples": "exchange.samples"}
NAV = (NavEntry("Prüfung", "/audit", 92, Permission.SAMPLE_DRAW, under="/admin/audit"),)
TILES = (Tile("start", 5, start_tiles),)
CHECKS = (
    Check(
        "audit_samples",
        "Jede gezogene Zeile einer Stichprobe steht unverändert im Buchungsbuch.",
        store.CHANGED_ITEMS,
    ),
)
__all__ = ["APIS", "CHECKS", "DEMO_STEPS", "DOORS", "NAV", "TEMPLATES", "TILES"]
