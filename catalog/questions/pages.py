"""Questions: the section on the offering's page, the lists of a house, one question with what may be done."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from catalog.offerings.model import State
from catalog.offerings.store import get_offering
from catalog.questions import actions, store
from catalog.questions.model import (
    LABELS,
    STATE_KINDS,
    VISIBILITY_LABELS,
    Question,
    QuestionState,
    Visibility,
)
from catalog.questions.schemas import (
    AnswerForm,
    AskForm,
    EditForm,
    PublishForm,
    QuestionsQuery,
    VersionForm,
)
from catalog.watching.pages import read_cursor
from kdnx.db.conn import Conn
from kdnx.members.store import list_members
from kdnx.module import Slot, Tile, TileData
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.form import Form
from kdnx.web.paging import encode_cursor
from kdnx.web.routing import Call, get, post

PAGE = 50
ON_OFFERING = 20
WORDS: Mapping[str, Any] = {
    "state_labels": LABELS,
    "state_kinds": STATE_KINDS,
    "visibility_labels": VISIBILITY_LABELS,
    "visibilities": [
        ("public", _("alle, die diese Leistung sehen"), _("Frage und Antwort helfen auch anderen")),
        ("private", _("nur der Anbieter"), _("er darf sie später ohne Ihren Namen veröffentlichen")),
    ],
}  # fmt: skip


async def _names(conn: Conn) -> dict[Any, str]:
    return {m.id: m.short_name or m.name for m in await list_members(conn)}


async def questions_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """Questions and answers on the page of an offering, with the form to ask."""
    head = await get_offering(conn, viewer, key)
    if head.published_version is None:
        return None
    found = await store.list_of_offering(conn, head.id, ON_OFFERING + 1)
    is_own = viewer.acts_for(head.owner_id)
    acts = bool(viewer.members) and viewer.scope in {Scope.MEMBER, Scope.OFFICE}
    return "questions/section.html", {
        "head": head,
        "questions": found[:ON_OFFERING],
        "has_more": len(found) > ON_OFFERING,
        "is_own": is_own,
        "may_ask": acts and not is_own and head.state != State.RETIRED,
        "members": await _names(conn),
        "form": Form(),
        **WORDS,
    }


async def list_questions(call: Call) -> Response:
    """What others ask my house, what my house asks, or all of one offering."""
    query = call.query(QuestionsQuery)
    secret = call.house.settings.secret()
    after = read_cursor(secret, query.after)
    head = await get_offering(call.conn, call.viewer, query.offering) if query.offering else None
    view = "all" if head else query.view
    found = await store.list_questions(
        call.conn, call.viewer.members, view=view, offering_id=query.offering, after=after, limit=PAGE + 1
    )  # fmt: skip
    more, items = len(found) > PAGE, found[:PAGE]
    around = {"offering": str(head.id)} if head else {"view": query.view}
    cursor = encode_cursor(secret, (items[-1].created_at.isoformat(), items[-1].id)) if more else ""
    return await call.page(
        "questions/list.html",
        query=query,
        head=head,
        questions=items,
        open_count=await store.count_open(call.conn, call.viewer.members),
        members=await _names(call.conn),
        next_href="/questions?" + urlencode({**around, "after": cursor}) if cursor else "",
        first_href="/questions?" + urlencode(around) if after else "",
        **WORDS,
    )


async def ask_form(call: Call) -> Response:
    """The plain page of the form."""
    return await _ask(call, Form())


async def _ask(call: Call, form: Form[Any], status: int = 200) -> Response:
    head = await get_offering(call.conn, call.viewer, call.path_id())
    return await call.page("questions/ask.html", status=status, head=head, form=form, **WORDS)


async def ask_question(call: Call) -> Response:
    """Ask."""
    form = call.form(AskForm)
    if form.value is None:
        return await _ask(call, form, 422)
    asked = await actions.ask_question(call.conn, call.viewer, call.path_id(), form.value)
    return call.redirect(f"/offerings/{asked.offering_id}#questions", _("Ihre Frage ist gestellt."))


async def show_question(call: Call) -> Response:
    """One question and what may be done with it."""
    return await _show(call, Form())


async def _show(call: Call, form: Form[Any], status: int = 200) -> Response:
    q = await store.get_question(call.conn, call.path_id())
    may = call.viewer
    is_provider = may.acts_for(q.provider_id) and may.may(Permission.OFFERING_EDIT)
    return await call.page(
        "questions/show.html",
        status=status,
        q=q,
        form=form,
        members=await _names(call.conn),
        may_answer=is_provider and q.state != QuestionState.WITHDRAWN,
        may_publish=is_provider and q.state == QuestionState.ANSWERED and q.visibility != Visibility.PUBLIC,
        may_edit=may.acts_for(q.owner_id) and q.state in {QuestionState.OPEN, QuestionState.OVERDUE},
        **WORDS,
    )  # fmt: skip


async def edit_question(call: Call) -> Response:
    """Change the own question."""
    form = call.form(EditForm)
    if form.value is None:
        return await _show(call, form, 422)
    v = form.value
    q = await actions.edit_question(call.conn, call.viewer, call.path_id(), v.row_version, v)
    return _back(call, q, _("Die Frage ist geändert."))


async def answer_question(call: Call) -> Response:
    """Answer it."""
    form = call.form(AnswerForm)
    if form.value is None:
        return await _show(call, form, 422)
    v = form.value
    q = await actions.answer_question(
        call.conn, call.viewer, call.path_id(), v.row_version, v.answer
    )
    return _back(call, q, _("Die Antwort ist gegeben."))


async def publish_question(call: Call) -> Response:
    """Show it to everybody without its asker."""
    form = call.form(PublishForm)
    if form.value is None:
        return await _show(call, form, 422)
    v = form.value
    q = await actions.publish_question(
        call.conn, call.viewer, call.path_id(), v.row_version, question=v.public_question, answer=v.public_answer
    )  # fmt: skip
    return _back(call, q, _("Frage und Antwort sind ohne Namen veröffentlicht."))


async def withdraw_question(call: Call) -> Response:
    """Take it back."""
    version = call.form(VersionForm).valid().row_version
    q = await actions.withdraw_question(call.conn, call.viewer, call.path_id(), version)
    return call.redirect(f"/questions/{q.id}", _("Die Frage ist zurückgezogen."))


def _back(call: Call, q: Question, said: str) -> Response:
    return call.redirect(f"/questions/{q.id}", said)


async def load_tiles(conn: Conn, viewer: Viewer) -> list[TileData]:
    """How many questions wait for an answer of my house; nothing when none does."""
    if not viewer.may(Permission.OFFERING_EDIT) or not viewer.members:
        return []
    waiting = await store.count_open(conn, viewer.members)
    if not waiting:
        return []
    title = _("Offene Fragen zu Leistungen")
    return [TileData(title, str(waiting), _("warten auf Ihr Haus"), "/questions")]


R = Permission.CATALOG_READ
SLOTS = (Slot("offering.sections", 60, questions_section),)
TILES = (Tile("start", 40, load_tiles),)
DOORS = (
    get("/questions", list_questions, permission=R),
    get("/questions/{id}", show_question, permission=R),
    post("/questions/{id}", edit_question, permission=R),
    post("/questions/{id}/answer", answer_question, permission=R),
    post("/questions/{id}/publish", publish_question, permission=R),
    post("/questions/{id}/withdraw", withdraw_question, permission=R),
    get("/offerings/{id}/ask", ask_form, permission=R),
    post("/offerings/{id}/ask", ask_question, permission=R),
)
