"""Cooperations for machines: lists and texts with lights; agreeing and signing is done by people on the pages."""

from uuid import UUID

from exchange.cooperations.model import percent_up
from exchange.cooperations.reading import find_piece, read_detail
from exchange.cooperations.schemas import (
    CooperationDetail,
    CooperationList,
    CooperationOut,
    CooperationQuery,
)
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("cooperations")


@api.get("/api/v1/cooperations", permission=Permission.ORDER_READ)
async def list_cooperations_json(call: Call, *, query: CooperationQuery) -> CooperationList:
    """The own house's agreements by title, with the light for an award this year."""
    piece = await find_piece(call.conn, call.viewer, call.house, query.cursor, query.limit)
    items = [
        CooperationOut(
            id=c.id, owner_id=c.owner_id, title=c.title, state=c.state, valid_from=c.valid_from, valid_to=c.valid_to,
            light=piece.lights[c.id],
        )
        for c in piece.items
    ]  # fmt: skip
    return CooperationList(items=items, next=piece.next)


@api.get("/api/v1/cooperations/{id}", permission=Permission.ORDER_READ)
async def get_cooperation_json(
    call: Call, *, id: UUID
) -> CooperationDetail:  # the name in the address
    """One agreement; of the amounts only the own house's part."""
    found = await read_detail(call.conn, call.viewer, id)
    c, mine = found.cooperation, found.mine
    share = mine.share if mine else None
    return CooperationDetail(
        id=c.id, owner_id=c.owner_id, title=c.title, state=c.state, valid_from=c.valid_from, valid_to=c.valid_to,
        light=found.light, activities=c.activities, goals=c.goals, public_interest=c.public_interest,
        no_advantage=c.no_advantage, agreement=c.agreement, agreed_on=c.agreed_on, party_ids=list(c.party_ids),
        own_share_percent=None if share is None else percent_up(share),
        own_headroom_cents=mine.headroom_cents if mine else None, row_version=c.row_version,
    )  # fmt: skip
