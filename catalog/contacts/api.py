"""Contacts and free capacity as JSON."""

from uuid import UUID

from catalog.contacts import actions
from catalog.contacts.schemas import ContactsForm
from catalog.contents import store as contents
from catalog.contents.schemas import ContactBody, ContactsBody
from catalog.offerings import store as offerings
from kdnx.viewer import Permission
from kdnx.web.api import Api, expected_version
from kdnx.web.routing import Call

api = Api("contacts")


async def _out(call: Call, id_: UUID) -> ContactsForm:
    head = await offerings.get_offering(call.conn, call.viewer, id_)
    found = (await contents.list_contacts(call.conn, [head.id])).get(head.id, [])
    by_role = {
        c.role: ContactBody(**{n: getattr(c, n) for n in ContactBody.model_fields}) for c in found
    }
    return ContactsForm(contacts=ContactsBody(**by_role), capacity_free=head.capacity_free)


@api.get("/api/v1/offerings/{id}/contacts", permission=Permission.CATALOG_READ)
async def get_contacts_json(call: Call, *, id: UUID) -> ContactsForm:
    """Whom to ask, by role with deputies, and how much is free."""
    return await _out(call, id)


@api.put("/api/v1/offerings/{id}/contacts", permission=Permission.OFFERING_EDIT, needs_match=True)
async def change_contacts_json(call: Call, *, id: UUID, body: ContactsForm) -> ContactsForm:
    """Change them at once; the version to match is that of the offering."""
    version = expected_version(call.request)
    await actions.change_contacts(call.conn, call.viewer, id, version, body)
    return await _out(call, id)
