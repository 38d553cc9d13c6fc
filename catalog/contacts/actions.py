"""Change whom to ask and how much is free: at once, audited, and users of the offering are told."""

from collections.abc import Sequence
from uuid import UUID

from catalog.announcing.actions import reach
from catalog.contacts import store
from catalog.contacts.schemas import ContactsForm
from catalog.contents import store as contents
from catalog.contents.model import CONTACT_LABELS, Contact
from catalog.offerings import store as offerings
from catalog.offerings.actions import contact_list, own_offering
from catalog.offerings.model import Offering
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid
from kdnx.notices.actions import notify_members
from kdnx.tasks.actions import close_tasks
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer

TOLD = (Role.CONTRACT_MANAGER, Role.DEMAND_EDITOR)
PUBLIC_STATES = {"published", "suspended"}


async def change_contacts(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, form: ContactsForm
) -> Offering:
    """Write contacts and free capacity of an own offering; Stale, or Invalid without a responsible contact."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_EDIT, row_version)
    version = await contents.get_version(
        conn, viewer, head.id, head.published_version or head.latest_version
    )
    if form.capacity_free is not None and form.capacity_free > (
        version.capacity_amount or form.capacity_free
    ):
        message = _("Frei ist höchstens, was die Leistung als Kapazität nennt.")
        raise Invalid(message, errors=[FieldError("capacity_free", message, "too_large")])
    wanted = contact_list(form.contacts)
    before = (await contents.list_contacts(conn, [head.id])).get(head.id, [])
    if head.published_version and not any(c.role == "lead" for c in wanted):
        message = _("Bitte sagen, wen man zur Leistung fragt.")
        raise Invalid(message, errors=[FieldError("contacts.lead.name", message, "missing")])
    changed = changed_roles(before, wanted)
    if not changed and form.capacity_free == head.capacity_free:
        return head
    await contents.write_contacts(conn, [(head.id, wanted)])
    await store.mark_free(conn, head.id, form.capacity_free)
    head = await offerings.mark_offering(conn, head)
    await close_tasks(conn, head.id, ["offering.contacts"])
    await _tell(conn, viewer, head, changed)
    return head


def changed_roles(before: Sequence[Contact], after: Sequence[Contact]) -> list[str]:
    """The roles whose contact is another one now, in their order."""
    was, now = {c.role: c for c in before}, {c.role: c for c in after}
    return [role for role in CONTACT_LABELS if was.get(role) != now.get(role)]


async def _tell(conn: Conn, viewer: Viewer, head: Offering, changed: Sequence[str]) -> None:
    audience, parties = await reach(conn, head.audience_keys)
    is_public = head.state in PUBLIC_STATES
    record(
        conn, viewer, "offering.contacts", object_kind="offering", object_id=head.id, owner_id=head.owner_id,
        reason=", ".join(_(CONTACT_LABELS[r]) for r in changed) or None, row_version=head.row_version,
        audience=audience if is_public else "owner", party_ids=parties if is_public else (),
    )  # fmt: skip
    if changed and is_public:
        users = await offerings.list_users(conn, head.id)
        told = [u for u in users if audience == "public" or u in parties]
        await notify_members(
            conn, viewer, kind="offering.contacts", owner_ids=told, object_kind="offering",
            object_id=head.id, url=f"/offerings/{head.id}#contacts",
            title=_("Neue Ansprechstelle: {title}").format(title=head.title),
            roles=TOLD,
        )  # fmt: skip
