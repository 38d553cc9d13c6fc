"""What people do with an answer: save, request release, release, return, revise, withdraw."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Invalid, Refused, Stale
from kdnx.ids import digest, new_id
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer, require
from procurement.demands.model import DemandCall, invitation_id
from procurement.demands.store import get_call
from procurement.responses import store
from procurement.responses.model import (
    Amount,
    Line,
    Match,
    Response,
    ResponseEvent,
    ResponseState,
    advance,
    check_four_eyes,
    check_lines,
    check_matches,
    receipt,
)
from procurement.responses.schemas import FreeIn
from procurement.telling.actions import tell_release

RELEASE_TASK = "demand.release"
Outcome = tuple[int, UUID, str, str]


async def open_call_for(conn: Conn, viewer: Viewer, call_id: UUID) -> DemandCall:
    """The call the viewer's member may answer now; NotFound or Refused otherwise."""
    call = await get_call(conn, call_id, members=viewer.members, member_id=viewer.member_id)
    if not call.is_invited:
        raise Refused(_("Ihr Haus ist zu dieser Bedarfsabfrage nicht eingeladen."))
    if call.state != "open" or call.closes_at <= conn.now:
        raise _too_late()
    return call


def _too_late() -> Refused:
    return Refused(
        _("Die Antwortfrist dieser Bedarfsabfrage ist abgelaufen."),
        rule=_("Nach Ablauf der Frist werden Antworten nicht mehr geändert (Gleichbehandlung)."),
        remedy=_(
            "Einen freien Bedarf melden oder die einladende Stelle um Verlängerung der nächsten Abfrage bitten."
        ),
    )


def _note(
    conn: Conn, viewer: Viewer, action: str, response: Response, reason: str | None = None
) -> None:
    record(conn, viewer, f"demand_response.{action}", object_kind="demand_response", object_id=response.id,
           owner_id=response.owner_id, party_id=response.lead_id, reason=reason, row_version=response.row_version + 1,
           audience="parties" if response.lead_id else "owner")  # fmt: skip


async def save_response(
    conn: Conn, viewer: Viewer, call_id: UUID, lines: Sequence[Line], outcomes: Sequence[Outcome] = (),
    *, row_version: int | None = None,
) -> Response:  # fmt: skip
    """Save the whole draft as a new version; Stale when `row_version` is not the current one."""
    require(viewer, Permission.DEMAND_ANSWER)
    # a call that is being closed is waited for: no draft may be born in a closed one
    await store.hold_call(conn, call_id)
    call = await open_call_for(conn, viewer, call_id)
    owner = viewer.owner_id
    found = await store.find_response(conn, owner, call_id)
    if found is None:
        await store.insert_response(conn, owner, new_id(), call_id, call.lead_id, call.title)
        found = await store.find_response(conn, owner, call_id)
    if found is None:
        raise Refused(
            _("Die Antwort ließ sich nicht anlegen."), remedy=_("Bitte noch einmal speichern.")
        )
    return await _save(conn, viewer, found, lines, outcomes, row_version=row_version)


async def _save(
    conn: Conn, viewer: Viewer, found: Response, lines: Sequence[Line], outcomes: Sequence[Outcome],
    *, row_version: int | None = None,
) -> Response:  # fmt: skip
    held = await store.lock_response(conn, found.owner_id, found.id)
    if row_version is not None and held.row_version != row_version:
        raise Stale(
            _("Jemand aus Ihrem Haus hat die Antwort inzwischen gespeichert."),
            remedy=_("Seite neu laden und die Änderung noch einmal eintragen."),
        )
    advance(held.state, ResponseEvent.SAVE)
    version = await store.mark_saved(conn, held.owner_id, held.id, found.title, viewer.principal)
    await store.insert_lines(conn, [(held.owner_id, held.id, version, line) for line in lines])
    if outcomes:
        await _record_outcomes(conn, held, lines, outcomes)
    _note(conn, viewer, "save", held)
    return await store.get_response(conn, held.owner_id, held.id)


async def _record_outcomes(
    conn: Conn, held: Response, lines: Sequence[Line], outcomes: Sequence[Outcome]
) -> None:
    offered = {(m.ordinal, m.offering_id): m for m in await store.list_matches(conn, held, lines)}
    said: list[Match] = []
    for ordinal, offering_id, outcome, reason in outcomes:
        match = offered.get((ordinal, offering_id))
        if match is None:
            continue
        if outcome != "suits" and len(reason.strip()) < 5:
            raise Invalid(_("Zu „{title}“ fehlt die Begründung.").format(title=match.title))
        said.append(replace(match, outcome=outcome, reason=reason.strip()))
    await store.save_outcomes(conn, held, said)


async def request_release(conn: Conn, viewer: Viewer, response: Response) -> None:
    """Give the saved draft to a second person; in-house matches must have been looked at."""
    require(viewer, Permission.DEMAND_ANSWER)
    held = await _held(conn, viewer, response)
    advance(held.state, ResponseEvent.REQUEST_RELEASE)
    lines = await store.list_lines(conn, held.owner_id, held.id, held.version)
    check_lines(lines)
    check_matches(await store.list_matches(conn, held, lines))
    await _mark(conn, held, ResponseState.AWAITING_RELEASE, principal=viewer.principal)
    await open_tasks(
        conn,
        [
            NewTask(
                owner_id=held.owner_id,
                kind=RELEASE_TASK,
                title=_("Bedarfsmeldung freigeben: {title}").format(title=held.title),
                object_kind="demand_response",
                object_id=held.id,
                url=_url(held),
                assignee_role=Role.DEMAND_APPROVER,
                not_person_id=viewer.principal,
            )
        ],
    )
    await tell_release(
        conn, viewer, owner_id=held.owner_id, response_id=held.id, title=held.title, url=_url(held)
    )
    _note(conn, viewer, "request_release", held)


def _url(held: Response) -> str:
    return f"/demands/{held.call_id}/response" if held.call_id else f"/demands/free/{held.id}"


async def _held(conn: Conn, viewer: Viewer, response: Response) -> Response:
    if not viewer.acts_for(response.owner_id):
        raise Refused(_("Eine Antwort bearbeitet nur das Mitglied, das sie gibt."))
    # lock order: the call before the answer, as the closing of the call does
    if response.call_id:
        await store.hold_call(conn, response.call_id)
    return await store.lock_response(conn, response.owner_id, response.id)


async def _mark(
    conn: Conn,
    held: Response,
    state: ResponseState,
    *,
    principal: UUID | None = None,
    reason: str | None = None,
) -> None:
    if not await store.mark_state(conn, held, state.value, principal=principal, reason=reason):
        raise _too_late()


async def release_response(
    conn: Conn, viewer: Viewer, response: Response, *, row_version: int | None = None
) -> bytes:
    """Submit by a second person of the member; the hash of the receipt."""
    require(viewer, Permission.DEMAND_RELEASE)
    held = await _held(conn, viewer, response)
    if row_version is not None and held.row_version != row_version:
        raise Stale(
            _("Die Antwort hat sich geändert, seit Sie sie gelesen haben."),
            remedy=_("Seite neu laden und erneut prüfen."),
        )
    advance(held.state, ResponseEvent.RELEASE)
    check_four_eyes(held, viewer.principal)
    lines = await store.list_lines(conn, held.owner_id, held.id, held.version)
    proof = receipt(held.owner_id, held.id, held.call_id, held.version, lines, conn.now)
    if not await store.mark_released(conn, held, viewer.principal, proof):
        raise _too_late()
    await close_tasks(conn, held.id, [RELEASE_TASK])
    if held.call_id:
        await close_tasks(conn, invitation_id(held.call_id, held.owner_id))
    _note(conn, viewer, "release", held)
    return proof


async def return_response(conn: Conn, viewer: Viewer, response: Response, reason: str) -> None:
    """Give it back to the author with a reason."""
    require(viewer, Permission.DEMAND_RELEASE)
    held = await _held(conn, viewer, response)
    await _mark(conn, held, advance(held.state, ResponseEvent.RETURN), reason=reason)
    await close_tasks(conn, held.id, [RELEASE_TASK])
    _note(conn, viewer, "return", held, reason)


async def revise_response(conn: Conn, viewer: Viewer, response: Response) -> None:
    """Open it again before the deadline; what was submitted counts until the new version is."""
    require(viewer, Permission.DEMAND_ANSWER)
    held = await _held(conn, viewer, response)
    await _mark(conn, held, advance(held.state, ResponseEvent.REVISE))
    _note(conn, viewer, "revise", held)


async def withdraw_response(conn: Conn, viewer: Viewer, response: Response) -> None:
    """Take it back before the deadline."""
    require(viewer, Permission.DEMAND_ANSWER)
    held = await _held(conn, viewer, response)
    await _mark(conn, held, advance(held.state, ResponseEvent.WITHDRAW))
    await close_tasks(conn, held.id, [RELEASE_TASK])
    _note(conn, viewer, "withdraw", held)


async def save_free_demand(
    conn: Conn, viewer: Viewer, form: FreeIn, years: Mapping[int, Amount], rest: Mapping[str, Any],
    response_id: UUID | None = None, outcomes: Sequence[Outcome] = (),
) -> Response:  # fmt: skip
    """A demand outside any call, with one line; saving again replaces it."""
    require(viewer, Permission.DEMAND_ANSWER)
    owner = viewer.owner_id
    if response_id is None:
        response_id = new_id()
        await store.insert_response(conn, owner, response_id, None, None, form.title)
    found = await store.get_response(conn, owner, response_id)
    line = Line(
        ordinal=1, title=form.title, cpv=form.cpv, unit=form.unit, spec=form.spec, years=years,
        spec_hash=digest("spec.v1", form.cpv, form.unit, form.title.casefold(), form.spec), **rest,
    )  # fmt: skip
    return await _save(conn, viewer, replace(found, title=form.title), [line], outcomes)
