"""What people and time do with a request: draft, open, extend, cancel, close at the deadline, remind."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from catalog.categories.store import list_categories
from catalog.requests import store
from catalog.requests.model import (
    REMIND_BEFORE,
    Request,
    RequestEvent,
    RequestState,
    advance,
    check_criteria,
    check_deadline,
    check_extension,
    may_ask,
    task_id,
)
from catalog.requests.schemas import RequestBody
from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.documents.actions import Place, readdress_documents
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.notices.actions import notify, notify_members
from kdnx.numbers.actions import assign, draw
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

ANSWER_TASK, WEIGH_TASK = "request.answer", "request.weigh"
ANSWERING = (Role.OFFERING_EDITOR,)
ASKING = (Role.DEMAND_EDITOR, Role.OFFERING_EDITOR)


async def lock_as_asker(conn: Conn, viewer: Viewer, request_id: UUID) -> Request:
    """The locked request for its own people; NotFound for strangers, Forbidden for readers."""
    seen = await store.get_request(conn, request_id, viewer.members)
    if not may_ask(seen, viewer):
        raise Forbidden(
            _("Dieses Gesuch steuert {name}.").format(name=seen.owner_name),
            rule=_(
                "Nötig ist die Rolle „Einkaufsanforderung“ oder „Leistungsverantwortliche“ im suchenden Haus."
            ),
        )
    return await store.lock_request(conn, request_id)


def note(
    conn: Conn, viewer: Viewer, action: str, request: Request, *, told: Sequence[UUID] = (),
    reason: str | None = None,
) -> None:  # fmt: skip
    """Record what happened to a request; once announced the members it asks read it in the change feed."""
    everybody = bool(told) and request.audience == "all"
    audience = "public" if everybody else "parties" if told else "owner"
    record(
        conn, viewer, f"request.{action}", object_kind="request", object_id=request.id,
        owner_id=request.owner_id, party_ids=[] if everybody else told, reason=reason,
        row_version=request.row_version + 1, audience=audience,
    )  # fmt: skip


async def tell_asked(
    conn: Conn, viewer: Viewer, kind: str, request: Request, members: Sequence[UUID], sentence: str
) -> None:
    """Tell the people who answer for these members."""
    await notify_members(
        conn, viewer, kind=kind, owner_ids=members, object_kind="request", object_id=request.id,
        url=f"/requests/{request.id}", roles=ANSWERING, title=sentence.format(title=request.title),
    )  # fmt: skip


def _keys(form: RequestBody) -> list[str]:
    if form.audience == "members":
        return [f"m:{m}" for m in form.member_ids]
    return [f"r:{r}" for r in form.regions] if form.audience == "region" else ["all"]


async def _check_category(conn: Conn, form: RequestBody) -> None:
    if form.category_id not in {c.id for c in await list_categories(conn)}:
        message = _("Diese Kategorie gibt es nicht.")
        raise Invalid(message, errors=[FieldError("category_id", message)])


async def create_request(conn: Conn, viewer: Viewer, form: RequestBody) -> UUID:
    """A new draft of the viewer's member; its id."""
    require(viewer, Permission.DEMAND_ANSWER)
    request_id, owner = new_id(), viewer.owner_id
    await _check_category(conn, form)
    values, closes_at = form.model_dump(mode="python"), end_of_day(form.closes_on)
    await store.insert_request(conn, request_id, owner, values, _keys(form), closes_at)
    await store.replace_parts(conn, request_id, form.read_items(), form.read_criteria())
    await store.save_budget(conn, owner, request_id, form.budget_cents)
    record(conn, viewer, "request.create", object_kind="request", object_id=request_id,
           owner_id=owner, audience="owner")  # fmt: skip
    return request_id


async def change_request(
    conn: Conn, viewer: Viewer, request_id: UUID, row_version: int, form: RequestBody
) -> None:
    """Replace a draft; Refused once others read it, Stale when somebody was faster."""
    request = await lock_as_asker(conn, viewer, request_id)
    if request.state != RequestState.DRAFT:
        raise Refused(
            _("Gegenstand und Kriterien stehen fest, sobald das Gesuch offen ist."),
            rule=_(
                "Gleichbehandlung: Alle antworten auf dieselbe Frage, gemessen an denselben Kriterien."
            ),
            remedy=_("Das Gesuch mit Begründung abbrechen und ein neues stellen."),
        )
    await _check_category(conn, form)
    values, closes_at = form.model_dump(mode="python"), end_of_day(form.closes_on)
    if not await store.update_request(conn, request, row_version, values, _keys(form), closes_at):
        raise Stale(
            _("Jemand aus Ihrem Haus hat das Gesuch inzwischen geändert."),
            remedy=_("Seite neu laden und die Änderung noch einmal eintragen."),
        )
    await store.replace_parts(conn, request_id, form.read_items(), form.read_criteria())
    await store.save_budget(conn, request.owner_id, request_id, form.budget_cents)
    note(conn, viewer, "change", request)


async def announce_request(conn: Conn, viewer: Viewer, request_id: UUID) -> str:
    """Open it: number, a task and a notice for every member asked; the number."""
    request = await lock_as_asker(conn, viewer, request_id)
    advance(request.state, RequestEvent.ANNOUNCE)
    check_deadline(request.closes_at, conn.now)
    check_criteria(await store.list_criteria(conn, request_id))
    asked = await store.list_reached(conn, request.audience_keys, request.owner_id)
    if not asked:
        raise Refused(
            _("Das Gesuch erreicht kein anderes Mitglied."),
            rule=_("Ein Gesuch richtet sich an mindestens ein anderes, aktives Mitglied."),
            remedy=_("Im Entwurf andere Mitglieder oder eine andere Region wählen."),
        )
    number = (await draw(conn, "G", conn.today.year))[0]
    await store.mark_announced(conn, request_id, number)
    await assign(conn, number, "request", request.owner_id, request_id)
    await open_tasks(conn, [_answer_task(request, m, number) for m in asked])
    await tell_asked(conn, viewer, "request.opened", request, asked, _("Gesuch offen: {title}"))
    place = Place("request", request_id, sorted({request.owner_id, *asked}))
    await readdress_documents(conn, viewer, place, is_public=request.audience == "all")
    note(conn, viewer, "announce", request, told=asked)
    return number


def _answer_task(request: Request, member_id: UUID, number: str, stage: str = "") -> NewTask:
    title = _("Können wir das? {title} ({number})").format(title=request.title, number=number)
    return NewTask(
        owner_id=member_id, kind=ANSWER_TASK, title=title, object_kind="request",
        object_id=task_id(request.id, member_id), url=f"/requests/{request.id}",
        assignee_role=Role.OFFERING_EDITOR, due_at=request.closes_at,
        dedup=f"{ANSWER_TASK}:{request.id}:{stage}",
    )  # fmt: skip


async def extend_request(
    conn: Conn, viewer: Viewer, request_id: UUID, *, closes_on: date, reason: str
) -> None:
    """A later deadline with a reason, told to everybody asked; open tasks get the new date."""
    request = await lock_as_asker(conn, viewer, request_id)
    advance(request.state, RequestEvent.EXTEND)
    closes_at = end_of_day(closes_on)
    check_extension(request, closes_at, conn.now)
    await store.mark_extended(conn, request_id, closes_at, reason)
    asked = await store.list_reached(conn, request.audience_keys, request.owner_id)
    later = await store.get_request(conn, request_id, viewer.members)
    for member in asked:
        if await close_tasks(conn, task_id(request_id, member)):
            number = request.number or ""
            await open_tasks(conn, [_answer_task(later, member, number, closes_on.isoformat())])
    sentence = _("Frist eines Gesuchs verlängert: {title}")
    await tell_asked(conn, viewer, "request.extended", request, asked, sentence)
    note(conn, viewer, "extend", request, told=asked, reason=reason)


async def cancel_request(conn: Conn, viewer: Viewer, request_id: UUID, reason: str) -> None:
    """Stop a draft or open request with a reason; answers stay sealed for good."""
    request = await lock_as_asker(conn, viewer, request_id)
    advance(request.state, RequestEvent.CANCEL)
    was_open = request.announced_at is not None
    # the asker cannot see the sealed answers that end now: the system ends them
    system = Viewer(scope=Scope.SYSTEM)
    await store.mark_cancelled(conn, request_id, reason)
    asked = (
        await store.list_reached(conn, request.audience_keys, request.owner_id) if was_open else []
    )
    if was_open:
        await conn.act_as(system)
        for owner_id, answer_id, _state, version in await store.end_answers(
            conn, request_id, void=True
        ):
            record(conn, system, "request_answer.end", object_kind="request_answer", object_id=answer_id,
                   owner_id=owner_id, row_version=version)  # fmt: skip
        await conn.act_as(viewer)
        await _close_answer_tasks(conn, request_id, asked)
        sentence = _("Gesuch abgebrochen: {title}")
        await tell_asked(conn, viewer, "request.cancelled", request, asked, sentence)
    note(conn, viewer, "cancel", request, told=asked, reason=reason)


async def _close_answer_tasks(conn: Conn, request_id: UUID, asked: Sequence[UUID]) -> None:
    for member in asked:
        await close_tasks(conn, task_id(request_id, member))


async def close_due_requests(conn: Conn) -> int:
    """Due job: end the requests whose deadline has passed, which opens their answers; how many."""
    system, done = Viewer(scope=Scope.SYSTEM), 0
    for request_id in await store.list_due(conn):
        request = await store.lock_request(conn, request_id)
        if request.state == RequestState.OPEN and request.closes_at <= conn.now:
            await _close(conn, system, request)
            done += 1
    return done


async def _close(conn: Conn, system: Viewer, request: Request) -> None:
    advance(request.state, RequestEvent.DEADLINE)
    await store.mark_closed(conn, request.id)
    for owner_id, answer_id, state, version in await store.end_answers(conn, request.id):
        word = "miss" if state == "missed" else "keep"
        record(conn, system, f"request_answer.{word}", object_kind="request_answer", object_id=answer_id,
               owner_id=owner_id, row_version=version, audience="owner")  # fmt: skip
    # only now the other side learns in feed and documents who answered
    for owner_id, answer_id, version in await store.list_submitted(conn, request.id):
        record(conn, system, "request_answer.open", object_kind="request_answer", object_id=answer_id,
               owner_id=owner_id, party_id=request.owner_id, row_version=version, audience="parties")  # fmt: skip
        place = Place("request_answer", answer_id, sorted({owner_id, request.owner_id}))
        await readdress_documents(conn, system, place, is_public=False, unseal=True)
    asked = await store.list_reached(conn, request.audience_keys, request.owner_id)
    await _close_answer_tasks(conn, request.id, asked)
    await open_tasks(conn, [NewTask(
        owner_id=request.owner_id, kind=WEIGH_TASK, title=_("Gesuch auswerten: {title}").format(title=request.label),
        object_kind="request", object_id=request.id, url=f"/requests/{request.id}/answers",
        assignee_role=Role.DEMAND_EDITOR,
    )])  # fmt: skip
    await notify(
        conn, system, kind="request.closed", owner_id=request.owner_id, object_kind="request", object_id=request.id,
        url=f"/requests/{request.id}/answers", roles=ASKING,
        title=_("Antworten auf Ihr Gesuch liegen offen: {title}").format(title=request.title),
    )  # fmt: skip
    note(conn, system, "deadline", request, told=asked)


async def remind_due_requests(conn: Conn) -> int:
    """Due job: two days before the end everybody asked is reminded once; how many requests."""
    system, done = Viewer(scope=Scope.SYSTEM), 0
    for request_id in await store.list_ending(conn, conn.now + REMIND_BEFORE):
        request = await store.lock_request(conn, request_id)
        await store.mark_reminded(conn, request_id)
        asked = await store.list_reached(conn, request.audience_keys, request.owner_id)
        sentence = _("Antwortfrist endet bald: {title}")
        await tell_asked(conn, system, "request.ending", request, asked, sentence)
        done += 1
    return done
