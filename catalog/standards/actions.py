"""What people do with standards: write, hand over, adopt as a second person, withdraw."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from catalog.capabilities.store import list_capabilities
from catalog.standards import store
from catalog.standards.model import Event, Standard, State, Version, advance, gaps
from catalog.standards.schemas import StandardBody
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import hub_on
from kdnx.notices.actions import notify_members
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

BATCH = 200
REVIEW_NOTICE_DAYS = 30
SYSTEM = Viewer(scope=Scope.SYSTEM)


def may_edit(viewer: Viewer, head: Standard) -> bool:
    """The working group's own house, or the office."""
    mine = viewer.acts_for(head.owner_id) or viewer.scope == Scope.OFFICE
    return mine and viewer.may(Permission.STANDARD_EDIT)


def may_adopt(viewer: Viewer, head: Standard) -> bool:
    """A second person of the same house, or the office; who wrote it never."""
    mine = viewer.acts_for(head.owner_id) or viewer.scope == Scope.OFFICE
    return mine and viewer.may(Permission.STANDARD_ADOPT)


async def create_standard(conn: Conn, viewer: Viewer, body: StandardBody) -> Standard:
    """A new standard in draft."""
    require(viewer, Permission.STANDARD_EDIT)
    head = Standard(new_id(), viewer.owner_id, body.working_group, body.title, draft_version=1)
    await store.insert_standard(conn, head)
    await store.insert_version(conn, _version(head, 1, body, viewer, ()))
    _note(conn, viewer, "standard.create", head)
    return await store.get_standard(conn, head.id)


async def save_standard(
    conn: Conn, viewer: Viewer, standard_id: UUID, row_version: int, body: StandardBody
) -> Standard:
    """Write the draft; where there is none, the next version begins as a draft."""
    head = await _lock(conn, viewer, standard_id, row_version, Permission.STANDARD_EDIT)
    versions = (await store.list_versions(conn, [head.id]))[head.id]
    draft = next((v for v in versions if v.version == head.draft_version), None)
    number = draft.version if draft else versions[0].version + 1
    who = {viewer.person_id} if viewer.person_id else set()
    wrote = (draft.wrote if draft else set()) | who
    version = _version(head, number, body, viewer, tuple(sorted(wrote, key=str)))
    if draft is None:
        await store.insert_version(conn, version)
    else:
        await store.change_draft(conn, replace(version, author=draft.author))
        await close_tasks(conn, head.id, ["standard.adopt"])
    face = body.title if head.current_version is None else head.title
    changed = replace(head, working_group=body.working_group, title=face, draft_version=number)
    await store.mark_standard(conn, changed)
    _note(conn, viewer, "standard.save", changed)
    return await store.get_standard(conn, head.id)


def _version(
    head: Standard, number: int, body: StandardBody, viewer: Viewer, editors: tuple[UUID, ...]
) -> Version:
    return Version(
        head.id, number, State.DRAFT, body.title, body.text, body.binding, body.change_note,
        body.valid_from, body.review_on, viewer.principal, editors,
    )  # fmt: skip


async def submit_standard(
    conn: Conn, viewer: Viewer, standard_id: UUID, row_version: int
) -> Standard:
    """Ask the second person to adopt; Refused while something is missing."""
    head = await _lock(conn, viewer, standard_id, row_version, Permission.STANDARD_EDIT)
    draft = await _draft(conn, head)
    if missing := gaps(draft):
        raise Refused(_("Es fehlt noch: ") + ", ".join(missing))
    await store.submit_draft(conn, head.id, draft.version)
    await store.mark_standard(conn, head)
    hub = await hub_on(conn, conn.today)
    title = _("Standard beschließen: {title}").format(title=draft.title)
    roles = {hub: Role.CONTRACT_MANAGER, head.owner_id: Role.WORKING_GROUP_LEAD}
    await open_tasks(conn, [NewTask(
        owner_id=owner, kind="standard.adopt", title=title, object_kind="standard", object_id=head.id,
        url=f"/standards/{head.id}", assignee_role=role, not_person_id=viewer.person_id,
        dedup=f"standard.adopt:{head.id}:{draft.version}",
    ) for owner, role in roles.items()])  # fmt: skip
    _note(conn, viewer, "standard.submit", head)
    return await store.get_standard(conn, head.id)


async def adopt_standard(
    conn: Conn, viewer: Viewer, standard_id: UUID, row_version: int
) -> Standard:
    """A second person adopts the draft; from its first day on the version before is superseded."""
    head = await _lock(conn, viewer, standard_id, row_version, Permission.STANDARD_ADOPT)
    draft = await _draft(conn, head)
    advance(draft.state, Event.ADOPT)
    if viewer.person_id is None or viewer.person_id in draft.wrote:
        raise Refused(
            _("Wer an einer Empfehlung geschrieben hat, kann sie nicht selbst beschließen."),
            code="four_eyes", rule=_("Vier-Augen-Prinzip"),
            remedy=_("Eine zweite Person der Arbeitskreis-Leitung oder der Geschäftsstelle beschließt."),
        )  # fmt: skip
    if missing := gaps(draft):
        raise Refused(_("Es fehlt noch: ") + ", ".join(missing))
    valid_from = max(draft.valid_from or conn.today, conn.today)
    if draft.review_on and draft.review_on <= valid_from:
        raise Refused(_("Die nächste Überprüfung muss nach dem Beginn der Gültigkeit liegen."))
    await store.adopt(conn, head.id, draft.version, viewer.person_id, valid_from)
    adopted = replace(head, draft_version=None)
    if head.current_version is None or valid_from <= conn.today:
        adopted = await _begin(conn, viewer, adopted, draft)
    await store.mark_standard(conn, adopted)
    await close_tasks(conn, head.id, ["standard.adopt", "standard.review"])
    _note(conn, viewer, "standard.adopt", head)
    return await store.get_standard(conn, head.id)


async def _begin(conn: Conn, viewer: Viewer, head: Standard, version: Version) -> Standard:
    """The version becomes the current one; providers that stated an older one are told."""
    versions = (await store.list_versions(conn, [head.id]))[head.id]
    before = [v for v in versions if v.state == State.ADOPTED and v.version < version.version]
    for old in before:
        advance(old.state, Event.SUPERSEDE)
        await store.end_version(conn, head.id, old.version, State.SUPERSEDED)
    if before:
        said = await store.list_for_objects(conn, "offering", None, head.id)
        owners = await store.list_owners(conn, [link.object_id for link in said])
        await notify_members(
            conn, viewer, kind="standard.adopted", owner_ids=owners, object_kind="standard", object_id=head.id,
            url=f"/standards/{head.id}", title=_("Neue Fassung: {title}").format(title=version.title),
            roles=[Role.OFFERING_EDITOR],
        )  # fmt: skip
    return replace(head, current_version=version.version, title=version.title)


async def withdraw_standard(
    conn: Conn, viewer: Viewer, standard_id: UUID, row_version: int, reason: str
) -> Standard:
    """The current version no longer holds, with the reason."""
    if len(reason.strip()) < 3:
        message = _("Bitte einen Grund angeben.")
        raise Invalid(message, errors=[FieldError("reason", message)])
    head = await _lock(conn, viewer, standard_id, row_version, Permission.STANDARD_ADOPT)
    versions = (await store.list_versions(conn, [head.id]))[head.id]
    current = next((v for v in versions if v.version == head.current_version), None)
    if current is None:
        raise Refused(_("Ein Entwurf, der nie beschlossen war, kann nicht zurückgezogen werden."))
    state = advance(current.state, Event.WITHDRAW)
    await store.end_version(conn, head.id, current.version, state, reason.strip())
    await store.mark_standard(conn, head)
    _note(conn, viewer, "standard.withdraw", head, reason.strip())
    return await store.get_standard(conn, head.id)


async def set_tasks(
    conn: Conn, viewer: Viewer, standard_id: UUID, row_version: int, tasks: Sequence[UUID]
) -> Standard:
    """Which tasks the standard is about; all others are dropped."""
    head = await _lock(conn, viewer, standard_id, row_version, Permission.STANDARD_EDIT)
    known = {c.id for c in await list_capabilities(conn) if c.parent_id}
    if not set(tasks) <= known:
        raise NotFound(_("Diese Aufgabe gibt es nicht."))
    before = set(await store.list_tasks(conn, head.id))
    version = head.current_version or head.draft_version or 1
    for task in sorted(set(tasks) - before, key=str):
        await store.set_link(conn, head.id, version, "capability", task, head.owner_id)
    for task in sorted(before - set(tasks), key=str):
        await store.drop_link(conn, head.id, "capability", task)
    if before != set(tasks):
        await store.mark_standard(conn, head)
        _note(conn, viewer, "standard.tasks", head)
    return await store.get_standard(conn, head.id)


async def begin_due(conn: Conn) -> int:
    """Versions whose day has come become current; one bounded batch, running it twice changes nothing."""
    found = await store.list_beginning(conn, BATCH)
    for head in found:
        versions = (await store.list_versions(conn, [head.id]))[head.id]
        due = [
            v for v in versions if v.state == State.ADOPTED and v.valid_from and v.valid_from <= conn.today
        ]  # fmt: skip
        begun = await _begin(conn, SYSTEM, head, due[0])
        await store.mark_standard(conn, begun)
        _note(conn, SYSTEM, "standard.begin", begun)
    return len(found)


async def remind_review(conn: Conn) -> int:
    """Thirty days before the review the working group gets a task; one bounded batch."""
    found = await store.list_to_review(conn, conn.today + timedelta(days=REVIEW_NOTICE_DAYS), BATCH)
    for version in found:
        head = await store.get_standard(conn, version.standard_id)
        await open_tasks(conn, [NewTask(
            owner_id=head.owner_id, kind="standard.review", object_kind="standard", object_id=head.id,
            title=_("Standard überprüfen: {title}").format(title=version.title), url=f"/standards/{head.id}",
            assignee_role=Role.WORKING_GROUP_LEAD,
        )])  # fmt: skip
        await store.mark_reminded(conn, version.standard_id, version.version)
    return len(found)


async def run_due(conn: Conn) -> int:
    """Both; how many standards were touched."""
    return await begin_due(conn) + await remind_review(conn)


async def _lock(
    conn: Conn, viewer: Viewer, standard_id: UUID, row_version: int, permission: Permission
) -> Standard:
    require(viewer, permission)
    seen = await store.get_standard(conn, standard_id)
    if not (viewer.acts_for(seen.owner_id) or viewer.scope == Scope.OFFICE):
        raise Forbidden(
            _("Diesen Standard pflegt ein anderer Arbeitskreis."),
            rule=_("Schreiben und beschließen können das Haus der Arbeitskreis-Leitung und die Geschäftsstelle."),
        )  # fmt: skip
    head = await store.lock_standard(conn, standard_id)
    if head.row_version != row_version:
        raise Stale(
            _("Dieser Standard wurde inzwischen geändert."), remedy=_("Bitte die Seite neu laden.")
        )
    return head


async def _draft(conn: Conn, head: Standard) -> Version:
    versions = (await store.list_versions(conn, [head.id]))[head.id]
    draft = next((v for v in versions if v.version == head.draft_version), None)
    if draft is None:
        raise Refused(_("Es gibt keinen Entwurf."))
    return draft


def _note(conn: Conn, viewer: Viewer, action: str, head: Standard, reason: str = "") -> None:
    record(
        conn, viewer, action, object_kind="standard", object_id=head.id, owner_id=head.owner_id,
        row_version=head.row_version + 1, reason=reason or None,
        audience="public" if head.current_version else "owner",
    )  # fmt: skip
