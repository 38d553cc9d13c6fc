"""Ask, change, withdraw, answer, publish without the asker; mark what is overdue."""

from dataclasses import replace
from uuid import UUID

from catalog.offerings.model import Offering, State
from catalog.offerings.store import get_offering
from catalog.questions import store
from catalog.questions.model import Question, QuestionEvent, Row, Visibility, advance, answer_due
from catalog.questions.schemas import AskForm
from catalog.watching.actions import tell_watchers
from catalog.watching.model import What
from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused, Stale
from kdnx.ids import new_id
from kdnx.notices.actions import notify
from kdnx.rules.store import get_rule, holidays_on
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

BATCH = 200
TASK = "question.answer"
SYSTEM = Viewer(scope=Scope.SYSTEM)
PROVIDERS = (Role.OFFERING_EDITOR,)


async def ask_question(conn: Conn, viewer: Viewer, offering_id: UUID, asked: AskForm) -> Question:
    """A question of the viewer's house; the provider gets a task with the last day for its answer."""
    require(viewer, Permission.CATALOG_READ)
    head = await get_offering(conn, viewer, offering_id)
    owner = _asking_house(viewer)
    _check_askable(viewer, head)
    rule = await get_rule(conn, "answer_period", "offering_question", conn.today)
    holidays = await holidays_on(conn, conn.today)
    row = Row(
        owner_id=owner, id=new_id(), offering_id=head.id, provider_id=head.owner_id, state="open",
        visibility=asked.visibility, is_named=asked.is_named, question=asked.question,
        due_on=answer_due(conn.today, int(rule.value["days"]), holidays), row_version=1, asked_by=viewer.person_id,
    )  # fmt: skip
    await store.insert_question(conn, row)
    title = _("Frage beantworten: {title}").format(title=head.title)
    await open_tasks(conn, [NewTask(
        owner_id=row.provider_id, kind=TASK, title=title, object_kind="question", object_id=row.id,
        url=f"/questions/{row.id}", assignee_role=Role.OFFERING_EDITOR, due_at=end_of_day(row.due_on),
    )])  # fmt: skip
    said = _("Neue Frage zu: {title}").format(title=head.title)
    await _tell(conn, viewer, "question.asked", row, row.provider_id, said)
    _note(conn, viewer, "question.ask", row)
    return await store.get_question(conn, row.id)


def _asking_house(viewer: Viewer) -> UUID:
    if not viewer.members or viewer.scope not in {Scope.MEMBER, Scope.OFFICE}:
        raise Forbidden(
            _("Fragen stellt nur, wer für ein Mitglied handelt."),
            rule=_("Revision und Lenkungsausschuss lesen."),
        )
    return viewer.owner_id


def _check_askable(viewer: Viewer, head: Offering) -> None:
    if viewer.acts_for(head.owner_id):
        raise Refused(_("Zu einer Leistung des eigenen Hauses lässt sich hier nicht fragen."))
    if head.published_version is None or head.state == State.RETIRED:
        raise Refused(
            _("Diese Leistung wird nicht angeboten; Fragen dazu sind nicht möglich."),
            remedy_url=f"/offerings/{head.id}",
        )


async def edit_question(
    conn: Conn, viewer: Viewer, question_id: UUID, row_version: int, asked: AskForm
) -> Question:
    """Change the own question while nobody answered it; its last day stays."""
    row = await _locked(conn, viewer, question_id, row_version, by_provider=False)
    state = advance(row.state, QuestionEvent.EDIT)
    changed = replace(
        row, state=state, question=asked.question, visibility=asked.visibility, is_named=asked.is_named
    )  # fmt: skip
    return await _save(conn, viewer, changed, "question.edit")


async def withdraw_question(
    conn: Conn, viewer: Viewer, question_id: UUID, row_version: int
) -> Question:
    """Take the own question back while nobody answered it."""
    row = await _locked(conn, viewer, question_id, row_version, by_provider=False)
    state = advance(row.state, QuestionEvent.WITHDRAW)
    await close_tasks(conn, row.id, [TASK])
    return await _save(conn, viewer, replace(row, state=state), "question.withdraw")


async def answer_question(
    conn: Conn, viewer: Viewer, question_id: UUID, row_version: int, answer: str
) -> Question:
    """The provider's answer, or its correction; the asker is told, with a public question the watchers too."""
    require(viewer, Permission.OFFERING_EDIT)
    row = await _locked(conn, viewer, question_id, row_version, by_provider=True)
    state = advance(row.state, QuestionEvent.ANSWER)
    changed = replace(
        row, state=state, answer=answer, answered_at=conn.now, answered_by=viewer.person_id
    )
    await close_tasks(conn, row.id, [TASK])
    head = await get_offering(conn, viewer, row.offering_id)
    said = _("Antwort auf Ihre Frage zu: {title}").format(title=head.title)
    await _tell(conn, viewer, "question.answered", row, row.owner_id, said)
    if row.visibility == Visibility.PUBLIC and row.answered_at is None:
        await tell_watchers(conn, viewer, head, What.ANSWERED)
    return await _save(conn, viewer, changed, "question.answer")


async def publish_question(
    conn: Conn, viewer: Viewer, question_id: UUID, row_version: int, *, question: str, answer: str
) -> Question:
    """Show an answered private question to everybody the offering is for, in words that hide its asker."""
    require(viewer, Permission.OFFERING_EDIT)
    row = await _locked(conn, viewer, question_id, row_version, by_provider=True)
    state = advance(row.state, QuestionEvent.PUBLISH)
    if row.visibility == Visibility.PUBLIC:
        raise Refused(_("Diese Frage lesen schon alle, die die Leistung sehen."))
    changed = replace(
        row,
        state=state,
        visibility=Visibility.PUBLISHED,
        is_named=False,
        public_question=question,
        public_answer=answer,
    )
    if row.visibility != Visibility.PUBLISHED:
        head = await get_offering(conn, viewer, row.offering_id)
        await tell_watchers(conn, viewer, head, What.ANSWERED)
    return await _save(conn, viewer, changed, "question.publish")


async def mark_overdue(conn: Conn) -> int:
    """Mark what was not answered in time and tell the provider; one bounded batch, how many."""
    missed = await store.list_missed(conn, conn.today, BATCH)
    for row in missed:
        state = advance(row.state, QuestionEvent.DEADLINE)
        late = await store.mark_question(conn, replace(row, state=state))
        said = _("Frage überfällig: {text}").format(text=late.question[:80])
        await _tell(conn, SYSTEM, "question.overdue", late, late.provider_id, said)
        _note(conn, SYSTEM, "question.overdue", late)
    return len(missed)


async def _locked(
    conn: Conn, viewer: Viewer, question_id: UUID, row_version: int, *, by_provider: bool
) -> Row:
    """The question as stored, locked; NotFound, Forbidden for the other side, or Stale."""
    require(viewer, Permission.CATALOG_READ)
    await store.get_question(conn, question_id)
    row = await store.lock_question(conn, question_id)
    if row is None or not viewer.acts_for(row.provider_id if by_provider else row.owner_id):
        raise Forbidden(
            _("Beantworten und veröffentlichen kann eine Frage nur der Anbieter der Leistung.")
            if by_provider
            else _("Ändern und zurückziehen kann eine Frage nur das Haus, das sie gestellt hat."),
        )
    if row.row_version != row_version:
        raise Stale(
            _("Diese Frage wurde inzwischen geändert oder beantwortet."),
            remedy=_("Lesen Sie den neuen Stand und wiederholen Sie den Schritt, wenn er noch passt."),
            remedy_url=f"/questions/{row.id}",
        )  # fmt: skip
    return row


async def _save(conn: Conn, viewer: Viewer, row: Row, action: str) -> Question:
    saved = await store.mark_question(conn, row)
    _note(conn, viewer, action, saved)
    return await store.get_question(conn, row.id)


async def _tell(
    conn: Conn, viewer: Viewer, kind: str, row: Row, member_id: UUID, title: str
) -> None:
    """Tell the provider's editors, or the one who asked."""
    asker = (row.asked_by,) if row.asked_by and member_id == row.owner_id else ()
    await notify(
        conn, viewer, kind=kind, owner_id=member_id, object_kind="question", object_id=row.id,
        url=f"/questions/{row.id}", title=title, roles=() if member_id == row.owner_id else PROVIDERS, person_ids=asker,
    )  # fmt: skip


def _note(conn: Conn, viewer: Viewer, action: str, row: Row) -> None:
    # the feed tells the two parties only: a row of it names the member that asks
    record(
        conn, viewer, action, object_kind="question", object_id=row.id, owner_id=row.owner_id, party_id=row.provider_id,
        row_version=row.row_version, audience="parties", gone=row.state == "withdrawn",
    )  # fmt: skip
