"""The form of an offering: new, edit, save as draft or save and submit; a stale save shows both."""

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from catalog.categories import store as categories
from catalog.contents import store as contents
from catalog.contents.model import (
    AUDIENCE_LABELS,
    CONTACT_LABELS,
    LEGAL_BASIS_LABELS,
    PROTECTION_LABELS,
    REGION_LABELS,
    TAX_LABELS,
    missing,
)
from catalog.contents.schemas import OfferingBody, to_body, to_version
from catalog.editing.schemas import form_values, read_offering_form
from catalog.offerings import actions, store
from catalog.offerings.model import Offering
from catalog.prices.model import BASE_LABELS, KIND_LABELS, PER_LABELS, PRO_RATA_LABELS, TIER_LABELS
from catalog.versions.pages import Change, compare
from kdnx.errors import Forbidden, Invalid, Stale
from kdnx.members.model import LEVEL_LABELS
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

PRICE_ROWS, TIER_ROWS, AUDIENCE_ROWS = 2, 3, 1


async def new_offering(call: Call) -> Response:
    """An empty form."""
    return await _show(call, None, Form[OfferingBody]())


async def create_offering(call: Call) -> Response:
    """Save the first draft."""
    form = read_offering_form(call.fields)
    if form.value is None:
        return await _show(call, None, form, status=422)
    try:
        head = await actions.create_offering(call.conn, call.viewer, form.value)
    except Invalid as error:
        return await _show(call, None, replace(form, value=None, errors=error.errors), status=422)
    return await _saved(call, head)


async def edit_offering(call: Call) -> Response:
    """The draft, or what is published as the beginning of a new version."""
    head = await _own(call)
    version = await contents.get_version(call.conn, call.viewer, head.id, head.latest_version)
    contacts = (await contents.list_contacts(call.conn, [head.id])).get(head.id, [])
    body = to_body(version, head.reference, contacts)
    return await _show(
        call, head, Form[OfferingBody](raw=form_values(body)), gaps=missing(version, contacts)
    )


async def save_offering(call: Call) -> Response:
    """Save the draft of an offering; a version changed by somebody else is shown beside one's own."""
    head = await _own(call)
    form = read_offering_form(call.fields)
    if form.value is None:
        return await _show(call, head, form, status=422)
    given = str(call.fields.get("row_version", ""))
    try:
        saved = await actions.save_draft(
            call.conn,
            call.viewer,
            head.id,
            int(given) if given.isascii() and given.isdigit() else 0,
            form.value,
        )
    except Invalid as error:
        return await _show(call, head, replace(form, value=None, errors=error.errors), status=422)
    except Stale:
        return await _show(
            call, head, form, status=409, conflict=await _conflict(call, head, form.value)
        )
    return await _saved(call, saved)


async def _saved(call: Call, head: Offering) -> Response:
    if call.fields.get("then") == "submit":
        head = await actions.submit_offering(call.conn, call.viewer, head.id, head.row_version)
        return call.redirect(
            f"/offerings/{head.id}", _("Gespeichert; der Entwurf liegt zur Prüfung.")
        )
    return call.redirect(f"/offerings/{head.id}", _("Der Entwurf ist gespeichert."))


async def _own(call: Call) -> Offering:
    head = await store.get_offering(call.conn, call.viewer, call.path_id())
    if not call.viewer.acts_for(head.owner_id):
        raise Forbidden(
            _("Diese Leistung gehört einem anderen Mitglied."),
            rule=_("Eine Leistung ändert nur das Mitglied, das sie anbietet."),
        )
    return head


async def _conflict(call: Call, head: Offering, mine: OfferingBody) -> list[Change]:
    theirs = await contents.get_version(call.conn, call.viewer, head.id, head.latest_version)
    members = {m.id: m.short_name or m.name for m in await list_members(call.conn)}
    names = {c.id: c.name for c in await categories.list_categories(call.conn)}
    return compare(theirs, to_version(mine, head.id, theirs.version), members, names)


async def _show(
    call: Call,
    head: Offering | None,
    form: Form[OfferingBody],
    *,
    status: int = 200,
    gaps: Any = (),
    conflict: Any = None,
) -> Response:
    members = [m for m in await list_members(call.conn) if m.state == "active"]
    prices = max(PRICE_ROWS, _rows(form, "prices") + 1)
    return await call.page(
        "editing/form.html",
        status=status,
        head=head,
        form=form,
        gaps=gaps,
        conflict=conflict,
        price_rows=range(min(prices, 20)),
        tier_rows=range(max(TIER_ROWS, min(_tiers(form) + 1, 20))),
        audience_rows=range(min(max(AUDIENCE_ROWS, _rows(form, "audiences") + 1), 5)),
        categories=[(c.id, c.name) for c in await categories.list_categories(call.conn)],
        members=[(m.id, m.short_name or m.name) for m in members if not call.viewer.acts_for(m.id)],
        kinds=_options(KIND_LABELS),
        bases=_options(BASE_LABELS),
        pers=_options(PER_LABELS),
        tier_modes=_options(TIER_LABELS),
        pro_ratas=_options(PRO_RATA_LABELS),
        audiences=_options(AUDIENCE_LABELS),
        legal=_options(LEGAL_BASIS_LABELS),
        taxes=_options(TAX_LABELS),
        protections=_options(PROTECTION_LABELS),
        levels=_options(LEVEL_LABELS),
        regions=_options(REGION_LABELS),
        contact_labels=CONTACT_LABELS,
        chosen=lambda name: _chosen(form, name),
    )


def _options(labels: Any) -> list[tuple[str, str]]:
    return [(str(value), label) for value, label in labels.items()]


def _rows(form: Form[OfferingBody], group: str) -> int:
    numbers = [
        n.split(".")[1]
        for n in form.raw
        if n.startswith(group + ".") and n.count(".") >= 2 and form.raw[n] != ""
    ]
    return max((int(n) + 1 for n in numbers if n.isascii() and n.isdigit()), default=0)


def _tiers(form: Form[OfferingBody]) -> int:
    parts = [n.split(".") for n in form.raw if ".tiers." in n and form.raw[n] != ""]
    found = [p[3] for p in parts if len(p) == 5 and p[3].isascii() and p[3].isdigit()]
    return max((int(n[:3]) + 1 for n in found), default=0)


def _chosen(form: Form[OfferingBody], name: str) -> list[str]:
    value = form.raw.get(name, [])
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


DOORS = (
    get("/offerings/new", new_offering, permission=Permission.OFFERING_EDIT),
    post("/offerings/new", create_offering, permission=Permission.OFFERING_EDIT),
    get("/offerings/{id}/edit", edit_offering, permission=Permission.OFFERING_EDIT),
    post("/offerings/{id}/edit", save_offering, permission=Permission.OFFERING_EDIT),
)
