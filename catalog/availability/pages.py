"""The moves of an offering as pages: each with its reason, and with what hangs on it where it ends something."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from starlette.responses import Response

from catalog.availability import actions as availability
from catalog.offerings import actions, store
from catalog.offerings.model import EVENT_LABELS, LABELS, Event, Offering, State
from catalog.offerings.pages import REASONED, moves_of
from catalog.offerings.schemas import MoveForm
from kdnx.errors import NotFound, Refused
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get, post
from kdnx.web.slots import render_slots

DONE = {
    Event.SUBMIT: "Der Entwurf liegt zur Prüfung.",
    Event.PUBLISH: "Die Leistung ist veröffentlicht.",
    Event.RETURN: "Der Entwurf ist zurückgegeben.",
    Event.DISCARD: "Der Entwurf ist verworfen. Es gilt die veröffentlichte Fassung.",
    Event.SUSPEND: "Die Leistung ist ausgesetzt.",
    Event.RESUME: "Die Leistung wird wieder angeboten.",
    Event.RETIRE: "Die Leistung ist eingestellt.",
    Event.RECONFIRM: "Die Angaben sind für zwölf Monate bestätigt.",
}
ENDING = {Event.SUSPEND, Event.RETIRE}


Act = Callable[[Call, UUID, MoveForm], Awaitable[Offering]]


async def _submit(call: Call, id_: UUID, form: MoveForm) -> Offering:
    return await actions.submit_offering(call.conn, call.viewer, id_, form.row_version)


async def _publish(call: Call, id_: UUID, form: MoveForm) -> Offering:
    return await actions.publish_offering(
        call.conn, call.viewer, id_, form.row_version, form.version or 0
    )


async def _return(call: Call, id_: UUID, form: MoveForm) -> Offering:
    return await actions.return_offering(call.conn, call.viewer, id_, form.row_version, form.reason)


async def _discard(call: Call, id_: UUID, form: MoveForm) -> Offering:
    return await availability.discard_draft(call.conn, call.viewer, id_, form.row_version)


async def _suspend(call: Call, id_: UUID, form: MoveForm) -> Offering:
    return await availability.suspend_offering(
        call.conn, call.viewer, id_, form.row_version, form.reason
    )


async def _resume(call: Call, id_: UUID, form: MoveForm) -> Offering:
    return await availability.resume_offering(call.conn, call.viewer, id_, form.row_version)


async def _reconfirm(call: Call, id_: UUID, form: MoveForm) -> Offering:
    return await availability.reconfirm_offering(call.conn, call.viewer, id_, form.row_version)


async def _retire(call: Call, id_: UUID, form: MoveForm) -> Offering:
    return await availability.retire_offering(
        call.conn, call.viewer, id_, form.row_version, form.reason, form.successor_id, form.on
    )


ACTS: Mapping[Event, Act] = {
    Event.SUBMIT: _submit,
    Event.PUBLISH: _publish,
    Event.RETURN: _return,
    Event.DISCARD: _discard,
    Event.SUSPEND: _suspend,
    Event.RESUME: _resume,
    Event.RECONFIRM: _reconfirm,
    Event.RETIRE: _retire,
}


async def move_offering(call: Call) -> Response:
    """Carry out one named move and show the offering again."""
    event = _event(call)
    form = call.form(MoveForm)
    if form.value is None:
        return await _ask(call, event, form, status=422)
    if event in REASONED and len(form.value.reason) < 3:
        return await _ask(
            call, event, form, status=422, reason_error=_("Bitte einen Grund angeben.")
        )
    head = await ACTS[event](call, call.path_id(), form.value)
    if event == Event.RETIRE and head.state != State.RETIRED:
        return call.redirect(f"/offerings/{head.id}", _("Die Einstellung ist geplant."))
    return call.redirect(f"/offerings/{head.id}", _(DONE[event]))


async def ask_move(call: Call) -> Response:
    """The plain page behind the dialog: the reason of a move."""
    return await _ask(call, _event(call), None)


async def _ask(
    call: Call, event: Event, form: Any, *, status: int = 200, reason_error: str = ""
) -> Response:
    head = await store.get_offering(call.conn, call.viewer, call.path_id())
    if event not in {Event(m["event"]) for m in moves_of(call, head, None)}:
        raise Refused(
            _("Das ist im Stand „{state}“ für Sie nicht möglich.").format(
                state=LABELS[State(head.state)]
            ),
            remedy_url=f"/offerings/{head.id}",
        )
    users = (await store.count_users(call.conn, [head.id])).get(head.id, 0)
    return await call.page(
        "availability/move.html",
        status=status,
        head=head,
        event=event.value,
        label=EVENT_LABELS[event],
        form=form,
        reasoned=event in REASONED,
        users=users,
        reason_error=reason_error,
        slot_impact=await render_slots(call, "offering.moving", head.id) if event in ENDING else [],
        earliest=await availability.earliest_end(call.conn, call.viewer, head)
        if event == Event.RETIRE and users
        else None,
        successors=await store.list_successors(call.conn, head) if event == Event.RETIRE else [],
    )


def _event(call: Call) -> Event:
    text = call.path_text("move")
    if text not in {e.value for e in ACTS}:
        raise NotFound(_("Diese Adresse gibt es nicht."))
    return Event(text)


DOORS = (
    get("/offerings/{id}/{move}", ask_move, permission=Permission.CATALOG_READ),
    post("/offerings/{id}/{move}", move_offering, permission=Permission.CATALOG_READ),
)
