"""The small page on which an owner keeps contacts and free capacity current."""

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from catalog.contacts import actions
from catalog.contacts.schemas import ContactsForm, read_contacts
from catalog.contents import store as contents
from catalog.contents.model import CONTACT_LABELS
from catalog.offerings import store as offerings
from kdnx.errors import Forbidden, Invalid, Stale
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post


async def edit_contacts(call: Call) -> Response:
    """Contacts by role with deputies, and free capacity."""
    head = await offerings.get_offering(call.conn, call.viewer, call.path_id())
    raw: dict[str, Any] = {}
    for contact in (await contents.list_contacts(call.conn, [head.id])).get(head.id, []):
        for name in ("name", "email", "phone", "deputy", "deputy_email"):
            raw[f"contacts.{contact.role}.{name}"] = getattr(contact, name)
    if head.capacity_free is not None:
        raw["capacity_free"] = f"{head.capacity_free:f}".replace(".", ",")
    return await _show(call, Form(raw=raw))


async def save_contacts(call: Call) -> Response:
    """At once, without a new version."""
    form = read_contacts(call.fields)
    if form.value is None:
        return await _show(call, form, status=422)
    given = str(call.fields.get("row_version", ""))
    number = int(given) if given.isascii() and given.isdigit() else 0
    try:
        head = await actions.change_contacts(
            call.conn, call.viewer, call.path_id(), number, form.value
        )
    except Invalid as error:
        return await _show(call, replace(form, value=None, errors=error.errors), status=422)
    except Stale as error:
        return await _show(call, form, status=409, problem=error.detail)
    return call.redirect(f"/offerings/{head.id}#contacts", _("Gespeichert; es gilt sofort."))


async def _show(
    call: Call, form: Form[ContactsForm], *, status: int = 200, problem: str = ""
) -> Response:
    head = await offerings.get_offering(call.conn, call.viewer, call.path_id())
    if not call.viewer.acts_for(head.owner_id):
        raise Forbidden(
            _("Diese Leistung gehört einem anderen Mitglied."),
            rule=_("Eine Leistung ändert nur das Mitglied, das sie anbietet."),
        )
    number = head.published_version or head.latest_version
    version = await contents.get_version(call.conn, call.viewer, head.id, number)
    return await call.page(
        "contacts/edit.html", status=status, head=head, version=version, form=form, problem=problem,
        contact_labels=CONTACT_LABELS,
        users=(await offerings.count_users(call.conn, [head.id])).get(head.id, 0),
    )  # fmt: skip


DOORS = (
    get("/offerings/{id}/contacts", edit_contacts, permission=Permission.OFFERING_EDIT),
    post("/offerings/{id}/contacts", save_contacts, permission=Permission.OFFERING_EDIT),
)
