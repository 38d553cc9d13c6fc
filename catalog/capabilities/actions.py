"""What people do with tasks and products: keep the tree, add and merge products, say what an offering serves."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg

from catalog.announcing.actions import tell
from catalog.capabilities import store
from catalog.capabilities.model import (
    Capability,
    OfferingTask,
    Product,
    alike,
    find_product,
    split_label,
)
from catalog.categories.actions import require_office
from catalog.offerings.store import get_offering
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.ids import new_id
from kdnx.members.store import hub_on
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

MOST_TASKS = 20
LONGEST = 120


async def add_capability(conn: Conn, viewer: Viewer, capability: Capability) -> Capability:
    """A new task of a group, or a new group; Refused when code or name are taken."""
    require_office(viewer)
    if capability.parent_id is not None:
        group = await store.get_capability(conn, capability.parent_id)
        if group.parent_id is not None:
            raise Refused(_("Eine Aufgabe gehört zu einer Gruppe, nicht zu einer anderen Aufgabe."))
    new = replace(capability, id=new_id())
    try:
        async with conn.savepoint():
            await store.insert_capability(conn, new)
    except asyncpg.UniqueViolationError:
        raise _taken() from None
    await _note(conn, viewer, "capability.add", "capability", new.id)
    return await store.get_capability(conn, new.id)


async def change_capability(conn: Conn, viewer: Viewer, capability: Capability) -> Capability:
    """New words or another Zielbild; the code stays. Stale when somebody changed it first."""
    require_office(viewer)
    await store.get_capability(conn, capability.id)
    try:
        async with conn.savepoint():
            done = await store.change_capability(conn, capability)
    except asyncpg.UniqueViolationError:
        raise _taken() from None
    if not done:
        raise Stale(
            _("Diese Aufgabe wurde inzwischen geändert."), remedy=_("Bitte die Liste neu laden.")
        )
    await _note(
        conn, viewer, "capability.change", "capability", capability.id, capability.row_version + 1
    )
    return await store.get_capability(conn, capability.id)


async def resolve_product(
    conn: Conn, viewer: Viewer, typed: str, known: Sequence[Product], *, is_new: bool, field: str
) -> Product:
    """The product somebody typed as 'Name (Hersteller)'; unknown ones are added.

    Invalid (at `field`) where a nearly equal name exists and the person did not say that it is another one.
    """
    found = find_product(typed, known)
    if found is not None:
        return next(p for p in known if p.id == (found.merged_into_id or found.id))
    name, vendor = split_label(typed)
    if not 2 <= len(name) <= LONGEST or len(vendor) > LONGEST:
        message = _("Bitte einen Namen mit 2 bis 120 Zeichen angeben.")
        raise Invalid(message, errors=[FieldError(field, message)])
    near = alike(typed, known)
    if near and not is_new:
        message = _(
            "„{typed}“ gibt es noch nicht. Gemeint ist vielleicht: {near}. Sonst „neues Produkt“ ankreuzen."
        ).format(typed=name, near=", ".join(p.label for p in near))
        raise Invalid(message, errors=[FieldError(field, message, "alike")])
    return await add_product(conn, viewer, name, vendor)


async def add_product(conn: Conn, viewer: Viewer, name: str, vendor: str) -> Product:
    """A product for everybody's list; the one that is there where name and vendor are known already."""
    require(viewer, Permission.DEMAND_ANSWER)
    new = Product(new_id(), name, vendor, added_by=viewer.owner_id)
    kept = await store.add_product(conn, new)
    if kept.id == new.id:
        record(
            conn, viewer, "product.add", object_kind="product", object_id=new.id, owner_id=viewer.owner_id,
            reason=new.label, audience="public",
        )  # fmt: skip
    if kept.merged_into_id:
        return await store.get_product(conn, kept.merged_into_id)
    return kept


async def merge_product(
    conn: Conn, viewer: Viewer, double_id: UUID, kept_id: UUID, reason: str
) -> Product:
    """The office decides that two names are one product: the double counts as the other from now on.

    What members declared is not rewritten; every reading resolves the double.
    """
    require_office(viewer)
    if len(reason.strip()) < 3:
        message = _("Bitte begründen, warum beide Namen dasselbe Produkt meinen.")
        raise Invalid(message, errors=[FieldError("reason", message)])
    found = await store.lock_products(conn, [double_id, kept_id])
    if double_id not in found or kept_id not in found:
        raise NotFound(_("Dieses Produkt gibt es nicht, oder es ist für Sie nicht sichtbar."))
    double, kept = found[double_id], found[kept_id]
    if kept.id in {double.id, double.merged_into_id}:
        raise Refused(_("Diese beiden sind schon ein Produkt."))
    if double.merged_into_id or kept.merged_into_id:
        raise Refused(
            _("Eines der beiden geht schon in einem anderen Produkt auf."),
            remedy=_("Bitte das Produkt wählen, das dort genannt ist."),
        )
    await store.merge_product(conn, double.id, kept.id)
    said = f"{double.label} → {kept.label}: {reason.strip()}"
    await _note(conn, viewer, "product.merge", "product", double.id, double.row_version + 1, said)
    return await store.get_product(conn, kept.id)


async def set_offering_tasks(
    conn: Conn, viewer: Viewer, offering_id: UUID, tasks: Sequence[OfferingTask]
) -> None:
    """Say which tasks an offering serves, at most twenty; only its provider may."""
    require(viewer, Permission.OFFERING_EDIT)
    head = await get_offering(conn, viewer, offering_id)
    if not (viewer.acts_for(head.owner_id) or viewer.scope == Scope.SYSTEM):
        raise Forbidden(
            _("Diese Leistung gehört einem anderen Mitglied."),
            rule=_("Welche Aufgabe eine Leistung erfüllt, sagt das anbietende Haus."),
        )
    known = {c.id: c for c in await store.list_capabilities(conn)}
    products = {p.id for p in await store.list_products(conn)}
    wanted = {t.capability_id: replace(t, offering_id=head.id) for t in tasks}
    if any(c not in known or known[c].parent_id is None for c in wanted):
        raise NotFound(_("Diese Aufgabe gibt es nicht."))
    if any(t.product_id and t.product_id not in products for t in wanted.values()):
        raise NotFound(_("Dieses Produkt gibt es nicht."))
    if len(wanted) > MOST_TASKS:
        raise Refused(
            _("Eine Leistung erfüllt höchstens {n} Aufgaben.").format(n=MOST_TASKS),
            remedy=_("Bitte die Leistung teilen oder nur die wichtigsten Aufgaben nennen."),
        )
    if set(await store.list_offering_tasks(conn, [head.id])) == set(wanted.values()):
        return
    await store.set_offering_tasks(conn, head.id, list(wanted.values()))
    names = ", ".join(sorted(known[c].name for c in wanted))
    await tell(conn, viewer, "offering.tasks", head, names)


async def _note(
    conn: Conn, viewer: Viewer, action: str, kind: str, object_id: UUID, row_version: int = 1,
    reason: str = "",
) -> None:  # fmt: skip
    # tasks and products belong to the alliance: the hub keeps their trail
    owner = await hub_on(conn, conn.today)
    record(
        conn, viewer, action, object_kind=kind, object_id=object_id, owner_id=owner,
        row_version=row_version, audience="public", reason=reason or None,
    )  # fmt: skip


def _taken() -> Refused:
    return Refused(_("Diese Kennung oder diesen Namen trägt schon eine andere Aufgabe."))
