"""Interests for machines: list, read, ask, offer, move, write."""

from typing import Literal
from uuid import UUID

from catalog.interests import actions, offering, store
from catalog.interests.model import InterestEvent, InterestState
from catalog.interests.reading import find_piece
from catalog.interests.schemas import (
    InterestList,
    InterestOut,
    InterestQuery,
    InterestSummary,
    LineOut,
    MessageBody,
    MessageList,
    MessageOut,
    MoveBody,
    NewInterest,
    OfferBody,
    OfferOut,
    StepOut,
)
from catalog.interests.store import Interest, Selection
from kdnx.errors import FieldError, Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("interests")
P = Permission
Move = Literal["coordinate", "return", "decline", "withdraw"]


def summary(call: Call, interest: Interest) -> InterestSummary:
    """An interest in a list."""
    late = interest.is_late(call.conn.today)
    return InterestSummary.model_validate(interest).model_copy(update={"is_overdue": late})


async def interest_out(call: Call, interest: Interest) -> InterestOut:
    """The interest with what was asked for, offers, steps and possible moves."""
    asked = (await store.list_lines(call.conn, interest)).get(0, [])
    offers = await store.list_offers(call.conn, interest)
    steps = await store.list_steps(call.conn, interest)
    return InterestOut.model_validate(interest).model_copy(
        update={
            "is_overdue": interest.is_late(call.conn.today),
            "asked": [LineOut.model_validate(x) for x in asked],
            "offers": [OfferOut.model_validate(o) for o in offers],
            "steps": [StepOut.model_validate(s) for s in steps],
            "moves": [m.value for m in actions.possible(call.viewer, interest)],
        }
    )


@api.get("/api/v1/interests", permission=P.ORDER_READ)
async def list_interests_json(call: Call, *, query: InterestQuery) -> InterestList:
    """The caller's interests, overdue first."""
    if query.state is not None and query.state not in set(InterestState):
        message = _("Diesen Zustand gibt es nicht.")
        raise Invalid(message, errors=[FieldError("state", message)])
    wanted = Selection(query.side, query.state, query.offering_id, query.late, query.q or None)
    piece = await find_piece(call, wanted, query.cursor, query.limit)
    return InterestList(items=[summary(call, i) for i in piece.items], next=piece.next)


@api.get("/api/v1/interests/{id}", permission=P.ORDER_READ)
async def get_interest_json(call: Call, *, id: UUID) -> InterestOut:
    """One interest."""
    return await interest_out(call, await actions.read_interest(call.conn, call.viewer, id))


@api.post("/api/v1/interests", permission=P.ORDER_EDIT, status=201)
async def express_interest_json(call: Call, *, body: NewInterest) -> InterestOut:
    """Express interest in another member's offering."""
    return await interest_out(call, await actions.express_interest(call.conn, call.viewer, body))


@api.post("/api/v1/interests/{id}/offer", permission=P.ORDER_EDIT, needs_match=True)
async def offer_interest_json(call: Call, *, id: UUID, body: OfferBody) -> InterestOut:
    """Make or revise the offer as the provider."""
    expected = expected_version(call.request)
    made = await offering.make_offer(call.conn, call.viewer, id, body, expected=expected)
    return await interest_out(call, made)


@api.post("/api/v1/interests/{id}/moves/{move}", permission=P.ORDER_EDIT, needs_match=True)
async def move_interest_json(call: Call, *, id: UUID, move: Move, body: MoveBody) -> InterestOut:
    """Make a named move with its reason."""
    made = await actions.make_move(
        call.conn, call.viewer, id, InterestEvent(move), reason=body.reason,
        expected=expected_version(call.request),
    )  # fmt: skip
    return await interest_out(call, made)


@api.get("/api/v1/interests/{id}/messages", permission=P.ORDER_READ)
async def list_interest_messages_json(call: Call, *, id: UUID) -> MessageList:
    """What the two houses wrote, newest first."""
    return await _messages(call, id)


async def _messages(call: Call, interest_id: UUID) -> MessageList:
    interest = await actions.read_interest(call.conn, call.viewer, interest_id)
    rows = await store.list_messages(call.conn, interest)
    return MessageList(items=[MessageOut.model_validate(m) for m in rows])


@api.post("/api/v1/interests/{id}/messages", permission=P.ORDER_EDIT, status=201)
async def write_interest_message_json(call: Call, *, id: UUID, body: MessageBody) -> MessageList:
    """Write to the other house; the thread's messages come back."""
    await actions.write_message(call.conn, call.viewer, id, body.body)
    return await _messages(call, id)
