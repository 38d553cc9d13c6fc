"""One offering: its page, its versions, and what people do with it."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from markupsafe import Markup
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import Response

from catalog.announcing.actions import reach
from catalog.availability import actions as availability
from catalog.categories import store as categories
from catalog.contents import store as contents
from catalog.contents.model import (
    CONTACT_LABELS,
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    TAX_LABELS,
    Version,
    audience_text,
    missing,
)
from catalog.offerings import actions, store
from catalog.offerings.model import (
    EVENT_LABELS,
    LABELS,
    STATE_KINDS,
    Event,
    Offering,
    State,
    possible,
)
from catalog.offerings.schemas import MoveForm
from catalog.prices.model import (
    KIND_LABELS,
    PRO_RATA_LABELS,
    TIER_LABELS,
    Quantities,
    estimate,
    price_text,
)
from kdnx.documents.model import Visibility
from kdnx.documents.panel import Panel, panel_of
from kdnx.errors import NotFound, Refused
from kdnx.members.store import get_member, list_members
from kdnx.module import Module
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.page import make_shell
from kdnx.web.routing import Call, get, post

NEEDED = {
    Event.SUBMIT: Permission.OFFERING_EDIT,
    Event.PUBLISH: Permission.OFFERING_PUBLISH,
    Event.RETURN: Permission.OFFERING_PUBLISH,
    Event.DISCARD: Permission.OFFERING_EDIT,
    Event.SUSPEND: Permission.OFFERING_EDIT,
    Event.RESUME: Permission.OFFERING_PUBLISH,
    Event.RETIRE: Permission.OFFERING_PUBLISH,
    Event.RECONFIRM: Permission.OFFERING_EDIT,
}
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
REASONED = {Event.RETURN, Event.SUSPEND, Event.RETIRE}
ORDER = (
    Event.SUBMIT,
    Event.PUBLISH,
    Event.RETURN,
    Event.DISCARD,
    Event.RECONFIRM,
    Event.RESUME,
    Event.SUSPEND,
    Event.RETIRE,
)


# people type 1.200 for twelve hundred
Count = Annotated[
    int, BeforeValidator(lambda v: re.sub(r"[.\s]", "", v) if isinstance(v, str) else v)
]


class CalculatorQuery(BaseModel):
    """Quantities of my organisation; inhabitants come from the register unless typed."""

    inhabitants: Count | None = Field(None, ge=0, le=100_000_000)
    workplaces: Count = Field(0, ge=0, le=10_000_000)
    quantity: Count = Field(0, ge=0, le=10**12)


async def show_offering(call: Call) -> Response:
    """Everything about one offering."""
    head = await store.get_offering(call.conn, call.viewer, call.path_id())
    versions = await contents.list_versions(call.conn, call.viewer, head.id)
    is_own = call.viewer.acts_for(head.owner_id)
    shown = next((v for v in versions if v.version == head.published_version), versions[0])
    draft = next((v for v in versions if v.version == head.draft_version), None)
    contacts = (await contents.list_contacts(call.conn, [head.id])).get(head.id, [])
    query = call.query(CalculatorQuery)
    members = {m.id: m.short_name or m.name for m in await list_members(call.conn)}
    successor = await _successor(call, head)
    return await call.page(
        "offerings/show.html",
        head=head,
        version=shown,
        versions=versions,
        draft=draft,
        contacts=contacts,
        is_own=is_own,
        owner=members.get(head.owner_id, ""),
        successor=successor,
        gaps=missing(draft, contacts) if draft and is_own else [],
        moves=moves_of(call, head, draft),
        users=(await store.count_users(call.conn, [head.id])).get(head.id, 0),
        user_names=[members.get(m, "") for m in await store.list_users(call.conn, head.id)]
        if is_own
        else [],
        audiences=[
            (audience_text(a, members), LEGAL_BASIS_LABELS, TAX_LABELS, a) for a in shown.audiences
        ],
        category=(await categories.get_category(call.conn, shown.category_id)).name,
        query=query,
        inhabitants=await _inhabitants(call, query),
        estimate=await _estimate(call, query, shown),
        slot_actions=await render_slots(call, "offering.actions", head.id),
        slot_sections=await render_slots(call, "offering.sections", head.id),
        panel=await _documents(call, head),
        **labels(),
    )


async def _documents(call: Call, head: Offering) -> Panel:
    """Its documents: for the audience once published (publishing hands them over), for the own house before."""
    audience, members = "", list[UUID]()
    if head.published_version:
        audience, members = await reach(call.conn, head.audience_keys)
    readers = Visibility.PUBLIC if audience == "public" else Visibility.PARTIES
    return await panel_of(
        call, "offering", head.id, url=f"/offerings/{head.id}", party_ids=members,
        visibilities=(readers, Visibility.OFFICE), may_add=call.viewer.acts_for(head.owner_id),
    )  # fmt: skip


def labels() -> dict[str, Any]:
    """German words for the codes on the pages of offerings."""
    return {
        "state_labels": LABELS,
        "state_kinds": STATE_KINDS,
        "kind_labels": KIND_LABELS,
        "tier_labels": TIER_LABELS,
        "pro_rata_labels": PRO_RATA_LABELS,
        "protection_labels": PROTECTION_LABELS,
        "contact_labels": CONTACT_LABELS,
        "unit_of": price_text,
    }


async def _successor(call: Call, head: Offering) -> Offering | None:
    if head.successor_id is None:
        return None
    try:
        return await store.get_offering(call.conn, call.viewer, head.successor_id)
    except NotFound:
        return None


async def _inhabitants(call: Call, query: CalculatorQuery) -> int:
    if query.inhabitants is not None or call.viewer.member_id is None:
        return query.inhabitants or 0
    return (await get_member(call.conn, call.viewer.member_id)).inhabitants or 0


async def _estimate(call: Call, query: CalculatorQuery, version: Version) -> Any:
    quantities = Quantities(
        Decimal(await _inhabitants(call, query)), Decimal(query.workplaces), Decimal(query.quantity)
    )
    return estimate(version.prices, quantities)


def moves_of(call: Call, head: Offering, draft: Version | None) -> list[dict[str, Any]]:
    """The buttons of this viewer: event, German label, whether a reason is asked for."""
    if not call.viewer.acts_for(head.owner_id):
        return []
    allowed = possible(head)
    person = call.viewer.person_id
    wrote = draft is not None and person in {draft.author, draft.submitted_by, *draft.editors}
    out = []
    for event in ORDER:
        own_return = event == Event.RETURN and call.viewer.may(Permission.OFFERING_EDIT)
        if event not in allowed or not (call.viewer.may(NEEDED[event]) or own_return):
            continue
        if event == Event.PUBLISH and wrote:
            continue
        label = EVENT_LABELS[event]
        out.append(
            {
                "event": event.value,
                "label": label[0].upper() + label[1:],
                "reasoned": event in REASONED,
            }
        )
    return out


async def render_slots(call: Call, name: str, key: object) -> list[Markup]:
    """What other modules show at a place of this page, in their order."""
    modules: Sequence[Module] = call.house.modules
    shell = make_shell(call.house, call.request, call.viewer, 0)
    pieces = []
    for slot in sorted(
        (s for m in modules for s in m.slots if s.name == name), key=lambda s: s.order
    ):
        given = await slot.render(call.conn, call.viewer, key)
        if given is not None:
            template, values = given
            around = {
                "shell": shell,
                "viewer": call.viewer,
                "now": call.conn.now,
                "today": call.conn.today,
            }
            piece = call.house.env.get_template(template).render({**around, **values})
            pieces.append(Markup(piece))  # noqa: S704  # a template of ours, escaped by Jinja
    return pieces


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
        call.conn, call.viewer, id_, form.row_version, form.reason, form.successor_id
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
        "offerings/move.html",
        status=status,
        head=head,
        event=event.value,
        label=EVENT_LABELS[event],
        form=form,
        reasoned=event in REASONED,
        users=users,
        reason_error=reason_error,
        successors=await store.list_successors(call.conn, head) if event == Event.RETIRE else [],
    )


def _event(call: Call) -> Event:
    text = call.path_text("move")
    if text not in {e.value for e in ACTS}:
        raise NotFound(_("Diese Adresse gibt es nicht."))
    return Event(text)


DOORS = (
    get("/offerings/{id}", show_offering, permission=Permission.CATALOG_READ),
    get("/offerings/{id}/{move}", ask_move, permission=Permission.CATALOG_READ),
    post("/offerings/{id}/{move}", move_offering, permission=Permission.CATALOG_READ),
)
