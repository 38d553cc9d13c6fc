"""What page and JSON share when they list agreements."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from exchange.ledger.reading import own_or_all
from exchange.selfbilling import store
from exchange.selfbilling.model import Agreement
from kdnx.db.conn import Conn
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Viewer
from kdnx.web.paging import decode_cursor, encode_cursor


@dataclass(frozen=True)
class Piece:
    """Agreements of one page and the cursor of the next."""

    items: Sequence[Agreement]
    next: str | None


async def read_piece(
    conn: Conn, viewer: Viewer, state: str | None, cursor: str | None, *, limit: int, secret: str
) -> Piece:
    """One piece of the list and how to go on; Invalid for a cursor that is none."""
    after = None
    if cursor:
        try:
            after = UUID(decode_cursor(secret, cursor, 1)[0])
        except ValueError:
            raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    rows = await store.list_agreements(conn, own_or_all(viewer), state, after, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    return Piece(rows, encode_cursor(secret, [rows[-1].id]) if more else None)
