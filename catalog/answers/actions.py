"""What a member does with its answer to a request: save, submit, withdraw; all before the deadline."""

from dataclasses import replace
from uuid import UUID

from catalog.answers import store
from catalog.answers.model import (
    Answer,
    AnswerEvent,
    Content,
    advance,
    check_submit,
    receipt,
    too_late,
)
from catalog.requests.model import Request, task_id
from catalog.requests.store import get_request, list_criteria, list_items
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Stale
from kdnx.ids import new_id
from kdnx.tasks.actions import close_tasks
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require


async def _open_for(conn: Conn, viewer: Viewer, request_id: UUID) -> Request:
    """The request the viewer's member may answer now, held open until the end of the transaction."""
    require(viewer, Permission.OFFERING_EDIT)
    await store.hold_request(conn, request_id)
    request = await get_request(conn, request_id, viewer.members)
    if not request.is_asked:
        raise Forbidden(
            _("Ihr Haus ist mit diesem Gesuch nicht gefragt."),
            rule=_("Ein Angebot geben nur Mitglieder ab, an die sich das Gesuch richtet, und nicht das suchende Haus."),
        )  # fmt: skip
    if not request.takes_answers(conn.now):
        raise too_late()
    return request


def _note(conn: Conn, viewer: Viewer, action: str, answer: Answer) -> None:
    # in no feed but the own house's: whoever answers stays unknown until the seal is opened
    record(
        conn, viewer, f"request_answer.{action}", object_kind="request_answer", object_id=answer.id,
        owner_id=answer.owner_id, row_version=answer.row_version + 1,
    )  # fmt: skip


async def save_answer(
    conn: Conn, viewer: Viewer, request_id: UUID, content: Content, *, row_version: int | None = None
) -> Answer:  # fmt: skip
    """Save a version as a draft; what was submitted before counts on until the new one is submitted."""
    request = await _open_for(conn, viewer, request_id)
    owner = viewer.owner_id
    content = await _with_offering(conn, viewer, content)
    await store.insert_answer(conn, owner, new_id(), request_id, request.owner_id)
    held = await store.lock_answer(conn, owner, request_id)
    if row_version is not None and held.row_version != row_version:
        raise Stale(
            _("Jemand aus Ihrem Haus hat das Angebot inzwischen gespeichert."),
            remedy=_("Seite neu laden und die Änderung noch einmal eintragen."),
        )
    advance(held.state, AnswerEvent.SAVE)
    version = await store.mark_saved(conn, held)
    if version is None:
        raise too_late()
    await store.insert_content(conn, held, version, content, viewer.principal)
    _note(conn, viewer, "save", held)
    return await store.lock_answer(conn, owner, request_id)


async def _with_offering(conn: Conn, viewer: Viewer, content: Content) -> Content:
    if content.offering_id is None:
        return replace(content, offering_version=None)
    own = {o[0]: o[3] for o in await store.list_own_offerings(conn, viewer.members)}
    if content.offering_id not in own:
        message = _("Bitte eine veröffentlichte Leistung Ihres Hauses wählen.")
        raise Invalid(message, errors=[FieldError("offering_id", message)])
    return replace(content, offering_version=own[content.offering_id])


async def submit_answer(
    conn: Conn, viewer: Viewer, request_id: UUID, *, row_version: int | None = None
) -> bytes:
    """The saved version counts from now on; the hash of the receipt."""
    request = await _open_for(conn, viewer, request_id)
    held = await store.lock_answer(conn, viewer.owner_id, request_id)
    if row_version is not None and held.row_version != row_version:
        raise Stale(_("Das Angebot hat sich geändert, seit Sie es gelesen haben."))
    advance(held.state, AnswerEvent.SUBMIT)
    content = await store.get_content(conn, held.owner_id, held.id, held.version)
    criteria, items = await list_criteria(conn, request_id), await list_items(conn, request_id)
    check_submit(request, criteria, items, content)
    proof = receipt(held, held.version, content, conn.now)
    if not await store.mark_submitted(conn, held, held.version, proof):
        raise too_late()
    await close_tasks(conn, task_id(request_id, held.owner_id))
    _note(conn, viewer, "submit", held)
    return proof


async def withdraw_answer(
    conn: Conn, viewer: Viewer, request_id: UUID, *, row_version: int | None = None
) -> None:
    """Take it back before the deadline; a new version can be saved again."""
    await _open_for(conn, viewer, request_id)
    held = await store.lock_answer(conn, viewer.owner_id, request_id)
    if row_version is not None and held.row_version != row_version:
        raise Stale(_("Das Angebot hat sich geändert, seit Sie es gelesen haben."))
    advance(held.state, AnswerEvent.WITHDRAW)
    if not await store.mark_withdrawn(conn, held):
        raise too_late()
    _note(conn, viewer, "withdraw", held)
