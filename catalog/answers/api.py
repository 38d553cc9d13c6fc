"""JSON of the own answer under /api/v1/requests/{id}/answer: same actions as the page."""

from uuid import UUID

from catalog.answers import actions
from catalog.answers.pages import read_own
from catalog.answers.schemas import AnswerBody, AnswerOut, answer_out
from catalog.requests.store import get_request
from kdnx.errors import NotFound
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("requests")
READ, EDIT = Permission.CATALOG_READ, Permission.OFFERING_EDIT


async def _own(call: Call, request_id: UUID) -> AnswerOut:
    request = await get_request(call.conn, request_id, call.viewer.members)
    answer, content, total = await read_own(call.conn, call.viewer, request)
    if answer is None or content is None:
        raise NotFound(_("Ihr Haus hat zu diesem Gesuch noch kein Angebot."))
    return answer_out(answer, content, total)


@api.get("/api/v1/requests/{id}/answer", permission=READ)
async def get_request_answer(call: Call, *, id: UUID) -> AnswerOut:
    """The own house's answer in its newest version."""
    return await _own(call, id)


@api.put("/api/v1/requests/{id}/answer", permission=EDIT, needs_match=False)
async def put_request_answer(call: Call, *, id: UUID, body: AnswerBody) -> AnswerOut:
    """Save a version as a draft; If-Match is checked where it is sent, the first version has none."""
    await get_request(call.conn, id, call.viewer.members)
    version = expected_version(call.request) if "if-match" in call.request.headers else None
    await actions.save_answer(call.conn, call.viewer, id, body.read(), row_version=version)
    return await _own(call, id)


@api.post("/api/v1/requests/{id}/answer/submit", permission=EDIT, needs_match=True)
async def submit_request_answer(call: Call, *, id: UUID) -> AnswerOut:
    """The saved version counts from now on."""
    await get_request(call.conn, id, call.viewer.members)
    version = expected_version(call.request)
    await actions.submit_answer(call.conn, call.viewer, id, row_version=version)
    return await _own(call, id)


@api.post("/api/v1/requests/{id}/answer/withdraw", permission=EDIT, needs_match=True)
async def withdraw_request_answer(call: Call, *, id: UUID) -> AnswerOut:
    """Take it back before the deadline."""
    await get_request(call.conn, id, call.viewer.members)
    version = expected_version(call.request)
    await actions.withdraw_answer(call.conn, call.viewer, id, row_version=version)
    return await _own(call, id)
