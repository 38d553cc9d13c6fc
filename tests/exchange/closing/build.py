"""Short builders of the close: confirmed bookings of last year, a year on its way."""

from datetime import date
from uuid import UUID

from exchange.bookings.store import Row
from exchange.closing import actions
from exchange.closing.model import YEAR, Period
from exchange.signing.actions import confirm_booking
from kdnx.db.conn import Conn
from tests.cast import Actor, Cast
from tests.exchange.build import a_booking, an_order

Y = 2025
FIRST, LAST = date(Y, 3, 1), date(Y, 3, 31)


async def a_confirmed(
    conn: Conn, provider: Actor, recipient: Actor, order: UUID, cents: int = 1_000_00,
    first: date = FIRST, last: date = LAST,
) -> Row:  # fmt: skip
    """A booking both sides signed; acts as the recipient afterwards."""
    row = await a_booking(conn, provider, order, cents, first, last)
    await conn.act_as(recipient.viewer)
    return await confirm_booking(conn, recipient.viewer, row.id)


async def a_year(conn: Conn, cast: Cast, *, cents: int = 12_000_00) -> UUID:
    """One order with one confirmed booking of the year; its order."""
    order = await an_order(conn, cast, cast.nord, cast.sued)
    await a_confirmed(conn, cast.nord, cast.sued, order, cents)
    return order


async def started(conn: Conn, cast: Cast, year: int = Y, month: int = YEAR) -> Period:
    """The first person of the office begins."""
    await conn.act_as(cast.hub.viewer)
    return await actions.start_closing(conn, cast.hub.viewer, year, month)


async def proved(conn: Conn, cast: Cast, year: int = Y) -> None:
    """All chains recomputed."""
    await conn.act_as(cast.hub.viewer)
    await actions.prove_chains(conn, cast.hub.viewer, year)


async def closed(
    conn: Conn, cast: Cast, year: int = Y, month: int = YEAR, *, lists_open: bool = False
) -> Period:
    """The second person closes."""
    await conn.act_as(cast.hub.second)
    return await actions.close_period(conn, cast.hub.second, year, month, lists_open=lists_open)


async def whole(conn: Conn, cast: Cast, year: int = Y) -> Period:
    """Begin, prove, close."""
    await started(conn, cast, year)
    await proved(conn, cast, year)
    return await closed(conn, cast, year)
