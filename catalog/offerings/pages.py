"""One offering: its page, its versions, and what people do with it."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from catalog.announcing.actions import reach
from catalog.attributes.model import missing_answers
from catalog.attributes.store import get_schema
from catalog.attributes.texts import by_group
from catalog.categories import store as categories
from catalog.classification.model import leika_text
from catalog.contents import store as contents
from catalog.contents.model import (
    CONTACT_LABELS,
    PROTECTION_LABELS,
    Version,
    missing,
)
from catalog.contents.quality import assess
from catalog.offerings import store
from catalog.offerings.facts import audience_rows, key_facts, name_codes
from catalog.offerings.model import (
    EVENT_LABELS,
    LABELS,
    STATE_KINDS,
    Event,
    Offering,
    is_fresh,
    possible,
)
from catalog.prices.model import (
    KIND_LABELS,
    PRO_RATA_LABELS,
    TIER_LABELS,
    price_text,
)
from catalog.prices.wording import notes
from kdnx.documents.model import Visibility
from kdnx.documents.panel import Panel, panel_of
from kdnx.errors import NotFound
from kdnx.members.store import list_members
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get
from kdnx.web.slots import render_slots

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
ALSO = {Event.RETURN: Permission.OFFERING_EDIT, Event.SUSPEND: Permission.OFFERING_PUBLISH}
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


# sections of other features below 10 belong to the prices, the others follow the conditions
BESIDE_PRICES, FURTHER_DOWN = range(10), range(10, 10_000)


async def show_offering(call: Call) -> Response:
    """Everything about one offering."""
    head = await store.get_offering(call.conn, call.viewer, call.path_id())
    versions = await contents.list_versions(call.conn, call.viewer, head.id)
    is_own = call.viewer.acts_for(head.owner_id)
    shown = next((v for v in versions if v.version == head.published_version), versions[0])
    draft = next((v for v in versions if v.version == head.draft_version), None)
    contacts = (await contents.list_contacts(call.conn, [head.id])).get(head.id, [])
    members = {m.id: m.short_name or m.name for m in await list_members(call.conn)}
    successor = await _successor(call, head)
    users = (await store.count_users(call.conn, [head.id])).get(head.id, 0)
    asked = await get_schema(call.conn, (draft or shown).category_id)
    answered = await get_schema(call.conn, shown.category_id, shown.schema_version)
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
        is_fresh=is_own and is_fresh(head, call.conn.now),
        gaps=missing(draft, contacts, asked) if draft and is_own else [],
        owed=missing_answers(shown.attributes, asked) if is_own and head.published_version else [],
        quality=assess(draft or shown, contacts, asked, has_proof=bool(head.certified_until))
        if is_own
        else None,
        facts=key_facts(head, shown, users, today=call.conn.today),
        answers=by_group(shown.attributes, answered),
        cpv=name_codes(shown.cpv),
        leika=[leika_text(key) for key in shown.leika],
        moves=moves_of(call, head, draft),
        users=users,
        user_names=[members.get(m, "") for m in await store.list_users(call.conn, head.id)]
        if is_own
        else [],
        audiences=audience_rows(
            shown, members, sees_names=is_own or contents.sees_all(call.viewer)
        ),
        category=(await categories.get_category(call.conn, shown.category_id)).name,
        slot_actions=await render_slots(call, "offering.actions", head.id),
        slot_prices=await render_slots(call, "offering.sections", head.id, orders=BESIDE_PRICES),
        slot_sections=await render_slots(call, "offering.sections", head.id, orders=FURTHER_DOWN),
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
        "notes_of": notes,
    }


async def _successor(call: Call, head: Offering) -> Offering | None:
    if head.successor_id is None:
        return None
    try:
        return await store.get_offering(call.conn, call.viewer, head.successor_id)
    except NotFound:
        return None


def moves_of(call: Call, head: Offering, draft: Version | None) -> list[dict[str, Any]]:
    """The buttons of this viewer: event, German label, whether a reason is asked for."""
    if not call.viewer.acts_for(head.owner_id):
        return []
    allowed = possible(head)
    person = call.viewer.person_id
    wrote = draft is not None and person in {draft.author, draft.submitted_by, *draft.editors}
    out = []
    for event in ORDER:
        # who writes may take a draft back, who publishes may stop what was published by mistake
        also = ALSO.get(event)
        may = call.viewer.may(NEEDED[event]) or (also is not None and call.viewer.may(also))
        if event not in allowed or not may:
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


DOORS = (get("/offerings/{id}", show_offering, permission=Permission.CATALOG_READ),)
