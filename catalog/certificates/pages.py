"""Proofs of an offering: the list for everybody, with forms for its owner; and the section of its page."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from catalog.certificates import actions, store
from catalog.certificates.model import KIND_LABELS, VALIDITY_KINDS, VALIDITY_LABELS
from catalog.certificates.schemas import CertificateForm, DropForm
from catalog.offerings import store as offerings
from kdnx.db.conn import Conn
from kdnx.documents.store import list_of_object
from kdnx.errors import Invalid, Refused, Stale
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post


async def list_certificates(call: Call) -> Response:
    """All proofs; whoever keeps them finds the forms in place."""
    return await _show(call, None)


async def add_certificate(call: Call) -> Response:
    """One more proof."""
    form = call.form(CertificateForm)
    if form.value is None:
        return await _show(call, form, status=422)
    try:
        done = await actions.add_certificate(
            call.conn, call.viewer, call.path_id(), form.value.body()
        )
    except Invalid as error:
        return await _show(call, Form(raw=form.raw, errors=error.errors), status=422)
    return call.redirect(
        f"/offerings/{done.offering_id}/certificates", _("Der Nachweis ist eingetragen.")
    )


async def save_certificate(call: Call) -> Response:
    """Correct or renew a proof."""
    form = call.form(CertificateForm)
    if form.value is None:
        return await _show(call, None, status=422, problem=form.errors[0].message)
    offering_id = call.path_id()
    try:
        await actions.save_certificate(
            call.conn, call.viewer, offering_id, call.path_id("certificate"), form.value.row_version, form.value.body(),
        )  # fmt: skip
    except (Invalid, Refused, Stale) as error:
        return await _show(call, None, status=409, problem=error.detail)
    return call.redirect(
        f"/offerings/{offering_id}/certificates", _("Der Nachweis ist gespeichert.")
    )


async def drop_certificate(call: Call) -> Response:
    """Take a proof away."""
    form = call.form(DropForm).valid()
    offering_id = call.path_id()
    try:
        await actions.drop_certificate(
            call.conn, call.viewer, offering_id, call.path_id("certificate"), form.row_version
        )
    except (Refused, Stale) as error:
        return await _show(call, None, status=409, problem=error.detail)
    return call.redirect(f"/offerings/{offering_id}/certificates", _("Der Nachweis ist entfernt."))


async def _show(
    call: Call, form: Form[CertificateForm] | None, *, status: int = 200, problem: str = ""
) -> Response:
    head = await offerings.get_offering(call.conn, call.viewer, call.path_id())
    documents = await list_of_object(call.conn, "offering", head.id)
    may_edit = call.viewer.acts_for(head.owner_id) and call.viewer.may(Permission.OFFERING_EDIT)
    return await call.page(
        "certificates/list.html", status=status, head=head, form=form, problem=problem, may_edit=may_edit,
        documents=[(d.id, d.title) for d in documents], kinds=[(k.value, _(v)) for k, v in KIND_LABELS.items()],
        **await _values(call.conn, head.id),
    )  # fmt: skip


async def _values(conn: Conn, offering_id: Any) -> dict[str, Any]:
    return {
        "readable": {d.id for d in await list_of_object(conn, "offering", offering_id)},
        "certificates": await store.list_certificates(conn, offering_id),
        "validity_labels": VALIDITY_LABELS,
        "validity_kinds": VALIDITY_KINDS,
    }


async def section(conn: Conn, viewer: Viewer, key: Any) -> tuple[str, Mapping[str, Any]] | None:
    """The proofs as a section of the offering's page."""
    head = await offerings.get_offering(conn, viewer, key)
    own = viewer.acts_for(head.owner_id) and viewer.may(Permission.OFFERING_EDIT)
    values = await _values(conn, head.id)
    if not values["certificates"] and not own:
        return None
    return "certificates/section.html", {**values, "head": head, "may_edit": own}


DOORS = (
    get("/offerings/{id}/certificates", list_certificates, permission=Permission.CATALOG_READ),
    post("/offerings/{id}/certificates", add_certificate, permission=Permission.OFFERING_EDIT),
    post(
        "/offerings/{id}/certificates/{certificate}",
        save_certificate,
        permission=Permission.OFFERING_EDIT,
    ),
    post(
        "/offerings/{id}/certificates/{certificate}/drop",
        drop_certificate,
        permission=Permission.OFFERING_EDIT,
    ),
)
