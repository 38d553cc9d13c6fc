"""Positions as JSON."""

from exchange.positions.model import Position
from exchange.positions.reading import house_of, read_position, read_rows
from exchange.positions.schemas import (
    PlaceOut,
    PositionOut,
    PositionQuery,
    PositionReading,
    PositionRowOut,
)
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("positions")


def _out(p: Position) -> PositionOut:
    return PositionOut(
        other_id=p.other_id, claim_cents=p.claim_cents, debt_cents=p.debt_cents, net_cents=p.net_cents,
        entries=p.entries, by=dict(p.by),
    )  # fmt: skip


@api.get("/api/v1/positions", permission=Permission.LEDGER_READ)
async def read_position_json(call: Call, *, query: PositionQuery) -> PositionReading:
    """A house's claims and debts by counterparty and kind at a moment, with the rows behind them."""
    house = house_of(call.viewer, query.member)
    if house is None:
        raise Invalid(
            _("Bitte mit „member“ sagen, wessen Konto gemeint ist."), code="member_needed"
        )
    found = await read_position(
        call.conn, call.viewer, house, query.moment(house), other=query.other, earlier=query.earlier(house)
    )  # fmt: skip
    secret = call.house.settings.secret()
    piece = await read_rows(call.conn, found, cursor=query.cursor, limit=query.limit, secret=secret)
    return PositionReading(
        member_id=house, is_final=found.moment.is_final(call.conn.today), total=_out(found.all),
        earlier_total=_out(found.earlier_all) if found.earlier_all else None,
        positions=[_out(p) for p in found.positions],
        places=[PlaceOut(chain_id=p.chain_id, seq=p.seq, hash=p.hash.hex()) for p in found.places],
        items=[PositionRowOut.model_validate({**vars(r), "net_cents": r.net_cents}) for r in piece.items],
        next=piece.next,
    )  # fmt: skip
