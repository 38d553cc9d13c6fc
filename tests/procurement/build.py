"""Short builders of procurement: a call, an answer, a bundle, a tender, made by the product's own actions."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer
from procurement.bundles import actions as bundles
from procurement.bundles.model import Decision
from procurement.bundles.store import list_lines
from procurement.demands import actions as demands
from procurement.demands.schemas import CallIn, PositionIn
from procurement.demands.store import get_call, list_positions
from procurement.responses import actions as responses
from procurement.responses.model import Amount, Line, Response
from procurement.responses.schemas import make_line
from procurement.tenders import actions as tenders
from procurement.tenders.schemas import TenderIn
from tests.cast import Actor, Cast

SYSTEM = Viewer(scope=Scope.SYSTEM)
NOTEBOOKS = PositionIn(title="Notebooks für mobile Arbeit", cpv="30213100-6", unit="Stück")
DOCKS = PositionIn(title="Dockingstationen", cpv="30237000-9", unit="Stück", spec="mit Netzteil")


async def a_call(
    conn: Conn,
    cast: Cast,
    *,
    announced: bool = True,
    members: Sequence[UUID] = (),
    positions: Sequence[PositionIn] = (NOTEBOOKS, DOCKS),
) -> UUID:
    """A demand call of the hub over 2027 and 2028; open unless told otherwise."""
    await conn.act_as(cast.office)
    form = CallIn(
        title="Mobile Arbeitsplätze", audience="chosen" if members else "all", member_ids=list(members),
        first_year=2027, last_year=2028, closes_on=conn.today + timedelta(days=20),
    )  # fmt: skip
    call_id = await demands.create_call(conn, cast.office, form)
    for position in positions:
        await demands.add_position(conn, cast.office, call_id, position)
    if announced:
        await demands.announce_call(conn, cast.office, call_id)
    return call_id


async def lines_for(
    conn: Conn, viewer: Viewer, call_id: UUID, quantities: Sequence[int], **rest: object
) -> list[Line]:
    """One line a position: the quantity every year, half of it at least, twice at most."""
    call = await get_call(conn, call_id, members=viewer.members, member_id=viewer.member_id)
    positions = await list_positions(conn, [call_id])
    return [
        make_line(
            p,
            {y: Amount(Decimal(q) / 2, Decimal(q), Decimal(q) * 2) for y in call.years},
            {"binding": "non_binding", **rest},
        )
        for p, q in zip(positions, quantities, strict=False)
        if q
    ]


async def an_answer(
    conn: Conn,
    actor: Actor,
    call_id: UUID,
    quantities: Sequence[int] = (100, 50),
    *,
    submitted: bool = True,
    **rest: object,
) -> Response:
    """A member's answer, released by the second person unless told otherwise."""
    await conn.act_as(actor.viewer)
    lines = await lines_for(conn, actor.viewer, call_id, quantities, **rest)
    response = await responses.save_response(conn, actor.viewer, call_id, lines)
    if submitted:
        await responses.request_release(conn, actor.viewer, response)
        await conn.act_as(actor.second)
        await responses.release_response(conn, actor.second, response)
    return response


async def a_bundle(
    conn: Conn,
    cast: Cast,
    *,
    starts_on: date = date(2026, 11, 23),
    taken: bool = True,
    price_cents: int | None = 100_000,
) -> UUID:
    """A bundle of one closed call answered by Nordrechen and Suedrechen (100/50 a year each), all in lot 1 if `taken`."""
    call_id = await a_call(conn, cast)
    for actor in (cast.nord, cast.sued):
        await an_answer(conn, actor, call_id, price_today_cents=price_cents)
    await conn.act_as(cast.office)
    await demands.close_call(conn, cast.office, call_id)
    bundle_id = await bundles.create_bundle(
        conn, cast.office, [call_id], title="Mobile Arbeitsplätze", starts_on=starts_on
    )
    if taken:
        lot = await bundles.add_lot(conn, cast.office, bundle_id, "Geräte")
        keys = [x.key for x in await list_lines(conn, bundle_id)]
        await bundles.decide_lines(conn, cast.office, bundle_id, keys, Decision.TAKEN, lot_no=lot)
    return bundle_id


async def a_tender(
    conn: Conn, cast: Cast, *, starts_on: date = date(2026, 11, 23), **over: object
) -> UUID:
    """A tender draft from a frozen bundle."""
    bundle_id = await a_bundle(conn, cast, starts_on=starts_on)
    await bundles.freeze_bundle(conn, cast.office, bundle_id)
    form = TenderIn.model_validate(
        {
            "title": "Mobile Arbeitsplätze",
            "starts_on": starts_on,
            "term_months": 48,
            "is_electronic": True,
            "documents_online": True,
            **over,
        }
    )
    return await tenders.create_tender(conn, cast.office, bundle_id, form)
