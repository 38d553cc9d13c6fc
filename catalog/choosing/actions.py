"""What the asking house does after the deadline: mark, choose one answer or none, tell everybody, freeze the evidence.

One person decides: a choice binds nobody yet. It opens the way to an order, and an order has four eyes on each side.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from catalog.answers import store as answers
from catalog.answers.model import AnswerEvent, total_of
from catalog.answers.model import advance as advance_answer
from catalog.choosing import store
from catalog.choosing.evidence import freeze
from catalog.choosing.model import Score, Standing, check_choice, check_reasons, weigh
from catalog.interests.actions import express_interest
from catalog.interests.schemas import NewInterest
from catalog.requests import store as requests
from catalog.requests.actions import WEIGH_TASK, lock_as_asker, note
from catalog.requests.model import (
    Criterion,
    CriterionKind,
    Item,
    Request,
    RequestEvent,
    RequestState,
    advance,
)
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, KdnxError, Refused, Stale
from kdnx.notices.actions import notify
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Scope, Viewer
from kdnx.web.formats import day, eur

WIDE = (Scope.OFFICE, Scope.AUDIT)


async def read_comparison(
    conn: Conn, viewer: Viewer, request: Request
) -> tuple[list[Criterion], list[Item], list[Standing]]:
    """Criteria, quantities and every answer with its marks; Forbidden for others, Refused before the deadline."""
    if not (viewer.acts_for(request.owner_id) or viewer.scope in WIDE):
        raise Forbidden(
            _("Die Angebote sieht nur das suchende Haus."),
            rule=_(
                "Antwortende Mitglieder erfahren ihr eigenes Ergebnis, nicht die Angebote der anderen."
            ),
        )
    if request.state not in (RequestState.CLOSED, RequestState.DECIDED):
        raise Refused(
            _("Die Angebote sind noch verschlossen."),
            rule=_(
                "Bis zum Fristende sieht niemand ein Angebot: nicht das suchende Haus, nicht die Geschäftsstelle."
            ),
            remedy=_("Nach dem Ende der Frist öffnen sich alle Angebote zugleich."),
        )
    criteria = await requests.list_criteria(conn, request.id)
    items = await requests.list_items(conn, request.id)
    sees_all = viewer.scope in WIDE
    entries = []
    for answer in await answers.list_answers(conn, request.id, viewer.members, sees_all=sees_all):
        version = answer.submitted_version or answer.version
        content = await answers.get_content(conn, answer.owner_id, answer.id, version)
        total = total_of(content.prices, items, request.compare_years)
        entries.append(Standing(answer, content, total))
    scores = await store.list_scores(conn, request.id)
    return criteria, items, weigh(criteria, request.price_formula, entries, scores)


async def _lock_closed(conn: Conn, viewer: Viewer, request_id: UUID, row_version: int) -> Request:
    request = await lock_as_asker(conn, viewer, request_id)
    if request.row_version != row_version:
        raise Stale(
            _("Jemand aus Ihrem Haus hat inzwischen an dieser Auswertung gearbeitet."),
            remedy=_("Seite neu laden und die Änderung noch einmal eintragen."),
        )
    return request


async def save_scores(
    conn: Conn, viewer: Viewer, request_id: UUID, row_version: int, scores: Sequence[Score]
) -> None:
    """Keep marks with their reasons; those not named stay as they are."""
    request = await _lock_closed(conn, viewer, request_id, row_version)
    advance(request.state, RequestEvent.DECIDE)
    criteria, _items, entries = await read_comparison(conn, viewer, request)
    kinds = {c.ordinal: c.kind for c in criteria}
    owners = {e.answer.id: e.answer.owner_id for e in entries}
    for score in scores:
        _check_score(score, kinds.get(score.criterion), owners)
    rows = [(owners[s.answer_id], s) for s in scores]
    await store.save_scores(conn, request.owner_id, request_id, rows)
    await requests.touch_request(conn, request_id)
    note(conn, viewer, "weigh", request)


def _check_score(score: Score, kind: str | None, owners: Mapping[UUID, UUID]) -> None:
    name = f"why_{score.answer_id}_{score.criterion}"
    if score.answer_id not in owners or kind in (None, CriterionKind.PRICE):
        raise Invalid(_("Dieses Kriterium oder Angebot gehört nicht zu diesem Gesuch."))
    if (score.is_met is None) != (kind != CriterionKind.MUST) or (score.points is None) == (
        score.is_met is None
    ):
        raise Invalid(
            _("Ein Muss-Kriterium wird mit Ja oder Nein bewertet, jedes andere mit Punkten."),
            errors=[FieldError(name, _("Bitte diese Bewertung prüfen."))],
        )
    if score.points is not None and not 0 <= score.points <= Decimal(10):
        raise Invalid(
            _("Punkte liegen zwischen 0 und 10."), errors=[FieldError(name, _("0 bis 10 Punkte"))]
        )
    if len(score.reason.strip()) < 5:
        message = _("Zu jeder Bewertung gehört eine kurze Begründung.")
        raise Invalid(message, errors=[FieldError(name, message)])


async def decide_request(
    conn: Conn, viewer: Viewer, request_id: UUID, row_version: int, *, answer_id: UUID | None,
    reason: str, reasons: Mapping[UUID, str],
) -> None:  # fmt: skip
    """Choose an answer or none, with reasons; tell each its own, freeze the evidence."""
    request = await _lock_closed(conn, viewer, request_id, row_version)
    advance(request.state, RequestEvent.DECIDE)
    criteria, items, entries = await read_comparison(conn, viewer, request)
    chosen = None if answer_id is None else check_choice(criteria, entries, answer_id, conn.today)
    check_reasons(entries, answer_id, reasons)
    outcome = "none" if chosen is None else "chosen"
    await requests.mark_decided(conn, request_id, outcome, reason)
    for entry in entries:
        is_chosen = entry is chosen
        event = AnswerEvent.CHOOSE if is_chosen else AnswerEvent.LOSE
        state = advance_answer(entry.answer.state, event)
        said = reason if is_chosen else reasons[entry.answer.id].strip()
        await answers.mark_outcome(conn, entry.answer, state.value, said)
        await _tell(conn, viewer, request, entry, said, is_chosen=is_chosen)
    if chosen is not None:
        await _go_on(conn, viewer, request, chosen)
    await close_tasks(conn, request_id, [WEIGH_TASK])
    asked = await requests.list_reached(conn, request.audience_keys, request.owner_id)
    note(conn, viewer, "decide", request, told=asked, reason=reason)
    decided = await requests.get_request(conn, request_id, viewer.members)
    criteria, items, entries = await read_comparison(conn, viewer, decided)
    body, proof = freeze(decided, criteria, items, entries)
    await store.insert_evidence(conn, request.owner_id, request_id, body, proof)


async def _tell(
    conn: Conn, viewer: Viewer, request: Request, entry: Standing, said: str, *, is_chosen: bool
) -> None:
    answer = entry.answer
    record(
        conn, viewer, "request_answer.choose" if is_chosen else "request_answer.lose",
        object_kind="request_answer", object_id=answer.id, owner_id=request.owner_id, party_id=answer.owner_id,
        reason=said, row_version=answer.row_version + 1, audience="parties",
    )  # fmt: skip
    sentence = (
        _("Ihr Angebot wurde gewählt: {title}") if is_chosen else _("Gesuch entschieden: {title}")
    )
    await notify(
        conn, viewer, kind="request.decided", owner_id=answer.owner_id, object_kind="request", object_id=request.id,
        url=f"/requests/{request.id}", roles=(Role.OFFERING_EDITOR,), title=sentence.format(title=request.title),
    )  # fmt: skip


async def _go_on(conn: Conn, viewer: Viewer, request: Request, chosen: Standing) -> None:
    """The way on to the order: an interest in the named offering, else the chosen member publishes one first."""
    if not await _open_interest(conn, viewer, request, chosen):
        await open_tasks(conn, [NewTask(
            owner_id=chosen.answer.owner_id, kind="request.publish",
            object_kind="request_answer", object_id=chosen.answer.id,
            title=_("Leistung zum gewählten Angebot veröffentlichen: {title}").format(title=request.title),
            url=f"/requests/{request.id}", assignee_role=Role.OFFERING_EDITOR,
        )])  # fmt: skip


async def _open_interest(conn: Conn, viewer: Viewer, request: Request, chosen: Standing) -> bool:
    """One thread on from the chosen offer; False where it names no offering that can be ordered now."""
    if chosen.content.offering_id is None:
        return False
    # legal basis and tax case are the provider's to state: it confirms its offer in the thread
    said = _(
        "Aus Gesuch {number}: gewähltes Angebot vom {day}, {yearly} im Jahr und {once} einmalig, netto. {summary}"
    )
    note_text = said.format(
        number=request.number, day=day(chosen.answer.submitted_at), yearly=eur(chosen.total.yearly_cents),
        once=eur(chosen.total.once_cents), summary=chosen.content.summary,
    )  # fmt: skip
    starts_on = max(request.starts_on or conn.today, conn.today)
    wish = NewInterest(
        offering_id=chosen.content.offering_id, starts_on=starts_on, note=note_text[:2000]
    )
    try:
        async with conn.savepoint():
            interest = await express_interest(conn, viewer, wish)
    except KdnxError:  # no longer on offer, or a thread about it is open already
        return False
    await requests.mark_interest(conn, request.id, interest.id)
    return True
