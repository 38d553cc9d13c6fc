"""What pages and JSON share when they list orders: filter, cursor, sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from exchange.orders import store
from exchange.orders.actions import ALL_SCOPES
from exchange.orders.store import Order
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call


@dataclass(frozen=True)
class OrderSelection:
    """What a list is narrowed to."""

    side: str | None = None
    states: Sequence[str] | None = None
    offering_id: UUID | None = None
    text: str | None = None


@dataclass(frozen=True)
class Piece:
    """Orders of one page and the cursor of the next."""

    items: Sequence[Order]
    next: str | None


async def find_piece(call: Call, wanted: OrderSelection, cursor: str | None, size: int) -> Piece:
    """A piece of the viewer's orders, newest number first."""
    secret = call.house.settings.secret()
    before = None
    if cursor:
        number, last = decode_cursor(secret, cursor, 2)
        try:
            before = (number, UUID(last))
        except ValueError:
            raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    rows = await store.list_orders(
        call.conn, call.viewer.members, sees_all=call.viewer.scope in ALL_SCOPES, side=wanted.side,
        states=wanted.states,
        offering_id=wanted.offering_id, text=wanted.text, before=before, limit=size + 1,
    )  # fmt: skip
    items = rows[:size]
    more = len(rows) > size
    return Piece(
        items, encode_cursor(secret, (items[-1].number or "", items[-1].id)) if more else None
    )
