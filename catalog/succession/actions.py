"""The catalogue's part of a succession: what the predecessor offers becomes the successor's by a new version."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from catalog.announcing.actions import tell
from catalog.offerings.model import Offering
from catalog.offerings.store import show_face
from catalog.succession import store
from catalog.succession.store import Copy
from kdnx.db.conn import Conn
from kdnx.members.store import get_member
from kdnx.module import SuccessionPart
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _, ngettext
from kdnx.viewer import Role, Viewer

REFERENCE_LENGTH = 60


async def preview(
    conn: Conn, _viewer: Viewer, predecessor_id: UUID, successor_id: UUID, _effective_on: date
) -> Sequence[str]:
    """What would happen to offerings, in German lines."""
    heads = await store.list_remaining(conn, predecessor_id)
    if not heads:
        return [_("Leistungen im Katalog: keine.")]
    text = ngettext(
        "{n} Leistung des Katalogs geht mit einer neuen Fassung auf die Nachfolgerin über.",
        "{n} Leistungen des Katalogs gehen mit einer neuen Fassung auf die Nachfolgerin über.",
        len(heads),
    )
    lines = [text.format(n=len(heads))]
    taken = await store.list_references(conn, successor_id)
    if twice := [h.reference for h in heads if h.reference in taken]:
        code = (await get_member(conn, predecessor_id)).code
        lines.append(
            _(
                "Kennungen, die es bei der Nachfolgerin schon gibt, erhalten den Zusatz „-{code}“: {refs}"
            ).format(code=code, refs=", ".join(twice))
        )
    return lines


async def carry_out(
    conn: Conn, viewer: Viewer, predecessor_id: UUID, successor_id: UUID, effective_on: date
) -> None:
    """Everything not retired gets the new owner; what is retired stays under the old name."""
    heads = await store.lock_remaining(conn, predecessor_id)
    if not heads:
        return
    last = await store.last_versions(conn, [h.id for h in heads])
    copies = [c for h in heads for c in _copies(h, last[h.id])]
    await store.copy_versions(conn, copies, viewer.person_id)
    taken = await store.list_references(conn, successor_id)
    code = (await get_member(conn, predecessor_id)).code
    wanted = [_as_moved(h, copies, _reference(h.reference, taken, code)) for h in heads]
    moved = await store.move_heads(conn, wanted, successor_id)
    await show_face(conn, [h.id for h in moved])
    await store.end_uses(conn, predecessor_id, successor_id, effective_on)
    await _ask_again(
        conn, [h for h in heads if h.draft_submitted and h.published_version], successor_id
    )
    for head in moved:
        await tell(conn, viewer, "offering.succeed", head, _("Rechtsnachfolge"))


def _copies(head: Offering, last: int) -> list[Copy]:
    """The published content as the next version, an open change of it after that; a first draft stays."""
    if head.published_version is None:
        return []
    found = [Copy(head.id, head.published_version, last + 1, is_draft=False)]
    if head.draft_version is not None:
        found.append(Copy(head.id, head.draft_version, last + 2, is_draft=True))
    return found


def _as_moved(head: Offering, copies: Sequence[Copy], reference: str) -> Offering:
    new = {c.is_draft: c.to_version for c in copies if c.offering_id == head.id}
    return replace(
        head,
        reference=reference,
        published_version=new.get(False, head.published_version),
        draft_version=new.get(True, head.draft_version),
    )


def _reference(reference: str, taken: set[str], code: str) -> str:
    """The reference as it was, or with the predecessor's code where the successor has the same one."""
    if reference not in taken:
        return reference
    return f"{reference[: REFERENCE_LENGTH - len(code) - 1]}-{code}"


async def _ask_again(conn: Conn, heads: Sequence[Offering], owner_id: UUID) -> None:
    """A change that waited for its second person goes back to the desk: it is the successor's now."""
    for head in heads:
        await close_tasks(conn, head.id, ["offering.publish"])
    title = _("Entwurf nach der Rechtsnachfolge prüfen: {title}")
    await open_tasks(conn, [NewTask(
        owner_id=owner_id, kind="offering.rework", title=title.format(title=head.title),
        object_kind="offering", object_id=head.id, url=f"/offerings/{head.id}/edit", assignee_role=Role.OFFERING_EDITOR,
    ) for head in heads])  # fmt: skip


SUCCESSIONS = (SuccessionPart(20, preview, carry_out),)
