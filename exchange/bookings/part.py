"""What bookings give the exchange module."""

from collections.abc import Sequence

from exchange.bookings import store
from exchange.bookings.api import api
from exchange.bookings.model import LABELS, BookingState
from exchange.bookings.pages import DOORS, order_section
from exchange.bookings.store import BookingFilter
from exchange.ledger.reading import own_or_all
from kdnx.db.conn import Conn
from kdnx.module import Check, Hit, NavEntry, SearchProvider, Slot, Tile, TileData
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.formats import day, eur

SHORTEST = 3


async def find_bookings(conn: Conn, viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Bookings by number or reference."""
    if len(text) < SHORTEST or not viewer.may(Permission.BOOKING_READ):
        return []
    rows = await store.list_bookings(conn, own_or_all(viewer), BookingFilter(text=text), limit)
    return [
        Hit(
            f"{r.booking_number} {r.provider_name} → {r.recipient_name}",
            f"/bookings/{r.id}",
            "Buchung",
            f"{eur(r.sign * r.net_cents)}, {LABELS[BookingState(r.state)]}",
        )
        for r in rows
    ]


async def start_tiles(conn: Conn, viewer: Viewer) -> Sequence[TileData]:
    """What waits for a signature of my member."""
    if not viewer.members or not viewer.may(Permission.BOOKING_READ):
        return []
    n, cents, due = await store.count_inbox(conn, viewer.members)
    if not n:
        return []
    finding = _("{amount} netto, die nächste bis {day}").format(amount=eur(cents), day=day(due))
    return [TileData(_("Buchungen zu bestätigen"), str(n), finding, "/bookings")]


APIS = (api,)
TEMPLATES = {"bookings": "exchange.bookings"}
NAV = (NavEntry("Buchungen", "/bookings", 40, Permission.BOOKING_READ),)
SLOTS = (Slot("order.sections", 50, order_section),)
SEARCH = (SearchProvider("Buchungen", find_bookings),)
TILES = (Tile("start", 30, start_tiles),)
# the invariants of model.md 8: I2, I3, I7
CHECKS = (
    Check(
        "booking_signed_once",
        "Jede bestätigte Buchung hat eine Bestätigung und genau ihre Buchungszeilen.",
        store.UNSIGNED,
    ),
    Check(
        "booking_two_sides",
        "Keine Buchung ist von der Seite bestätigt, die sie vorgeschlagen hat.",
        store.SELF_SIGNED,
    ),
    Check(
        "booking_reversals",
        "Jeder Storno spiegelt eine bestätigte Buchung desselben Leistungsscheins.",
        store.WRONG_REVERSALS,
    ),
    Check(
        "booking_evidence",
        "Jede Buchung entspricht der Prüfsumme ihres Belegs.",
        store.CHANGED_EVIDENCE,
    ),
)
__all__ = ["APIS", "CHECKS", "DOORS", "NAV", "SEARCH", "SLOTS", "TEMPLATES", "TILES"]
