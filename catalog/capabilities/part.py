"""What tasks show on the page of an offering."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalog.capabilities import store
from catalog.offerings.store import get_offering
from kdnx.db.conn import Conn
from kdnx.module import Slot
from kdnx.viewer import Permission, Viewer


async def offering_section(
    conn: Conn, viewer: Viewer, key: UUID
) -> tuple[str, Mapping[str, Any]] | None:
    """The tasks of the offering; its provider is asked to name them."""
    tasks = await store.list_offering_tasks(conn, [key])
    head = await get_offering(conn, viewer, key)
    may_edit = viewer.acts_for(head.owner_id) and viewer.may(Permission.OFFERING_EDIT)
    if not tasks and not may_edit:
        return None
    names = {c.id: c.name for c in await store.list_capabilities(conn)}
    products = {p.id: p.label for p in await store.list_products(conn)}
    rows = [
        (
            t.capability_id,
            names[t.capability_id],
            products.get(t.product_id, "") if t.product_id else "",
        )
        for t in tasks
    ]
    return "capabilities/section.html", {"rows": rows, "may_edit": may_edit, "offering_id": key}


SLOTS = (Slot("offering.sections", 30, offering_section),)
