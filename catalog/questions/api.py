"""Questions as JSON."""

from uuid import UUID

from catalog.offerings.store import get_offering
from catalog.questions import actions, store
from catalog.questions.model import Question
from catalog.questions.schemas import (
    AnswerBody,
    AskBody,
    AskForm,
    PublishBody,
    QuestionList,
    QuestionListQuery,
    QuestionOut,
)
from catalog.watching.pages import read_cursor
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.paging import encode_cursor
from kdnx.web.routing import Call

api = Api("questions")
R = Permission.CATALOG_READ


def _out(q: Question) -> QuestionOut:
    return QuestionOut(**{n: getattr(q, n) for n in QuestionOut.model_fields})


@api.get("/api/v1/questions", permission=R)
async def list_questions_json(call: Call, *, query: QuestionListQuery) -> QuestionList:
    """Questions the caller may read, the latest first; of one offering, received or asked by its house."""
    secret = call.house.settings.secret()
    if query.offering:
        await get_offering(call.conn, call.viewer, query.offering)
    found = await store.list_questions(
        call.conn, call.viewer.members, view=query.view, offering_id=query.offering,
        after=read_cursor(secret, query.after), limit=query.limit + 1,
    )  # fmt: skip
    more, items = len(found) > query.limit, found[: query.limit]
    last = items[-1] if items else None
    cursor = (
        encode_cursor(secret, (last.created_at.isoformat(), last.id)) if more and last else None
    )
    return QuestionList(items=[_out(q) for q in items], next=cursor)


@api.get("/api/v1/questions/{id}", permission=R)
async def get_question_json(call: Call, *, id: UUID) -> QuestionOut:
    """One question as the caller may see it."""
    return _out(await store.get_question(call.conn, id))


@api.post("/api/v1/offerings/{id}/questions", permission=R, status=201)
async def ask_question_json(call: Call, *, id: UUID, body: AskBody) -> QuestionOut:
    """Ask the provider of an offering."""
    asked = AskForm(question=body.question, visibility=body.visibility, is_named=body.is_named)
    return _out(await actions.ask_question(call.conn, call.viewer, id, asked))


@api.put("/api/v1/questions/{id}", permission=R)
async def edit_question_json(call: Call, *, id: UUID, body: AskBody) -> QuestionOut:
    """Change the own question while nobody answered it."""
    asked = AskForm(question=body.question, visibility=body.visibility, is_named=body.is_named)
    version = expected_version(call.request)
    return _out(await actions.edit_question(call.conn, call.viewer, id, version, asked))


@api.post("/api/v1/questions/{id}/withdraw", permission=R, needs_match=True)
async def withdraw_question_json(call: Call, *, id: UUID) -> QuestionOut:
    """Take the own question back while nobody answered it."""
    version = expected_version(call.request)
    return _out(await actions.withdraw_question(call.conn, call.viewer, id, version))


@api.post("/api/v1/questions/{id}/answer", permission=Permission.OFFERING_EDIT, needs_match=True)
async def answer_question_json(call: Call, *, id: UUID, body: AnswerBody) -> QuestionOut:
    """The provider's answer, or its correction."""
    version = expected_version(call.request)
    return _out(await actions.answer_question(call.conn, call.viewer, id, version, body.answer))


@api.post("/api/v1/questions/{id}/publish", permission=Permission.OFFERING_EDIT, needs_match=True)
async def publish_question_json(call: Call, *, id: UUID, body: PublishBody) -> QuestionOut:
    """Show an answered private question to all, in words that hide its asker."""
    return _out(
        await actions.publish_question(
            call.conn, call.viewer, id, expected_version(call.request),
            question=body.public_question, answer=body.public_answer,
        )
    )  # fmt: skip
