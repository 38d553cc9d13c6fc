"""What pages and JSON share when they list transfers: filter, cursor, and who sees the chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.ledger import store
from exchange.ledger.store import TransferFilter, TransferLine
from kdnx.db.conn import Conn
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Scope, Viewer
from kdnx.web.paging import decode_cursor, encode_cursor

SEES_ALL = {Scope.OFFICE, Scope.AUDIT, Scope.SYSTEM}


@dataclass(frozen=True)
class Piece:
    """Transfers of one page and the cursor of the next."""

    items: Sequence[TransferLine]
    next: str | None


def own_or_all(viewer: Viewer) -> Sequence[UUID] | None:
    """The members a list is narrowed to, None for those who see all (office, audit, system)."""
    return None if viewer.scope in SEES_ALL else viewer.members


def sees_chain(viewer: Viewer, line: TransferLine) -> bool:
    """Place and hash in a chain are for its owner, the office and audit."""
    return viewer.scope in SEES_ALL or line.owner_id in viewer.members


async def cursor_after(
    conn: Conn, secret: str, cursor: str | None
) -> tuple[datetime, UUID, int] | None:
    """The place a cursor names; Invalid when it is none of ours.

    It names the transfer by its id: whoever does not own the chain must not read the place in it from a cursor.
    """
    if not cursor:
        return None
    owner, row = decode_cursor(secret, cursor, 2)
    try:
        place = await store.find_place(conn, UUID(owner), UUID(row))
    except ValueError:
        place = None
    if place is None:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor")
    return place


async def read_piece(
    conn: Conn, viewer: Viewer, wanted: TransferFilter, *, limit: int, secret: str
) -> Piece:
    """One piece of the list and how to go on."""
    rows = await store.list_transfers(conn, own_or_all(viewer), wanted, limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    last = rows[-1] if rows else None
    cursor = encode_cursor(secret, [last.owner_id, last.id]) if more and last else None
    return Piece(rows, cursor)
