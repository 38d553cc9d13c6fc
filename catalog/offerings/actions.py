"""What people do with offerings: write, submit, publish, suspend, retire, confirm; and who uses them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import asyncpg

from catalog.announcing.actions import tell, tell_narrowed
from catalog.attributes.model import Schema
from catalog.attributes.store import get_schema
from catalog.contents import store as contents
from catalog.contents.actions import check_body
from catalog.contents.model import Contact, Version, check_second_person, missing
from catalog.contents.schemas import ContactsBody, OfferingBody, to_version
from catalog.offerings import store
from catalog.offerings.model import RECONFIRM_MONTHS, Event, Offering, State, add_months, advance
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.numbers.actions import assign, draw
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

SERIES = "KL"


async def create_offering(conn: Conn, viewer: Viewer, body: OfferingBody) -> Offering:
    """A draft of the viewer's own house; Invalid when its reference is taken or a named thing is unknown."""
    require(viewer, Permission.OFFERING_EDIT)
    owner = viewer.owner_id
    body, schema = await check_body(conn, body)
    number = (await draw(conn, SERIES, conn.today.year, 1))[0]
    head = Offering(
        id=new_id(),
        owner_id=owner,
        number=number,
        reference=body.reference or number,
        state=State.DRAFT,
        category_id=body.category_id,
        title=body.title,
        row_version=1,
        updated_at=conn.now,
        draft_version=1,
    )
    try:
        async with conn.savepoint():
            await store.insert_offerings(conn, [head])
    except asyncpg.UniqueViolationError:
        message = _("Diese Kennung trägt schon eine andere Leistung Ihres Hauses.")
        raise Invalid(message, errors=[FieldError("reference", message, "taken")]) from None
    await assign(conn, number, "offering", owner, head.id)
    await _write(conn, viewer, head, body, schema)
    _note(conn, viewer, "offering.create", head, audience="owner")
    return await store.get_offering(conn, viewer, head.id)


async def save_draft(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, body: OfferingBody
) -> Offering:
    """Write the draft; for what is already public this makes a new version and the state stays."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_EDIT, row_version)
    if head.state == State.RETIRED:
        raise Refused(
            _("Eine eingestellte Leistung wird nicht mehr geändert."),
            remedy=_("Legen Sie eine neue Leistung an."),
        )
    if head.draft_submitted:
        raise Refused(
            _("Der Entwurf liegt zur Prüfung und ist bis dahin geschlossen."),
            remedy=_("Erst zurückgeben, dann ändern."),
        )
    if body.reference not in ("", head.reference):
        message = _("Die eigene Kennung bleibt, wie sie ist: Aufträge und Dateien nennen sie.")
        raise Invalid(message, errors=[FieldError("reference", message, "fixed")])
    body, schema = await check_body(conn, body)
    editors: tuple[UUID, ...] = ()
    if head.draft_version:
        editors = tuple(
            (await contents.get_version(conn, viewer, head.id, head.draft_version)).editors
        )
    else:
        head = replace(head, draft_version=(head.published_version or 0) + 1)
    head = await store.mark_offering(conn, head)
    await _write(conn, viewer, head, body, schema, editors)
    _note(conn, viewer, "offering.save", head, audience="owner")
    return head


async def _write(
    conn: Conn, viewer: Viewer, head: Offering, body: OfferingBody, schema: Schema,
    editors: Sequence[UUID] = (),
) -> None:  # fmt: skip
    who = viewer.principal
    everybody = tuple(dict.fromkeys((*editors, *((who,) if who else ()))))
    version = to_version(
        body, head.id, head.draft_version or 1, author=who, editors=everybody, schema_version=schema.version
    )  # fmt: skip
    await contents.write_versions(conn, [version])
    await contents.write_contacts(conn, [(head.id, contact_list(body.contacts))])
    await store.show_face(conn, [head.id])


def contact_list(contacts: ContactsBody) -> list[Contact]:
    """The contacts that have a name."""
    named = [(role, getattr(contacts, role)) for role in ContactsBody.model_fields]
    return [
        Contact(role, c.name, c.email, c.phone, c.deputy, c.deputy_email)
        for role, c in named
        if c and c.name
    ]


async def submit_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int
) -> Offering:
    """Ask the second person; Refused names what is still missing."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_EDIT, row_version)
    state = advance(head.state, Event.SUBMIT)
    version = await _draft(conn, viewer, head)
    if head.draft_submitted:
        raise Refused(_("Der Entwurf liegt schon zur Prüfung."))
    contacts = (await contents.list_contacts(conn, [head.id])).get(head.id, [])
    schema = await get_schema(conn, version.category_id)
    if gaps := missing(version, contacts, schema):
        raise Refused(
            _("Es fehlt noch: ") + ", ".join(words for _field, words in gaps) + ".",
            rule=_("Veröffentlicht wird nur, was vollständig ist."),
            remedy=_("Ergänzen Sie die Angaben und geben Sie den Entwurf dann zur Prüfung."),
            remedy_url=f"/offerings/{head.id}/edit",
            errors=[FieldError(name, words, "missing") for name, words in gaps],
        )
    await contents.mark_submitted(conn, head.id, version.version, viewer.principal)
    head = await store.mark_offering(
        conn, replace(head, state=state, draft_submitted=True, state_reason=_kept(head))
    )
    await close_tasks(conn, head.id, ["offering.rework"])
    await open_tasks(
        conn,
        [
            NewTask(
                owner_id=head.owner_id,
                kind="offering.publish",
                title=_("Leistung prüfen: {title}").format(title=version.title),
                object_kind="offering",
                object_id=head.id,
                url=f"/offerings/{head.id}/versions/{version.version}",
                assignee_role=Role.OFFERING_APPROVER,
                not_person_id=viewer.principal,
            )
        ],
    )
    _note(conn, viewer, "offering.submit", head, audience="owner")
    return head


async def publish_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, version_number: int
) -> Offering:
    """The second person publishes exactly the version that was read (four eyes, bound to the version)."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_PUBLISH, row_version)
    state = advance(head.state, Event.PUBLISH)
    if not head.draft_submitted:
        raise Refused(
            _("Zur Prüfung liegt nichts vor."),
            remedy=_("Der Entwurf wird zuerst zur Prüfung gegeben."),
        )
    if version_number != head.draft_version:
        raise Stale(_("Zur Prüfung liegt eine andere Fassung als die, die Sie gelesen haben."))
    version = await _draft(conn, viewer, head)
    check_second_person(version, viewer.person_id)
    if not await contents.approve_version(conn, version, viewer.person_id):
        raise Stale(_("Diese Fassung wurde inzwischen geändert."))
    before = tuple(head.audience_keys)
    head = await store.mark_offering(
        conn,
        replace(
            head,
            state=state,
            published_version=version.version,
            draft_version=None,
            draft_submitted=False,
            state_reason=_kept(head),
            published_at=conn.now,
            reconfirm_due=add_months(conn.today, RECONFIRM_MONTHS),
        ),
    )
    await store.show_face(conn, [head.id])
    head = await store.get_offering(conn, viewer, head.id)
    await close_tasks(
        conn,
        head.id,
        ["offering.publish", "offering.rework", "offering.reconfirm", "offering.upgrade"],
    )
    await tell_narrowed(conn, viewer, head, before)
    await tell(conn, viewer, "offering.publish", head)
    return head


async def return_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, reason: str
) -> Offering:
    """Back to the author with a reason; the author may take the draft back the same way."""
    may_publish = viewer.may(Permission.OFFERING_PUBLISH)
    needed = Permission.OFFERING_PUBLISH if may_publish else Permission.OFFERING_EDIT
    head = await own_offering(conn, viewer, offering_id, needed, row_version)
    state = advance(head.state, Event.RETURN)
    if not head.draft_submitted:
        raise Refused(_("Zur Prüfung liegt nichts vor."))
    why = reason_of(reason)
    head = await store.mark_offering(
        conn, replace(head, state=state, draft_submitted=False, state_reason=_kept(head))
    )
    await close_tasks(conn, head.id, ["offering.publish"])
    await open_tasks(
        conn,
        [
            NewTask(
                owner_id=head.owner_id,
                kind="offering.rework",
                title=_("Entwurf überarbeiten: {why}").format(why=why[:120]),
                object_kind="offering",
                object_id=head.id,
                url=f"/offerings/{head.id}/edit",
                assignee_role=Role.OFFERING_EDITOR,
            )
        ],
    )
    _note(conn, viewer, "offering.return", head, audience="owner", reason=why)
    return head


def reason_of(reason: str) -> str:
    """The reason, Invalid when it says nothing."""
    text = reason.strip()
    if len(text) < 3:
        message = _("Bitte einen Grund angeben.")
        raise Invalid(message, errors=[FieldError("reason", message, "missing")])
    return text


async def mark_uses(conn: Conn, rows: Sequence[tuple[UUID, UUID, date, date | None]]) -> None:
    """Who uses what from when to when; belongs to the order that is being written and recorded."""
    if rows:
        await store.mark_uses(conn, rows)


def _kept(head: Offering) -> str:
    return head.state_reason if head.state == State.SUSPENDED else ""


async def _draft(conn: Conn, viewer: Viewer, head: Offering) -> Version:
    if head.draft_version is None:
        raise Refused(_("Es gibt keinen Entwurf."), remedy=_("Bearbeiten Sie die Leistung zuerst."))
    return await contents.get_version(conn, viewer, head.id, head.draft_version)


async def own_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, permission: Permission, row_version: int
) -> Offering:
    """The viewer's own offering, locked at the version seen; NotFound, Forbidden or Stale."""
    require(viewer, permission)
    seen = await store.get_offering(conn, viewer, offering_id)
    if not viewer.acts_for(seen.owner_id) and viewer.scope != Scope.SYSTEM:
        raise Forbidden(
            _("Diese Leistung gehört einem anderen Mitglied."),
            rule=_("Eine Leistung ändert nur das Mitglied, das sie anbietet."),
        )
    head = await store.lock_offering(conn, viewer, offering_id)
    if head.row_version != row_version:
        raise Stale(
            _("Diese Leistung wurde inzwischen geändert."),
            remedy=_(
                "Lesen Sie den neuen Stand und wiederholen Sie die Änderung, wenn sie noch passt."
            ),
            remedy_url=f"/offerings/{head.id}",
        )
    return head


def _note(
    conn: Conn,
    viewer: Viewer,
    action: str,
    head: Offering,
    *,
    audience: str,
    reason: str | None = None,
) -> None:
    record(
        conn,
        viewer,
        action,
        object_kind="offering",
        object_id=head.id,
        owner_id=head.owner_id,
        reason=reason,
        row_version=head.row_version,
        audience=audience,
    )
