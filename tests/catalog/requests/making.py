"""Short builders of requests and answers, made by the product's own actions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from catalog.answers.actions import save_answer, submit_answer
from catalog.answers.schemas import AnswerBody
from catalog.choosing import actions as choosing
from catalog.choosing.model import Score
from catalog.choosing.schemas import MarkBody
from catalog.requests import actions
from catalog.requests.model import Request
from catalog.requests.schemas import RequestBody
from catalog.requests.store import get_request
from kdnx.db.conn import Conn
from kdnx.viewer import Scope, Viewer
from tests.cast import Actor
from tests.catalog.build import HOSTING

SYSTEM = Viewer(scope=Scope.SYSTEM)
MUST, QUALITY, PRICE = 1, 2, 3
CRITERIA: list[dict[str, Any]] = [
    {"kind": "must", "name": "Betrieb in der EU"},
    {"kind": "points", "name": "Güte des Konzepts", "weight": 60},
    {"kind": "price", "name": "Preis", "weight": 40},
]


def a_wish(conn: Conn, title: str = "Digitale Bauakte mit Betrieb", **over: Any) -> RequestBody:
    """The content of a request that can be opened."""
    values: dict[str, Any] = {
        "title": title, "need": "Bauakten sollen vollständig digital geführt werden.", "category_id": HOSTING,
        "closes_on": conn.today + timedelta(days=20), "criteria": CRITERIA,
        "items": [{"label": "Arbeitsplätze", "base": "workplace", "quantity": 100}],
    }  # fmt: skip
    return RequestBody.model_validate({**values, **over}, strict=False)


async def a_request(conn: Conn, actor: Actor, *, announced: bool = True, **over: Any) -> UUID:
    """A request of the actor's house, open unless told otherwise."""
    await conn.act_as(actor.viewer)
    request_id = await actions.create_request(conn, actor.viewer, a_wish(conn, **over))
    if announced:
        await actions.announce_request(conn, actor.viewer, request_id)
    return request_id


def an_offer(conn: Conn, micro: int = 10_000_000, **over: Any) -> AnswerBody:
    """The content of an answer: a price a workplace and month, everything met."""
    values: dict[str, Any] = {
        "summary": "Wir betreiben die Bauakte im eigenen Rechenzentrum.", "valid_until": conn.today + timedelta(days=90),
        "replies": [{"criterion": MUST, "is_met": True}, {"criterion": QUALITY, "said": "Konzept liegt bei"}],
        "prices": [{"item": 1, "per": "month", "unit_price_micro": micro}],
    }  # fmt: skip
    return AnswerBody.model_validate({**values, **over}, strict=False)


async def an_answer(
    conn: Conn, actor: Actor, request_id: UUID, micro: int = 10_000_000, *, submitted: bool = True, **over: Any
) -> bytes:  # fmt: skip
    """The actor's answer, submitted unless told otherwise; the receipt."""
    await conn.act_as(actor.viewer)
    await save_answer(conn, actor.viewer, request_id, an_offer(conn, micro, **over).read())
    return await submit_answer(conn, actor.viewer, request_id) if submitted else b""


async def close(conn: Conn, request_id: UUID) -> None:
    """The deadline passes and the due job runs."""
    await conn.act_as(SYSTEM)
    request = await get_request(conn, request_id, ())
    conn.now = max(conn.now, request.closes_at + timedelta(seconds=1))
    await actions.close_due_requests(conn)


async def seen(conn: Conn, viewer: Viewer, request_id: UUID) -> Request:
    """The request as the viewer sees it."""
    await conn.act_as(viewer)
    return await get_request(conn, request_id, viewer.members)


def a_mark(answer_id: UUID, criterion: int, **over: Any) -> Score:
    """A mark with a reason."""
    values = {"answer_id": answer_id, "criterion": criterion, "reason": "Nachweis lag bei", **over}
    return MarkBody.model_validate(values, strict=False).read()


async def mark_all(conn: Conn, actor: Actor, request_id: UUID, points: Sequence[str]) -> list[UUID]:
    """Every must is met, the quality gets these points in the order of the answers; their ids."""
    request = await seen(conn, actor.viewer, request_id)
    _criteria, _items, entries = await choosing.read_comparison(conn, actor.viewer, request)
    ids = [e.answer.id for e in entries]
    scores = [a_mark(i, MUST, is_met=True) for i in ids]
    scores += [a_mark(i, QUALITY, points=p) for i, p in zip(ids, points, strict=True)]
    await choosing.save_scores(conn, actor.viewer, request_id, request.row_version, scores)
    return ids
