"""Agreements on self-billing as both sides make them."""

from datetime import date

from exchange.selfbilling.actions import answer_agreement, propose_agreement
from exchange.selfbilling.model import Agreement, AgreementEvent
from exchange.selfbilling.schemas import Proposal
from kdnx.db.conn import Conn
from tests.cast import Actor


async def proposed(
    conn: Conn, seller: Actor, buyer: Actor, *, by: str = "buyer", order: str | None = None,
    valid_from: date = date(2020, 1, 1),
) -> Agreement:  # fmt: skip
    """One side proposes; the transaction acts as it afterwards."""
    actor, partner = (buyer, seller) if by == "buyer" else (seller, buyer)
    await conn.act_as(actor.viewer)
    wish = Proposal(
        role=by, partner=partner.id, order=order, agreed_on=date(2020, 1, 1), valid_from=valid_from, document="Anlage 3"
    )  # fmt: skip
    return await propose_agreement(conn, actor.viewer, wish)


async def agreed(conn: Conn, seller: Actor, buyer: Actor, **over: object) -> Agreement:
    """Proposed by the buyer, agreed by the seller."""
    found = await proposed(conn, seller, buyer, **over)  # type: ignore[arg-type]  # fields of proposed
    await conn.act_as(seller.viewer)
    return await answer_agreement(conn, seller.viewer, found.id, AgreementEvent.AGREE)
